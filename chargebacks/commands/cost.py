"""`chargebacks cost`: what a month costs, by part, for a number of chargebacks a day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from chargebacks.cost.bill import bill, expected_of_updater, total, updater_alone
from chargebacks.cost.prices import REGIONS, Prices, load
from chargebacks.cost.usage import BROKERS, GLUE_PRICES, LAMBDA_PRICES, Scenario, usages
from chargebacks.errors import SettingsError

Option = Callable[[Callable[..., None]], Callable[..., None]]
DAILY: Final = (1, 100_000, 5_000_000)
USUAL: Final = Scenario(0)
CLUSTERS: Final = {"sa-east-1": "provisioned", "us-east-1": "serverless"}  # Terraform's defaults there
ZONES: Final = {"provisioned": USUAL.zones, "serverless": 2}
WITHOUT: Final = (
    "Without tax, free tier, data transfer between zones, requests to KMS, ingestion's functions, point-in-time"
    " recovery, superseded versions in S3, and the logs of provisioned brokers."
)


def _number(name: str, low: int, high: int, about: str | None = None) -> Option:
    """Return the option of the scenario's whole number `name`."""
    option = "--" + name.replace("_", "-")
    default = getattr(USUAL, name)
    return click.option(
        option, type=click.IntRange(low, high), default=default, show_default=True, help=about
    )


def _choice(name: str, values: Iterable[str]) -> Option:
    """Return the option of the scenario's text `name`."""
    option = "--" + name.replace("_", "-")
    return click.option(
        option, type=click.Choice(list(values)), default=getattr(USUAL, name), show_default=True
    )


@click.command("cost")
@click.option(
    "--chargebacks-a-day",
    "daily",
    multiple=True,
    type=click.IntRange(1, 10**10),
    help="again for each column",
)
@click.option("--region", type=click.Choice(REGIONS), default=REGIONS[0], show_default=True)
@click.option(
    "--cluster-type",
    type=click.Choice(["serverless", "provisioned"]),
    help="[provisioned in sa-east-1, serverless in us-east-1]",
)
@_number("brokers_per_zone", 1, 10)
@_choice("broker_type", BROKERS)
@_number("broker_disk_gb", 1, 16384)
@click.option("--zones", type=click.IntRange(1, 6), help="[2 with a serverless cluster, else 3]")
@_number("interface_endpoints", 0, 50)
@_number("partitions", 1, 1000, "of the topic; a serverless cluster is billed by them")
@_number("executions", 1, 24)
@_choice("glue_version", GLUE_PRICES)
@_number("workers", 2, 299, "G.1X of a run")
@_choice("architecture", LAMBDA_PRICES)
@_number("pollers", 1, 200, "pollers_minimum; ten are billed as one unit")
@click.option(
    "--prices", type=click.Path(path_type=Path), help="JSON with prices of your own [the packaged ones]"
)
def command(
    daily: Sequence[int],
    region: str,
    prices: Path | None,
    cluster_type: str | None,
    zones: int | None,
    **fixed: Any,
) -> None:
    """Print what a month of 730 hours and 30 days costs, fixed parts beside those that move with the chargebacks.

    Prices are inputs with a date: check them, and give yours with --prices.
    """
    known = load(prices, region)
    cluster = cluster_type or CLUSTERS[region]
    if cluster == "serverless":
        _check_serverless(known)
    deployed = {"cluster_type": cluster, "zones": zones or ZONES[cluster], **fixed}
    scenarios = [replace(USUAL, chargebacks_a_day=count, **deployed) for count in daily or DAILY]
    console = Console()
    console.print(_table(scenarios, known))
    used = {usage.price for usage in usages(scenarios[0])}
    for text in (*_updater(scenarios, known), *_caveats(known, used)):
        console.print(text, highlight=False, soft_wrap=True)


def _check_serverless(prices: Prices) -> None:
    """Raise SettingsError when MSK Serverless would be billed at another region's price."""
    if prices.borrowed(["msk_cluster_hour"]):
        raise SettingsError(
            f"there is no price of MSK Serverless in {prices.region}, where it may not be offered: give --region"
            " us-east-1, or msk_cluster_hour, msk_partition_hour, msk_gb_in, msk_gb_out and msk_gb_month in --prices"
        )


def _table(scenarios: Sequence[Scenario], prices: Prices) -> Table:
    table = Table("US dollars a month", title="chargebacks a day", title_justify="right", box=None)
    bills = [bill(one, prices) for one in scenarios]
    for one in scenarios:
        table.add_column(f"{one.chargebacks_a_day:,}", justify="right")
    for moves, name in ((False, "fixed"), (True, "moving")):
        for lines in zip(*bills, strict=True):
            if lines[0].usage.moves is moves:
                table.add_row(lines[0].usage.what, *(f"{line.usd:,.2f}" for line in lines))
        table.add_row(f"[bold]{name}", *(f"[bold]{total(lines, moves=moves):,.2f}" for lines in bills))
        table.add_section()
    table.add_row("[bold]all", *(f"[bold]{sum(line.usd for line in lines):,.2f}" for lines in bills))
    return table


def _updater(scenarios: Sequence[Scenario], prices: Prices) -> list[str]:
    sums = [
        f"{count:,} invocations, ${usd:,.4f}"
        for count, usd in (updater_alone(one, prices) for one in scenarios)
    ]
    count, usd = expected_of_updater(scenarios[0].executions, prices)
    return [
        f"\nThe updater's Lambda alone: {'; '.join(sums)}.",
        f"What users expect of it: {count:,} invocations, ${usd:,.2f} (one an execution, 60 s, 512 MB).",
    ]


def _caveats(prices: Prices, used: set[str]) -> list[str]:
    oldest, newest = prices.listed(used)
    dated = f"noted on {prices.noted} from price lists of {oldest} to {newest}"
    caveats = [f"Prices of {prices.region}, {dated}: check them before you rely on them."]
    for name in prices.unconfirmed(used):
        price = prices.by_name[name]
        caveats.append(f"Not confirmed: {name}, ${price.usd:g} per {price.unit}: {price.unconfirmed}.")
    borrowed = prices.borrowed(used)
    if borrowed:
        caveats.append(f"Of another region, since {prices.region}'s are not known: {', '.join(borrowed)}.")
    if unused := sorted(prices.own - used):
        caveats.append(f"In the file of --prices, but not used for this deployment: {', '.join(unused)}.")
    return [*caveats, WITHOUT]
