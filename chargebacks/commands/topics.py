"""`chargebacks topics`: the topic that the job announces on, as it should be. Terraform's AWS provider has none."""

from collections.abc import Callable
from typing import Any, Final

import click

from chargebacks.defaults import TOPIC
from chargebacks.errors import SettingsError
from chargebacks.settings import TOPIC_NAME
from chargebacks.topics import Step, Topic, configs, plan

OPTIONS: Final = (
    click.option("--kafka-bootstrap-servers", required=True, help="host:port,host:port"),
    click.option(
        "--kafka-auth", type=click.Choice(["none", "iam"]), default="none", help="none, or iam for MSK"
    ),
    click.option("--topic", default=TOPIC, show_default=True),
    click.option("--partitions", type=click.IntRange(1, 1000), default=10, show_default=True),
    click.option("--retention-hours", type=click.IntRange(1, 87600), default=168, show_default=True),
    click.option(
        "--min-insync-replicas",
        type=click.IntRange(1, 10),
        help="replicas that must have a message [the cluster's; MSK Serverless sets it itself]",
    ),
    click.option("--replicas", type=click.IntRange(1, 10), help="of a new topic [the cluster's default]"),
)


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group("topics")
def command() -> None:
    """Make the topic that consolidations are announced on, and keep it as it should be."""


@command.command("plan")
@_with_options
def plan_command(**given: Any) -> None:
    """Tell what apply would do. Changes nothing."""
    _, steps = _planned(**given)
    _tell(steps)
    if steps:
        click.echo("nothing was changed: chargebacks topics apply does it")


@command.command("apply")
@_with_options
def apply_command(**given: Any) -> None:
    """Create the topic, add partitions, set what differs; a topic that is as it should be is left alone.

    Partitions are never taken away, and a topic's replicas never changed.
    """
    from chargebacks.adapters.topics import perform

    admin, steps = _planned(**given)
    _tell(steps)
    for step in steps:
        perform(admin, step)
    if steps:
        click.echo("done")


def _planned(
    kafka_bootstrap_servers: str,
    kafka_auth: str,
    topic: str,
    partitions: int,
    retention_hours: int,
    min_insync_replicas: int | None,
    replicas: int | None,
) -> tuple[Any, list[Step]]:
    """The admin client, and the steps to the topic that the options ask for. Raises SettingsError, TopicError."""
    from chargebacks.adapters.topics import admin_client, describe

    if not TOPIC_NAME.fullmatch(topic):
        raise SettingsError(
            f"topic {topic!r} cannot be a name: give letters, digits, `.`, `_` and `-`, at most 249"
        )
    wanted = Topic(topic, partitions, configs(retention_hours, min_insync_replicas), replicas)
    admin = admin_client(kafka_bootstrap_servers, kafka_auth)
    return admin, plan(wanted, describe(admin, topic))


def _tell(steps: list[Step]) -> None:
    for step in steps:
        click.echo(str(step))
    if not steps:
        click.echo("the topic is as it should be")
