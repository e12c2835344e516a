"""`chargebacks stack`: a real Kafka broker and DynamoDB Local on this machine, until Ctrl-C."""

import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from chargebacks.commands.signals import interrupt_on_sigterm
from chargebacks.defaults import TABLE, TOPIC
from chargebacks.local import broker, dynamodb
from chargebacks.local.stack import Stack, stack


@click.command(name="stack")
@click.option("--folder", default=".run/stack", show_default=True, help="Where data and logs go.")
@click.option("--kafka-port", type=click.IntRange(1, 65535), help="Kafka's port [a free one].")
@click.option("--dynamodb-port", type=click.IntRange(1, 65535), help="DynamoDB Local's port [a free one].")
@click.option("--topic", default=TOPIC, show_default=True, help="The topic to create.")
@click.option("--partitions", default=3, show_default=True, type=click.IntRange(1, 1000))
@click.option("--table", default=TABLE, show_default=True, help="The table to create.")
@click.option("--index", help="Name of the table's index by created_date [none].")
def command(
    folder: str,
    kafka_port: int | None,
    dynamodb_port: int | None,
    topic: str,
    partitions: int,
    table: str,
    index: str | None,
) -> None:
    """Start both servers on 127.0.0.1, make the topic and the table, and serve until Ctrl-C.

    Both start empty every time. What they need (Java 17, their jars) is fetched once.
    """
    interrupt_on_sigterm()
    with stack(Path(folder), kafka_port, dynamodb_port, progress()) as running:
        broker.create_topic(running.bootstrap_servers, topic, partitions)
        dynamodb.create_table(running.endpoint_url, table, index)
        click.echo(_announcement(running, topic, table, index))
        _serve(running)
    click.echo("stopped", err=True)


def _serve(running: Stack) -> None:
    """Until Ctrl-C or SIGTERM. Raises LocalStackError when a server ends by itself."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            running.kafka.server.check()
            running.dynamodb.server.check()
            time.sleep(1)


def environment(running: Stack, table: str, index: str | None = None) -> Mapping[str, str]:
    """What a shell exports so that the updater, and any AWS tool, uses these servers."""
    named = {"PARTITION_INDEX_NAME": index} if index else {}
    return {**dynamodb.environment(running.endpoint_url), "DYNAMODB_TABLE_NAME": table, **named}


def progress() -> Callable[[str, int, int], None]:
    """Tell on standard error how a download goes: one line that grows on a terminal, a few lines elsewhere."""
    terminal = sys.stderr.isatty()

    def tell(name: str, here: int, total: int) -> None:
        done = here == total
        if terminal:
            click.echo(f"\rfetching {name}: {here} of {total} files", err=True, nl=done)
        elif here == 1 or done or here % 20 == 0:
            click.echo(f"fetching {name}: {here} of {total} files", err=True)

    return tell


def _announcement(running: Stack, topic: str, table: str, index: str | None) -> str:
    exported = environment(running, table, index).items()
    return "\n".join(
        [
            f"Kafka            {running.bootstrap_servers}   topic {topic}",
            f"DynamoDB Local   {running.endpoint_url}   table {table}",
            f"logs             {running.kafka.server.log}",
            f"                 {running.dynamodb.server.log}",
            "",
            *(f"export {name}={value}" for name, value in exported),
            f"# chargebacks poll --kafka-bootstrap-servers {running.bootstrap_servers} --kafka-topic {topic}",
            "",
            "Ctrl-C stops both.",
        ]
    )
