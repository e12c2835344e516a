"""`chargebacks sample`: a day of landing files, as an upstream would deliver them."""

import json

import click

from chargebacks import schedule
from chargebacks.adapters.store import Store
from chargebacks.errors import SettingsError
from chargebacks.local.sample.deliveries import Recipe
from chargebacks.local.sample.generate import Window, check, generate
from chargebacks.settings import absolute


@click.command(name="sample")
@click.option(
    "--to", "target", required=True, metavar="PATH", help="A folder, or a bucket: s3://bucket/prefix."
)
@click.option("--size", default=20_000, show_default=True, help="Chargebacks of the day.")
@click.option("--files", default=400, show_default=True, help="Landing files, about.")
@click.option("--date", "day", default="2025-11-20", show_default=True, help="The day, YYYY-MM-DD.")
@click.option("--seed", default=20251120, show_default=True, help="The same seed makes the same files.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON: one line per window.")
def command(target: str, size: int, files: int, day: str, seed: int, as_json: bool) -> None:
    """Make a day of landing files in four windows, one before each execution.

    Among clean records there are exact duplicates, newer versions, removals, images of our own updates,
    malformed records, an unreadable file, and a late file for the day before.
    """
    recipe = check(Recipe(schedule.parse_date(day), size, files, seed))
    try:
        for window in generate(recipe, Store(absolute(target))):
            click.echo(_as_json(window) if as_json else _as_text(window))
    except FileNotFoundError:
        raise SettingsError(f"{target!r} is in a bucket that does not exist: create it first") from None


def _as_json(window: Window) -> str:
    return json.dumps({"execution_time": _naive(window), "files": window.files})


def _as_text(window: Window) -> str:
    return f"{len(window.files)} files arrive before the execution of {_naive(window)} UTC"


def _naive(window: Window) -> str:
    return schedule.naive_utc(window.execution_time).isoformat()
