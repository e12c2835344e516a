"""`chargebacks poll`: deliver a topic's messages to the updater, as Lambda's event source mapping does."""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from chargebacks.commands.signals import stop_on_signals
from chargebacks.defaults import TOPIC
from chargebacks.errors import SettingsError
from chargebacks.event_source.environment import Environment
from chargebacks.event_source.poller import Attempt, poll
from chargebacks.event_source.settings import POSITIONS, READINGS, REPORT_FAILURES, PollSettings

HANDLER = "consumers.consolidation_updater.lambda_function:lambda_handler"


def option(name: str, explained: str, **more: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option whose default is the setting's own."""
    field = name.removeprefix("--").replace("-", "_")
    default = PollSettings.__dataclass_fields__[field].default
    return click.option(name, default=default, show_default=default is not None, help=explained, **more)


@click.command(name="poll")
@click.option("--kafka-bootstrap-servers", "bootstrap_servers", required=True, metavar="HOST:PORT,…")
@click.option("--kafka-topic", "topic", default=TOPIC, show_default=True)
@option("--kafka-auth", "How to prove who we are.", type=click.Choice(["none", "iam"]))
@click.option("--handler", default=HANDLER, show_default=True, help="The function, module:function.")
@option("--consumer-group-id", "The consumer group.")
@option("--batch-size", "Records in a batch at most.")
@option("--maximum-batching-window-in-seconds", "How long a batch waits for more.")
@option("--starting-position", "Where a new group begins.", type=click.Choice(POSITIONS))
@click.option(
    "--starting-position-timestamp",
    metavar="ISO-8601",
    help="With AT_TIMESTAMP: from which moment on; UTC unless it says.",
)
@option("--maximum-retry-attempts", "Retries of what failed; -1: for ever, or 10 before a destination.")
@option("--maximum-record-age-in-seconds", "Older records are not tried any more; -1: no limit.")
@click.option(
    "--function-response-types",
    default=REPORT_FAILURES,
    show_default=True,
    type=click.Choice([REPORT_FAILURES, "none"]),
    help="Whether the function's answer says which records failed.",
)
@click.option(
    "--on-failure", help="Where records go that are not tried any more: a queue's ARN or URL, a file."
)
@click.option("--discard", is_flag=True, help="Without such a place: let go of these records.")
@option("--partial-batch-response", "What is tried again of a batch.", type=click.Choice(READINGS))
@option("--payload-limit-bytes", "Size of the encoded event at most.")
@click.option(
    "--timeout", "timeout_seconds", default=60.0, show_default=True, help="The function's, seconds."
)
@option("--function-name", "What the function's context says it is.")
@option("--event-source-arn", "What the event says it is from.")
@click.option("--session-timeout", "session_timeout_seconds", default=10.0, show_default=True)
@click.option(
    "--until-idle",
    "until_idle_seconds",
    type=float,
    help="Stop when all is read and nothing came for so long.",
)
def command(
    handler: str,
    function_response_types: str,
    starting_position_timestamp: str | None,
    **given: Any,
) -> None:
    """Consume the topic with a consumer group, call the function with Lambda's event, commit what is done.

    Ctrl-C or SIGTERM finishes the batch in flight, commits it and leaves the group.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    settings = PollSettings(
        function_response_types=tuple({function_response_types} - {"none"}),
        starting_position_timestamp=_gone_by(starting_position_timestamp),
        **given,
    )
    stop = stop_on_signals()
    with Environment(handler) as function:
        poll(settings, function, stop, lambda attempt: click.echo(describe(attempt), err=True))


def describe(attempt: Attempt) -> str:
    """One line about one invocation."""
    read = ", ".join(f"{topic}-{number} up to {next_ - 1}" for (topic, number), next_ in _sorted(attempt))
    again = f" (attempt {attempt.number})" if attempt.number > 1 else ""
    return (
        f"batch of {len(attempt.sent)}{again}: {len(attempt.failed)} failed, {attempt.seconds:.2f} s,"
        f" done {read or 'nothing more'}"
    )


def _sorted(attempt: Attempt) -> list[tuple[tuple[str, int], int]]:
    return sorted(attempt.committable.items())


def _gone_by(text: str | None) -> datetime | None:
    """The moment, UTC unless it says. Raises SettingsError for none, and one still to come, as Lambda does."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"StartingPositionTimestamp {text!r} is no moment: write it as 2025-11-20T06:30:00Z"
        ) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if aware > datetime.now(UTC):
        raise SettingsError(
            f"StartingPositionTimestamp {aware.isoformat()} is still to come: give an earlier one"
        )
    return aware
