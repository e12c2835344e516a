"""A message that fails, at every position of a batch, under both readings of a partial response."""

from collections.abc import Callable
from typing import Any

import pytest

from chargebacks.event_source.lag import lag
from chargebacks.event_source.poller import Attempt
from chargebacks.event_source.settings import FROM_LOWEST, READINGS
from chargebacks.local.stack import Kafka
from chargebacks.projection.updater import Updater
from tests.fixtures.kafka import new_topic, send_events
from tests.fixtures.msk import Event, Queue, items
from tests.fixtures.pollers import PATIENCE_SECONDS, mapping, polling
from tests.fixtures.polling import whole_batches
from tests.fixtures.world import POISON, consolidation, existing, write
from tests.oracle.fold import POSITION, fold

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number}" for number in range(20)]
BEFORE = existing(IDS)
SLICES = consolidation(1, IDS, per_slice=4)
POSITIONS = range(len(SLICES))


@pytest.fixture
def delivered(kafka: Kafka, queue: Queue, build: Callable[..., Updater]) -> Callable[..., list[Attempt]]:
    """Every invocation that it took to have these messages done."""

    def deliver(
        events: list[Event | bytes], reading: str, on_batch: Callable[[Attempt], None] = lambda _: None
    ) -> list[Attempt]:
        topic, attempts = new_topic(kafka.bootstrap_servers), list[Attempt]()
        send_events(kafka.bootstrap_servers, topic, *events)
        options = {"partial_batch_response": reading, "until_idle_seconds": 0.3}
        asked = mapping(kafka, topic, **options, **whole_batches(len(SLICES)))
        handler = build(dlq_url=queue.url, attempts=2).handle
        with polling(asked, handler, lambda one: (attempts.append(one), on_batch(one))) as thread:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), "it never gets to the end"
        assert lag(asked) == 0
        return attempts

    return deliver


@pytest.mark.parametrize("reading", READINGS)
def test_a_poison_message_at_any_position_is_put_aside_and_delays_none(
    reading: str, delivered: Callable[..., list[Attempt]], queue: Queue, table: Any
) -> None:
    for position in POSITIONS:
        write(table, BEFORE)
        others = SLICES[:position] + SLICES[position + 1 :]
        attempts = delivered([*SLICES[:position], POISON, *SLICES[position + 1 :]], reading)
        assert [(len(one.sent), len(one.failed)) for one in attempts] == [(len(SLICES), 0)], position
        assert items(table) == fold(BEFORE, others), position
        assert [letter["offset"] for letter in queue.letters()] == [position]


@pytest.mark.parametrize("reading", READINGS)
def test_a_message_that_fails_for_a_while_at_any_position_is_done_in_the_end(
    reading: str, delivered: Callable[..., list[Attempt]], table: Any
) -> None:
    for position in POSITIONS:
        refusing = SLICES[position]["chargeback_ids"][0]
        write(table, BEFORE | {refusing: BEFORE[refusing] | {POSITION: None}})

        def mend(attempt: Attempt, key: str = refusing) -> None:
            if attempt.number == 2:
                write(table, {key: BEFORE[key]})

        attempts = delivered(list(SLICES), reading, mend)
        again = list(POSITIONS[position:] if reading == FROM_LOWEST else [position])
        sent = [[one.offset for one in attempt.sent] for attempt in attempts]
        assert sent == [list(POSITIONS), again, again], position
        assert items(table) == fold(BEFORE, SLICES), position
