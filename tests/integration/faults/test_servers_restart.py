"""The broker, or the table, goes away in the middle of an invocation and comes back."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chargebacks.event_source.lag import lag
from chargebacks.event_source.poller import Attempt
from chargebacks.local import stack
from chargebacks.projection.updater import Updater
from tests.fixtures.faults import WRITE, Held, Proxy
from tests.fixtures.kafka import send_events
from tests.fixtures.msk import items
from tests.fixtures.pollers import mapping, polling, until
from tests.fixtures.polling import whole_batches
from tests.fixtures.world import consolidation, existing, write
from tests.oracle.fold import fold

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number:03}" for number in range(200)]
BEFORE = existing(IDS)
SLICES = [*consolidation(1, IDS, per_slice=20), *consolidation(2, IDS[:100], per_slice=20)]
BATCHES = whole_batches(5)  # three


@pytest.fixture(scope="module")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.DynamoDB]:
    """One that keeps its items."""
    with stack.database(tmp_path_factory.mktemp("kept"), kept=True) as running:
        yield running


@pytest.mark.parametrize("at_once", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_broker_that_restarts_in_mid_batch_costs_no_message(
    at_once: bool, kafka: stack.Kafka, topic: str, proxy: Proxy, build: Callable[..., Updater], table: Any
) -> None:
    write(table, BEFORE)
    send_events(kafka.bootstrap_servers, topic, *SLICES)
    asked, gate = mapping(kafka, topic, **BATCHES), threading.Event()
    proxy.plan = lambda operation, number: Held(gate) if (operation, number) == (WRITE, 7) else None
    with polling(asked, build(threads=1, read_timeout=60.0).handle):
        until(lambda: proxy.calls.count(WRITE) > 7, "a write is on its way")
        try:
            kafka.server.stop(at_once)
            gate.set()
            until(lambda: proxy.calls.count(WRITE) >= 10, "the batch ends, and cannot be committed")
        finally:
            gate.set()
            kafka.server.start()
        until(lambda: lag(asked) == 0, "all is read and committed")
    assert items(table) == fold(BEFORE, SLICES)


@pytest.mark.parametrize("at_once", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_table_that_restarts_in_mid_batch_costs_no_update(
    at_once: bool,
    dynamodb: stack.DynamoDB,
    kafka: stack.Kafka,
    topic: str,
    proxy: Proxy,
    build: Callable[..., Updater],
    table: Any,
) -> None:
    write(table, BEFORE)
    send_events(kafka.bootstrap_servers, topic, *SLICES)
    asked, attempts = mapping(kafka, topic, **BATCHES), list[Attempt]()

    def go_away(operation: str, number: int) -> None:
        if (operation, number) == (WRITE, 7):
            dynamodb.server.stop(at_once)

    proxy.plan = go_away
    with polling(asked, build(attempts=2).handle, attempts.append):
        until(lambda: sum(bool(one.failed) for one in attempts) > 2, "the table is missed")
        dynamodb.server.start()
        until(lambda: lag(asked) == 0, "all is applied and committed")
    assert items(table) == fold(BEFORE, SLICES)
