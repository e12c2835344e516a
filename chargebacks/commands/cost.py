"""`chargebacks cost`: what a month costs, by part, for so many chargebacks a day."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from chargebacks.cost.bill import bill, expected_of_updater, total, updater_alone
from chargebacks.cost.prices import Prices, load
from chargebacks.cost.usage import Scenario

DAILY: Final = (1, 100_000, 5_000_000)
USUAL: Final = Scenario(0)
WITHOUT: Final = (
    "Without tax, free tier, data transfer between zones, requests to KMS, ingestion's functions, point-in-time"
    " recovery, and superseded versions in S3."
)


@click.command("cost")
@click.option(
    "--chargebacks-a-day",
    "daily",
    multiple=True,
    type=click.IntRange(1, 10**10),
    help="again for each column",
)
@click.option("--executions", type=click.IntRange(1, 24), default=USUAL.executions, show_default=True)
@click.option(
    "--workers", type=click.IntRange(2, 299), default=USUAL.workers, show_default=True, help="G.1X of a run"
)
@click.option("--partitions", type=click.IntRange(1, 1000), default=USUAL.partitions, show_default=True)
@click.option(
    "--interface-endpoints", type=click.IntRange(0, 50), default=USUAL.interface_endpoints, show_default=True
)
@click.option("--zones", type=click.IntRange(1, 6), default=USUAL.zones, show_default=True)
@click.option(
    "--prices", type=click.Path(path_type=Path), help="JSON with prices of your own [those noted here]"
)
def command(daily: Sequence[int], prices: Path | None, **fixed: int) -> None:
    """What a month of 730 hours and 30 days costs, fixed parts beside those that move with the chargebacks.

    Prices are inputs with a date: check them, and give yours with --prices.
    """
    known = load(prices)
    scenarios = [replace(USUAL, chargebacks_a_day=one, **fixed) for one in daily or DAILY]
    console = Console()
    console.print(_table(scenarios, known))
    for text in (*_updater(scenarios, known), *_caveats(known)):
        console.print(text, highlight=False, soft_wrap=True)


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
    told = [
        f"{count:,} invocations, ${usd:,.4f}"
        for count, usd in (updater_alone(one, prices) for one in scenarios)
    ]
    count, usd = expected_of_updater(scenarios[0].executions, prices)
    return [
        f"\nThe updater's Lambda alone: {'; '.join(told)}.",
        f"What users expect of it: {count:,} invocations, ${usd:,.2f} (one an execution, 60 s, 512 MB).",
    ]


def _caveats(prices: Prices) -> list[str]:
    told = [
        f"Prices of {prices.region} as noted on {prices.noted}, from no page: check them before you rely on them."
    ]
    if prices.borrowed:
        told.append(
            f"Of another region, since {prices.region}'s was not known: {', '.join(prices.borrowed)}."
        )
    return [*told, WITHOUT]
