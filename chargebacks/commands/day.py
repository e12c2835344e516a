"""`chargebacks day`: a whole day on this machine, proved against the oracle. `make run` calls it."""

import sys
from pathlib import Path

import click
from rich.console import Console

from chargebacks import schedule
from chargebacks.commands.signals import interrupt_on_sigterm
from chargebacks.commands.stack import progress
from chargebacks.local.day.run import Day, Wanted, run_day
from chargebacks.local.day.screen import Screen
from chargebacks.local.sample.deliveries import Recipe
from chargebacks.local.sample.generate import check
from chargebacks.settings import FORMATS


@click.command(name="day")
@click.option("--size", default=20_000, show_default=True, help="Chargebacks of the sample.")
@click.option("--files", default=400, show_default=True, help="Landing files of the sample, about.")
@click.option("--date", "day", default="2025-11-20", show_default=True, help="The sample's day.")
@click.option("--seed", default=20251120, show_default=True, help="The same seed makes the same sample.")
@click.option("--landing", help="A landing zone of your own, read in place, instead of the sample.")
@click.option("--folder", default=".run/day", show_default=True, help="Where everything goes; made afresh.")
@click.option("--output-format", default="csv", show_default=True, type=click.Choice(FORMATS))
def command(
    size: int, files: int, day: str, seed: int, landing: str | None, folder: str, output_format: str
) -> None:
    """A day on this machine: real Spark, a real Kafka broker, a real DynamoDB Local.

    Landing files arrive in four windows; after each, the job consolidates and the updater applies. At the end
    an oracle, written a second time in plain Python, works out files, counts, messages and items from the
    landing files' bytes, and this command exits with 1 if anything differs.
    """
    interrupt_on_sigterm()
    recipe = check(Recipe(schedule.parse_date(day), size, files, seed))
    screen = Screen(Console())
    wanted = Wanted(Path(folder), recipe, Path(landing) if landing else None, output_format)
    done = run_day(wanted, screen, progress())
    screen.say(f"\n{done.verdict.said}")
    screen.step("everything agrees" if done.verdict.agrees else "SOMETHING DIFFERS")
    screen.say(_where_to_look(done))
    sys.exit(0 if done.verdict.agrees else 1)


def _where_to_look(done: Day) -> str:
    places, last = done.places, done.executions[-1].partition_date
    return f"""
where to look
  landing files       {places.landing}
  consolidated files  {places.output}
  log, generations    {places.state}
  rejected records    {places.quarantine}
  messages            {places.messages}
  the updater's log   {places.updater_log}
what to try next
  chargebacks files {last} --output-path {places.output}
  chargebacks stack   and then   chargebacks poll --help
  chargebacks day --landing FOLDER-WITH-YOUR-FILES"""
