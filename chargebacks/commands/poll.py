"""`chargebacks poll`: deliver a topic's messages to the updater, as Lambda's event source mapping does."""

import logging
import sys
from pathlib import Path
from typing import Any

import click

from chargebacks.commands.signals import stop_on_signals
from chargebacks.local.event_source.batch import BATCH_SIZE, MAX_BYTES, WINDOW_SECONDS, Limits
from chargebacks.local.event_source.invoke import load
from chargebacks.local.event_source.poller import Attempt, poll
from chargebacks.local.event_source.settings import ARN, POSITIONS, PollSettings

HANDLER = "consumers.consolidation_updater.lambda_function:lambda_handler"


@click.command(name="poll")
@click.option("--kafka-bootstrap-servers", "bootstrap_servers", required=True, metavar="HOST:PORT,…")
@click.option("--kafka-topic", "topic", default="chargeback-consolidation-events", show_default=True)
@click.option("--kafka-auth", default="none", show_default=True, type=click.Choice(["none", "iam"]))
@click.option("--group", default=PollSettings.group, show_default=True, help="The consumer group.")
@click.option("--handler", default=HANDLER, show_default=True, help="The function, module:function.")
@click.option("--batch-size", default=BATCH_SIZE, show_default=True, help="Records in a batch at most.")
@click.option("--window", default=WINDOW_SECONDS, show_default=True, help="Seconds a batch waits for more.")
@click.option("--max-bytes", default=MAX_BYTES, show_default=True, help="Size of the encoded event at most.")
@click.option(
    "--starting-position", default="TRIM_HORIZON", show_default=True, type=click.Choice(list(POSITIONS))
)
@click.option(
    "--timeout", "timeout_seconds", default=60.0, show_default=True, help="The function's, seconds."
)
@click.option("--max-retries", type=int, help="Retries of a failed record [for ever].")
@click.option("--on-failure", type=click.Path(path_type=Path), help="File for records whose retries ran out.")
@click.option("--rewind", is_flag=True, help="Retry all from the lowest failed record on, not just it.")
@click.option("--event-source-arn", default=ARN, show_default=True, help="What the event says it is from.")
@click.option("--session-timeout", "session_timeout_seconds", default=10.0, show_default=True)
@click.option(
    "--until-idle",
    "until_idle_seconds",
    type=float,
    help="Stop when all is read and nothing came for so long.",
)
def command(handler: str, batch_size: int, window: float, max_bytes: int, **given: Any) -> None:
    """Consume the topic with a consumer group, call the function with Lambda's event, commit what is done.

    Ctrl-C or SIGTERM finishes the batch in flight, commits it and leaves the group.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    settings = PollSettings(limits=Limits(batch_size, window, max_bytes), **given)
    sys.path.insert(0, str(Path.cwd()))
    poll(settings, load(handler), stop_on_signals(), lambda attempt: click.echo(describe(attempt), err=True))


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
