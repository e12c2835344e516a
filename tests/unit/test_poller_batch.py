"""When a batch is full."""

import math

from chargebacks.event_source.batch import MAX_BYTES, Gathering, Limits
from chargebacks.event_source.event import encoded_bytes, source_bytes
from tests.fixtures.conformance import states
from tests.unit.test_poller_event import record

ENVELOPE = 300
SMALL, LIST = encoded_bytes(record(0)), source_bytes("topic-0")


@states("batch.size")
def test_it_is_full_at_its_size() -> None:
    gathering = Gathering(Limits(size=2, window_seconds=10))
    assert gathering.add(record(0), now=0)
    assert gathering.seconds_left(now=0) == 10
    assert gathering.add(record(1), now=1)
    assert gathering.seconds_left(now=1) == 0


@states("batch.window")
def test_its_window_begins_with_the_first_record() -> None:
    gathering = Gathering(Limits(window_seconds=5))
    assert gathering.seconds_left(now=1000) == math.inf
    gathering.add(record(0), now=1000)
    gathering.add(record(1), now=1003)
    assert gathering.seconds_left(now=1004) == 1
    assert gathering.seconds_left(now=1006) == 0


@states("batch.window", "batch.size")
def test_without_a_window_it_takes_what_is_there_up_to_its_size() -> None:
    gathering = Gathering(Limits(size=2, window_seconds=0))
    gathering.add(record(0), now=1000)
    assert gathering.seconds_left(now=1001) == 0
    assert gathering.may_take_more(now=1001)
    gathering.add(record(1), now=1001)
    assert not gathering.may_take_more(now=1001)


@states("batch.bytes")
def test_a_record_that_makes_the_event_too_large_is_left_for_the_next_batch() -> None:
    limits = Limits(max_bytes=ENVELOPE + LIST + 2 * SMALL, envelope_bytes=ENVELOPE)
    gathering = Gathering(limits)
    assert [gathering.add(record(offset), now=0) for offset in range(3)] == [True, True, False]
    assert [one.offset for one in gathering.records] == [0, 1]


def test_a_partition_counts_its_name_once() -> None:
    gathering = Gathering(Limits(max_bytes=LIST + 2 * SMALL))
    assert gathering.add(record(0), now=0)
    assert not gathering.add(record(0, partition=1), now=0)
    assert gathering.add(record(1), now=0)


@states("batch.bytes")
def test_six_megabytes_count_base64_not_the_bytes_sent() -> None:
    gathering = Gathering(Limits())
    taken = [gathering.add(record(n, value=bytes(1_000_000)), now=0) for n in range(6)]
    assert taken == [True, True, True, True, False, False]
    assert MAX_BYTES == 6 * 1024 * 1024


def test_a_record_that_is_too_large_by_itself_goes_alone() -> None:
    gathering = Gathering(Limits(max_bytes=1))
    assert gathering.add(record(0), now=0)
    assert not gathering.add(record(1), now=0)


def test_records_of_a_partition_that_was_taken_away_are_dropped_and_leave_room() -> None:
    gathering = Gathering(Limits(max_bytes=LIST + 2 * SMALL, window_seconds=5))
    gathering.add(record(0, partition=0), now=10)
    gathering.forget({"topic-0"})
    assert gathering.records == []
    assert gathering.add(record(7, partition=1), now=20)
    assert gathering.add(record(8, partition=1), now=21)
    gathering.forget({"topic-2"})
    assert [one.offset for one in gathering.records] == [7, 8]
    assert gathering.seconds_left(now=22) == 3
