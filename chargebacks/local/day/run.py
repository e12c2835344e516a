"""A day, from landing files to a proved table.

files arrive ─▶ the job consolidates, commits, announces ─▶ the updater applies     four times
and then the oracle says whether files, counts, messages and items are what the landing files' bytes say
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chargebacks.defaults import TABLE, TOPIC
from chargebacks.event_source.settings import PollSettings
from chargebacks.local import broker, dynamodb
from chargebacks.local.day import items, plan, topic
from chargebacks.local.day.job import Job
from chargebacks.local.day.places import Places, make
from chargebacks.local.day.plan import Execution
from chargebacks.local.day.proof import Verdict, check_oracle, prove
from chargebacks.local.day.screen import Screen
from chargebacks.local.day.updater import Updater, updater
from chargebacks.local.jars import Progress
from chargebacks.local.processes import JVM_FLAGS, LONG_JVM_FLAGS
from chargebacks.local.sample.deliveries import Recipe
from chargebacks.local.stack import Stack, stack

PARTITIONS: Final = 3
LARGE: Final = 100_000  # chargebacks that keep the database busy for minutes


@dataclass(frozen=True)
class Wanted:
    """What day it is to be: a sample made by `recipe`, or the `landing` zone given."""

    folder: Path
    recipe: Recipe
    landing: Path | None
    output_format: str


@dataclass(frozen=True)
class Day:
    """A day that came to its end."""

    places: Places
    executions: list[Execution]
    verdict: Verdict


def run_day(wanted: Wanted, screen: Screen, progress: Progress) -> Day:
    """Run the day and prove it. Raises ChargebacksError when it cannot come to its end."""
    check_oracle()
    places = make(wanted.folder, wanted.landing)
    executions = plan.given(places.landing) if wanted.landing else plan.sampled(wanted.recipe, places)
    screen.step(f"{sum(len(one.arrived) for one in executions)} landing files")
    flags = JVM_FLAGS if wanted.landing or wanted.recipe.size < LARGE else LONG_JVM_FLAGS
    with stack(places.stack, progress=progress, database_flags=flags) as servers:
        broker.create_topic(servers.bootstrap_servers, TOPIC, PARTITIONS)
        dynamodb.create_table(servers.endpoint_url, TABLE)
        screen.step(f"Kafka at {servers.bootstrap_servers}, DynamoDB Local at {servers.endpoint_url}")
        count = items.fill(servers.endpoint_url, TABLE, _all_files(executions, places), places.items_before)
        screen.step(f"{count:,} items in the table")
        job = Job(places, servers.bootstrap_servers, TOPIC, wanted.output_format)
        polling = PollSettings(servers.bootstrap_servers, TOPIC)
        with updater(polling, _environment(servers), places.updater_log) as applying, screen.table():
            for execution in executions:
                _execute(execution, job, applying, screen)
        topic.dump(servers.bootstrap_servers, TOPIC, places.messages)
        screen.step("done; the oracle works it out again")
        return Day(places, executions, prove(places, executions, servers.endpoint_url, TABLE))


def _execute(execution: Execution, job: Job, applying: Updater, screen: Screen) -> None:
    started, before = time.monotonic(), applying.applied()
    plan.arrive(execution, job.places)
    screen.running(execution, "consolidating")
    reports = job.execute(execution)
    for left in applying.catch_up():
        screen.running(execution, f"applying, {left} messages left")
    screen.finished(execution, reports, applying.applied() - before, time.monotonic() - started)


def _all_files(executions: list[Execution], places: Places) -> list[Path]:
    root = places.upstream if places.upstream.exists() else places.landing
    return [root / path for execution in executions for path in execution.arrived]


def _environment(servers: Stack) -> Mapping[str, str]:
    return {**dynamodb.environment(servers.endpoint_url), "DYNAMODB_TABLE_NAME": TABLE}
