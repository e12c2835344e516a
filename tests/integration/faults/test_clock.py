"""The updater's clock goes backwards: the table is a function of the messages, whatever the time is."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from chargebacks.projection.updater import Updater
from tests.fixtures.msk import Queue, batch, items, record
from tests.fixtures.world import consolidation, existing, write
from tests.oracle.fold import fold

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number}" for number in range(10)]
BEFORE = existing(IDS)
EVENTS = [
    *consolidation(2, IDS, per_slice=5),
    *consolidation(1, IDS, per_slice=5),
    *consolidation(3, IDS[:3]),
]
NOW = datetime(2025, 11, 20, 7, tzinfo=UTC)


def falling(step: timedelta) -> Callable[[], datetime]:
    """A clock that is earlier whenever it is read."""
    count = itertools.count()
    return lambda: NOW - next(count) * step


def test_a_clock_that_goes_backwards_changes_nothing(
    build: Callable[..., Updater], queue: Queue, table: Any
) -> None:
    records = [record(event, offset) for offset, event in enumerate(EVENTS)]
    for step in (timedelta(seconds=1), timedelta(hours=7), timedelta(days=9), timedelta(days=9000)):
        write(table, BEFORE)
        updater = build(falling(step), dlq_url=queue.url)
        assert updater.handle(batch(*records), None) == {"batchItemFailures": []}
        assert items(table) == fold(BEFORE, EVENTS), step
    assert queue.letters() == []


def test_with_a_clock_years_behind_a_message_without_kafkas_time_is_put_aside_whole(
    build: Callable[..., Updater], queue: Queue, table: Any
) -> None:
    write(table, BEFORE)
    records = [record(event, offset, timestamp=None) for offset, event in enumerate(EVENTS)]
    updater = build(lambda: NOW - timedelta(days=900), dlq_url=queue.url)
    assert updater.handle(batch(*records), None) == {"batchItemFailures": []}
    letters = queue.letters()
    assert [letter["offset"] for letter in letters] == list(range(len(EVENTS)))
    assert items(table) == BEFORE
    again = [one | {"value": letter["payload"]} for one, letter in zip(records, letters, strict=True)]
    assert build(lambda: NOW).handle(batch(*again), None) == {"batchItemFailures": []}
    assert items(table) == fold(BEFORE, EVENTS)
