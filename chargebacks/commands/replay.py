"""`chargebacks replay`: send the messages of a consolidation again."""

import click

from chargebacks import schedule
from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.errors import SettingsError
from chargebacks.settings import state_root


def _named(_: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """An empty name is a variable that was not set: meaning the real topic by it would surprise."""
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty: name a topic, or leave it out", param=option)
    return value


@click.command("replay")
@click.option("--partition-date", required=True, help="the consolidation's day, YYYY-MM-DD")
@click.option("--commit", type=click.IntRange(1), help="one entry's number [all of them]")
@click.option("--output-path", required=True, help="root of the consolidated output")
@click.option("--state-path", help="root of the log [_state beside the output]")
@click.option("--kafka-bootstrap-servers", required=True, help="host:port,host:port")
@click.option("--kafka-auth", type=click.Choice(["none", "iam"]), default="none", help="none, or iam for MSK")
@click.option("--publish-timeout-seconds", type=click.FloatRange(1, 3600), default=120, show_default=True)
@click.option("--to", "topic", callback=_named, help="another topic than the consolidation was announced to")
def command(
    partition_date: str,
    commit: int | None,
    output_path: str,
    state_path: str | None,
    kafka_bootstrap_servers: str,
    kafka_auth: str,
    publish_timeout_seconds: float,
    topic: str | None,
) -> None:
    """Send the messages of a day's consolidations again, equal byte for byte; consumers' updates do not mind.

    When announced ids have expired, all chargebacks of the partition's newest consolidation are announced
    instead. Nothing is written to the log.
    """
    from chargebacks import bootstrap
    from chargebacks.consolidation.announce.replaying import replay

    state = Store(state_root(output_path, state_path))
    log = CommitLog(state, schedule.parse_date(partition_date))
    every = log.entries()
    entries = [entry for entry in every if commit in (None, entry.commit)]
    if not entries:
        named = f"entry {commit}" if commit else "consolidation"
        raise SettingsError(f"partition {partition_date} has no {named} in {state.root}: check --output-path")
    publisher = bootstrap.kafka_publisher(kafka_bootstrap_servers, kafka_auth, publish_timeout_seconds)
    for done in replay(state, entries, every[-1], publisher, topic):
        which = f"{partition_date}: entry {done.entry.commit}"
        if done.expired:
            click.echo(
                f"{which}: its announced ids have expired: all chargebacks of entry {every[-1].commit} go instead"
            )
        click.echo(f"{which}: {done.messages} messages sent to {done.topic}")
