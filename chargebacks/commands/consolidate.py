"""`chargebacks consolidate`: the job on this machine, with the arguments and the code that Glue runs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import click

from chargebacks.settings import ARGUMENTS, Argument, JobSettings


def option(argument: Argument) -> click.Option:
    """An argument of the job as a command-line option; parsing and defaults stay with JobSettings."""
    flag = f"--{argument.name.replace('_', '-')}"
    shown = f" [{argument.default}]" if argument.default else ""
    if argument.default == "false":
        return click.Option([flag], is_flag=True, flag_value="true", default=None, help=argument.help)
    if argument.many:
        return click.Option(
            [flag],
            metavar="TEXT",
            multiple=True,
            callback=_as_one,
            help=f"{argument.help} (or the option again)",
        )
    return click.Option([flag], metavar="TEXT", help=argument.help + shown)


def job_settings(given: Mapping[str, str | None]) -> JobSettings:
    """The job's settings from the options that were given. Raises SettingsError."""
    return JobSettings.parse({k: v for k, v in given.items() if v is not None}, datetime.now(UTC))


def _as_one(_: object, __: object, values: tuple[str, ...]) -> str | None:
    """Return the values of a repeated option as a JSON list, like the job's argument. One value may be such a list."""
    return None if not values else values[0] if len(values) == 1 else json.dumps(values)


def consolidate(as_json: bool, master: str, **given: str | None) -> None:
    """Consolidate a date partition's landing files, commit, and announce what changed."""
    from chargebacks import bootstrap

    report = bootstrap.run_job(job_settings(given), master)
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=1))
    for line in report.lines():
        click.echo(line, err=as_json)
    report.raise_failures()


command = click.Command(
    "consolidate",
    callback=consolidate,
    help=consolidate.__doc__,
    params=[
        *(option(argument) for argument in ARGUMENTS),
        click.Option(["--json", "as_json"], is_flag=True, help="print the run's summary as JSON"),
        click.Option(["--master"], default="local[*]", help="the Spark master [local[*]]"),
    ],
)
