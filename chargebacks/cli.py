"""`chargebacks`: one command line for the job, its operation and the local machine.

Each command lives in `chargebacks/commands/<name>.py` and is imported only when it is called, so that
`chargebacks --help` needs neither Spark nor Kafka.
"""

import importlib
import sys
from typing import Final

import click

from chargebacks.errors import ChargebacksError, PublishError, SettingsError

COMMANDS: Final = {
    "consolidate": "consolidate the landing files of a date partition, commit, announce",
    "recover": "finish what earlier executions left undone, whatever the date",
    "expire": "delete what nobody needs any more: superseded files, old side objects",
    "replay": "send the messages of a consolidation again",
    "reconcile": "is the table in step with what was announced?",
    "files": "the files of a partition's newest consolidation, from its log",
    "topics": "the topic that consolidations are announced on: plan, create, keep it as it should be",
    "cost": "what a month costs, by part, for so many chargebacks a day",
    "sample": "make a day of landing files, as an upstream would",
    "stack": "a real Kafka broker and DynamoDB Local on this machine",
    "poll": "deliver a topic's messages to the updater, as Lambda's event source mapping does",
    "day": "a whole day on this machine, proved against the oracle",
}
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNPUBLISHED: Final = 3


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"chargebacks.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup)
@click.version_option(package_name="chargebacks")
def cli() -> None:
    """Consolidate card chargebacks and keep their table in step."""


def exit_code(error: ChargebacksError) -> int:
    """2 for a wrong setting, 3 for committed but unannounced, else 1."""
    match error:
        case SettingsError():
            return EXIT_USAGE
        case PublishError():
            return EXIT_UNPUBLISHED
    return EXIT_FAILED


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; explain a failure in one line on standard error, and exit with its code."""
    try:
        cli.main(arguments, prog_name="chargebacks", standalone_mode=False)
    except click.ClickException as error:
        _leave(error.format_message(), EXIT_USAGE)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.Abort:
        sys.exit(130)
    except ChargebacksError as error:
        _leave(str(error), exit_code(error))


def _leave(message: str, code: int) -> None:
    click.echo(f"chargebacks: {message}", err=True)
    sys.exit(code)
