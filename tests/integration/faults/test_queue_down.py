"""The dead-letter queue is away: what it did not take is not acknowledged, and goes there when it is back."""

from collections.abc import Callable
from typing import Any

import pytest

from chargebacks.event_source.lag import lag
from chargebacks.event_source.poller import Attempt
from chargebacks.event_source.settings import READINGS
from chargebacks.local.stack import Kafka
from chargebacks.projection.updater import Updater
from tests.fixtures.faults import Fault, Proxy, calm
from tests.fixtures.kafka import send_events
from tests.fixtures.msk import Queue, items
from tests.fixtures.pollers import mapping, polling, until
from tests.fixtures.polling import whole_batches
from tests.fixtures.world import POISON, consolidation, existing, write
from tests.oracle.fold import fold

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number}" for number in range(20)]
BEFORE = existing(IDS)
SLICES = consolidation(1, IDS, per_slice=5)
AWAY = (Fault.RESET_BEFORE, Fault.UNAVAILABLE, Fault.DENIED, Fault.BROKEN, Fault.THROTTLED, Fault.CUT_BEFORE)


@pytest.mark.parametrize("reading", READINGS)
def test_while_the_dead_letter_queue_is_away_nothing_poisonous_is_acknowledged(
    reading: str,
    kafka: Kafka,
    topic: str,
    queue: Queue,
    queue_proxy: Proxy,
    build: Callable[..., Updater],
    table: Any,
) -> None:
    write(table, BEFORE)
    send_events(kafka.bootstrap_servers, topic, *SLICES[:2], POISON, *SLICES[2:])
    asked = mapping(kafka, topic, partial_batch_response=reading, **whole_batches(len(SLICES) + 1))
    attempts: list[Attempt] = []
    queue_proxy.plan = lambda _, number: AWAY[number % len(AWAY)]
    with polling(asked, build(dlq_url=queue.url, attempts=2).handle, attempts.append):
        until(lambda: len(set(queue_proxy.faults)) == len(AWAY), "the queue failed in every way")
        assert {attempt.committable.get((topic, 0)) for attempt in attempts} == {2}
        assert lag(asked) == 3
        assert queue.letters() == []
        assert items(table) == fold(BEFORE, SLICES)  # the others do not wait for it
        queue_proxy.plan = calm
        until(lambda: lag(asked) == 0, "the poison is put aside")
    assert {letter["offset"] for letter in queue.letters()} == {2}
    assert items(table) == fold(BEFORE, SLICES)
