"""`chargebacks recover`: finish what earlier executions left undone, without consolidating anything new."""

import click

from chargebacks.commands.consolidate import job_settings, option
from chargebacks.settings import ARGUMENTS


def recover(**given: str | None) -> None:
    """Converge and publish what earlier executions left undone, whatever the date.

    Takes the job's own arguments, so that the line of a run that failed can be repeated with another word.
    """
    from chargebacks import bootstrap

    report = bootstrap.recover(job_settings(given))
    for line in report.lines():
        click.echo(line)
    report.raise_failures()
    if not report.unpublished:
        click.echo("nothing is left unfinished")


command = click.Command(
    "recover",
    callback=recover,
    help=recover.__doc__,
    params=[option(argument) for argument in ARGUMENTS if argument.name != "dry_run"],
)
