"""What is left of a batch, and what may be committed."""

from hypothesis import given
from hypothesis import strategies as st

from chargebacks.event_source.delivery import Delivery
from chargebacks.event_source.event import Record, RecordId
from tests.fixtures.conformance import states
from tests.unit.test_poller_event import record


def ids(*offsets: int, source: str = "topic-0") -> frozenset[RecordId]:
    return frozenset(RecordId(source, offset) for offset in offsets)


def left(delivery: Delivery) -> list[tuple[int, int]]:
    return [(one.partition, one.offset) for one in delivery.remaining]


def test_a_success_commits_behind_the_last_record_of_every_partition() -> None:
    delivery = Delivery.of([record(7), record(8), record(3, 1)]).answered(frozenset())
    assert delivery.done
    assert delivery.committable() == {("topic", 0): 9, ("topic", 1): 4}


@states("commit.prefix")
def test_a_failure_holds_back_its_partition_alone() -> None:
    delivery = Delivery.of([record(7), record(8), record(9), record(3, 1)]).answered(ids(8))
    assert left(delivery) == [(0, 8)]
    assert delivery.committable() == {("topic", 0): 8, ("topic", 1): 4}


def test_a_partition_whose_first_record_failed_commits_nothing() -> None:
    assert Delivery.of([record(7), record(8)]).answered(ids(7)).committable() == {}


def test_gaps_between_offsets_do_not_hold_back() -> None:
    delivery = Delivery.of([record(7), record(20), record(31)]).answered(ids(31))
    assert delivery.committable() == {("topic", 0): 31}


def test_a_record_that_succeeds_later_lets_all_be_committed() -> None:
    delivery = Delivery.of([record(7), record(8)]).answered(ids(7)).answered(frozenset())
    assert delivery.attempts == 2
    assert delivery.committable() == {("topic", 0): 9}


@states("answer.from-lowest")
def test_rewinding_sends_everything_from_the_lowest_failed_on() -> None:
    delivery = Delivery.of([record(7), record(8), record(9), record(3, 1)]).answered(ids(8), from_lowest=True)
    assert left(delivery) == [(0, 8), (0, 9)]


def test_a_partition_that_was_taken_away_is_neither_sent_nor_committed() -> None:
    delivery = Delivery.of([record(7), record(3, 1)]).answered(ids(7) | ids(3, source="topic-1"))
    delivery = delivery.without({"topic-0"}).answered(frozenset())
    assert delivery.committable() == {("topic", 1): 4}


def test_what_was_put_aside_counts_as_done() -> None:
    delivery = Delivery.of([record(7), record(8)]).answered(ids(7)).put_aside([record(7)])
    assert delivery.done
    assert delivery.committable() == {("topic", 0): 9}


batches = st.dictionaries(
    st.integers(0, 3), st.sets(st.integers(0, 30), min_size=1, max_size=8), min_size=1
).map(lambda held: [record(offset, partition) for partition in held for offset in sorted(held[partition])])


@states("commit.prefix")
@given(
    batches, st.lists(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 30))), max_size=5), st.booleans()
)
def test_nothing_undone_is_ever_committed(
    batch: list[Record], rounds: list[set[tuple[int, int]]], from_lowest: bool
) -> None:
    delivery, done = Delivery.of(batch), set[RecordId]()
    for failing in rounds:
        sent = delivery.remaining
        failed = frozenset(one.id for one in sent if (one.partition, one.offset) in failing)
        done |= {one.id for one in sent} - failed
        delivery = delivery.answered(failed, from_lowest)
        for (topic, partition), offset in delivery.committable().items():
            before = {one.id for one in batch if one.partition == partition and one.offset < offset}
            assert topic == "topic"
            assert before <= done
    assert delivery.done == (done >= {one.id for one in batch} and bool(rounds))
