"""What changes while messages are in flight: the partition is consolidated again, items go and come."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chargebacks.adapters.producer import KafkaPublisher
from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.local.stack import Kafka
from chargebacks.projection.updater import Updater
from tests.fixtures.faults import WRITE, Held, Proxy, Trouble
from tests.fixtures.kafka import received
from tests.fixtures.msk import DAY, Event, items, of
from tests.fixtures.world import consolidation, existing, write
from tests.oracle.fold import fold, named
from tests.unit.consolidation.builders import land, newer, records, settings

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"c{number:03}" for number in range(60)]
BEFORE = existing(IDS)


@pytest.fixture
def announced(tmp_path: Path, kafka: Kafka, topic: str) -> tuple[list[Event], list[Event]]:
    """The messages of two consolidations of one partition, from the topic to which the job sent them."""
    for name, at, rows in (("a.json", "06:30", records(*IDS)), ("b.json", "12:30", newer(*IDS[20:50]))):
        land(tmp_path, name, rows)
        told = settings(tmp_path, kafka_topic=topic, execution_time=f"{DAY}T{at}:00")
        job.run(told, InProcessEngine(), KafkaPublisher(kafka.bootstrap_servers, "none", 30)).raise_failures()
    messages = received(kafka.bootstrap_servers, topic)
    first, second = ([one for one in messages if one["commit"] == commit] for commit in (1, 2))
    return first, second


def test_a_partition_consolidated_again_while_its_messages_are_in_flight_ends_at_the_later_one(
    announced: tuple[list[Event], list[Event]],
    proxy: Proxy,
    build: Callable[..., Updater],
    table: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(table, BEFORE)
    first, second = announced
    gate = threading.Event()
    proxy.plan = lambda operation, number: Held(gate) if operation == WRITE and number == 1 else None
    with ThreadPoolExecutor(1) as pool:
        # One of the first consolidation's writes is on its way; the whole of the second overtakes it.
        slow = pool.submit(build(threads=1, read_timeout=60.0).handle, of(*first), None)
        try:
            while proxy.calls.count(WRITE) < 2:
                assert not slow.done()
                time.sleep(0.01)
            assert build().handle(of(*second), None) == {"batchItemFailures": []}
        finally:
            gate.set()
        assert slow.result() == {"batchItemFailures": []}
    assert items(table) == fold(BEFORE, [*first, *second])
    overtaken = {*named(first[0], BEFORE)[25:]} & {*named(second[0], BEFORE)}
    assert overtaken
    assert f'"ChargebacksStale":[{len(overtaken)}.0]' in capsys.readouterr().out


def test_items_removed_in_flight_are_missing_and_nobody_creates_them_again(
    proxy: Proxy, build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    write(table, BEFORE)
    slices = consolidation(1, IDS, per_slice=25)
    gone = IDS[20:35]  # of the first call's 25, the second's, and none of the third's

    def remove_meanwhile(operation: str, number: int) -> Trouble | None:
        if operation == WRITE and number == 1:
            with table.batch_writer() as writer:
                for one in gone:
                    writer.delete_item(Key={"chargeback_id": one})
        return None

    proxy.plan = remove_meanwhile
    for _ in range(2):
        assert build(threads=1).handle(of(*slices), None) == {"batchItemFailures": []}
        left = {one: item for one, item in BEFORE.items() if one not in gone}
        assert items(table) == fold(left, slices)
    printed = capsys.readouterr().out
    assert '"ChargebacksMissing":[10.0]' in printed
    assert '"ChargebacksMissing":[15.0]' in printed


def test_an_item_created_late_is_missing_not_touched_later_and_found_when_it_is_announced_again(
    build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    early = existing(IDS[:40])
    write(table, early)
    slices = consolidation(1, IDS)
    assert build().handle(of(*slices), None) == {"batchItemFailures": []}
    assert '"ChargebacksMissing":[20.0]' in capsys.readouterr().out
    late = existing(IDS[40:])
    write(table, late)
    assert build().handle(of(*consolidation(2, IDS[:5])), None) == {"batchItemFailures": []}
    assert items(table) == fold(early, [*slices, *consolidation(2, IDS[:5])]) | late
    assert build().handle(of(*slices), None) == {
        "batchItemFailures": []
    }  # as `chargebacks replay` sends them
    assert items(table) == fold(BEFORE, [*slices, *consolidation(2, IDS[:5])])
