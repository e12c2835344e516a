"""Which record wins, and which winners are news: one total order, whatever files, executions and order they came in."""

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargebacks.consolidation.records.frame import canonical_bytes, empty
from chargebacks.consolidation.records.merge import Merged, bucket_of, merge, winners
from tests.oracle.rules import Version, understand
from tests.unit.consolidation.builders import Row, frame_of

OLD, NEW = "2025-11-20T05:00:00Z", "2025-11-20T05:00:00.000001Z"


def winner(*records: Row) -> Row:
    """The status of the winner among records of one id, the same in either order and merged one by one."""
    named = [{"chargeback_id": "a", **one} for one in records]
    forth, back = winners(frame_of(*named)), winners(frame_of(*reversed(named)))
    assert forth.equals(back)
    one_by_one = empty()
    for record in named:
        one_by_one = merge(frame_of(record), one_by_one).winners
    assert one_by_one.equals(forth)
    assert forth.height == 1
    return forth.row(0, named=True)


@pytest.mark.parametrize(
    ("loser", "better"),
    [
        ({"updated_at": OLD, "event_timestamp": NEW}, {"updated_at": NEW, "event_timestamp": OLD}),
        (
            {"updated_at": "2025-11-20T05:00:00Z"},
            {"updated_at": "2025-11-20T05:00:00.5Z"},
        ),  # as text, Z sorts after
        ({"updated_at": "2025-11-20T05:00:00Z"}, {"updated_at": "2025-11-20T04:00:01-01:00"}),
        ({"updated_at": OLD, "event_timestamp": OLD}, {"updated_at": OLD, "event_timestamp": NEW}),
        ({"updated_at": None, "event_timestamp": NEW}, {"updated_at": OLD, "event_timestamp": None}),
        ({"updated_at": OLD, "event_timestamp": None}, {"updated_at": OLD, "event_timestamp": "0001-01-01"}),
        ({"updated_at": OLD, "event_type": "INSERT"}, {"updated_at": OLD, "event_type": "MODIFY"}),
        ({"updated_at": OLD, "event_type": "MODIFY"}, {"updated_at": OLD, "event_type": "REMOVE"}),
        ({"updated_at": OLD, "event_type": None}, {"updated_at": OLD, "event_type": "INSERT"}),
        ({"updated_at": OLD, "event_type": "REMOVE"}, {"updated_at": NEW, "event_type": "INSERT"}),
        ({"updated_at": OLD, "event_type": "MODIFY"}, {"event_timestamp": NEW, "event_type": "REMOVE"}),
        ({"event_timestamp": OLD, "event_type": "REMOVE"}, {"updated_at": NEW, "event_type": "MODIFY"}),
        ({"event_timestamp": NEW, "event_type": "MODIFY"}, {"event_timestamp": OLD, "event_type": "REMOVE"}),
        ({"event_type": "MODIFY"}, {"event_type": "REMOVE"}),
    ],
)
def test_the_greater_in_the_total_order_wins(loser: Row, better: Row) -> None:
    assert winner(loser | {"status": "z"}, better | {"status": "a"})["status"] == "a"


@pytest.mark.parametrize(
    ("loser", "better"),
    [
        ({"status": "lost"}, {"status": "won"}),
        ({"amount": "10.5"}, {"amount": "9"}),  # as canonical text, 9 is greater
        ({"reason": "é"}, {"reason": "😡"}),
        ({"status": "won"}, {"status": None}),  # the bytes of null are greater than a quote
        ({"metadata": None}, {"metadata": {"transaction_id": "t"}}),
        ({"amount": "1"}, {"amount": "1", "new_field": 1}),
    ],
)
def test_at_a_tie_the_greater_canonical_bytes_win(loser: Row, better: Row) -> None:
    frames = [frame_of({"chargeback_id": "a", **one}) for one in (loser, better)]
    low, high = (canonical_bytes(frame)[0] for frame in frames)
    expected = frames[1] if high > low else frames[0]
    assert low != high
    assert winner(loser, better) == expected.row(0, named=True)


def test_the_bytes_at_a_tie_are_those_of_the_canonical_form() -> None:
    """Worked out by hand: amount is the first key, and "9" is a greater text than "10.5"."""
    assert winner({"amount": "10.5", "status": "z"}, {"amount": "9", "status": "a"})["amount"] == 9
    assert winner({"reason": "b", "status": "a"}, {"reason": "a", "status": "b"})["reason"] == "b"


def test_equal_records_are_one() -> None:
    same = {"chargeback_id": "a", "amount": "10.50", "updated_at": OLD}
    merged = merge(frame_of(same, same | {"amount": 10.5}, same), frame_of(same))
    assert (merged.winners.height, merged.announced.len()) == (1, 0)


def test_ids_that_differ_in_any_way_are_different() -> None:
    ids = ["a", "A", "a ", "á", "a\u0301", "a\x00", "0", "00"]
    merged = merge(frame_of(*({"chargeback_id": one} for one in ids)), empty())
    assert merged.winners["chargeback_id"].to_list() == sorted(ids, key=str.encode)
    assert merged.announced.to_list() == sorted(ids, key=str.encode)


def test_a_removed_chargeback_stays_and_is_not_announced_until_it_lives_again() -> None:
    gone = merge(frame_of({"chargeback_id": "a", "event_type": "REMOVE", "updated_at": OLD}), empty())
    assert (gone.winners["event_type"].to_list(), gone.announced.to_list()) == (["REMOVE"], [])
    assert merge(empty(), gone.winners, announce_all=True).announced.to_list() == []
    back = merge(frame_of({"chargeback_id": "a", "event_type": "INSERT", "updated_at": NEW}), gone.winners)
    assert (back.winners["event_type"].to_list(), back.announced.to_list()) == (["INSERT"], ["a"])


@pytest.mark.parametrize(
    "changed", [{"status": "x"}, {"amount": "1"}, {"metadata": {"customer_email": "x"}}, {"new": 1}]
)
def test_a_change_of_any_field_is_news_and_its_loss_is_not(changed: Row) -> None:
    before = frame_of({"chargeback_id": "a", "updated_at": OLD})
    after = merge(frame_of({"chargeback_id": "a", "updated_at": NEW, **changed}), before)
    assert after.announced.to_list() == ["a"]
    stale = merge(before, after.winners)
    assert stale.announced.to_list() == []
    assert stale.winners.equals(after.winners)


def test_announce_all_names_every_living_chargeback_once() -> None:
    before = frame_of(*({"chargeback_id": one} for one in "cab"))
    assert merge(empty(), before, announce_all=True).announced.to_list() == ["a", "b", "c"]
    assert merge(frame_of({"chargeback_id": "b"}), before, announce_all=True).announced.to_list() == [
        "a",
        "b",
        "c",
    ]


def test_buckets_are_the_same_on_every_machine() -> None:
    """CRC-32 (ISO-HDLC) of the UTF-8 bytes; 0xCBF43926 is its published check value for 123456789."""
    assert bucket_of(pl.Series(["123456789"]), 10**4).to_list() == [0xCBF43926 % 10**4]
    ids = pl.Series([f"cb-{n}" for n in range(10_000)])
    sizes = bucket_of(ids, 10).value_counts()["count"].to_list()
    assert len(sizes) == 10
    assert max(sizes) < 1.2 * min(sizes)


# --- properties ------------------------------------------------------------------------------------------------

MOMENTS = st.sampled_from(
    [None, OLD, NEW, "2025-11-20T05:00:00.5Z", "2025-11-20T02:00:00-03:00", "1763614800"]
)
RECORDS = st.fixed_dictionaries(
    {
        "chargeback_id": st.sampled_from(["a", "b", "c"]),
        "updated_at": MOMENTS,
        "event_timestamp": MOMENTS,
        "event_type": st.sampled_from([None, "INSERT", "MODIFY", "REMOVE"]),
    },
    optional={
        "status": st.sampled_from(["", "open", "won", "é"]),
        "amount": st.sampled_from(["1", "1.0", "2", "10"]),
        "metadata": st.sampled_from([None, {"transaction_id": "t"}, {"customer_email": ""}]),
        "new_field": st.sampled_from([1, 2]),
    },
)
EXECUTIONS = st.lists(st.lists(RECORDS, max_size=6), min_size=1, max_size=4)


def oracle(records: list[Row], newest: dict[str, Version]) -> dict[str, Version]:
    """The winners after these records, by plain Python."""
    found = dict(newest)
    for record in records:
        key, version = understand(json.loads(json.dumps(record))) or pytest.fail("an echo")
        if key not in found or version > found[key]:
            found[key] = version
    return found


def held(frame: pl.DataFrame) -> dict[str, bytes]:
    return dict(zip(frame["chargeback_id"], canonical_bytes(frame), strict=True))


def contents(newest: dict[str, Version]) -> dict[str, bytes]:
    return {key: version.content for key, version in newest.items()}


@settings(max_examples=60)
@given(EXECUTIONS)
def test_any_executions_give_the_winners_and_the_news_of_the_oracle(executions: list[list[Row]]) -> None:
    merged, newest = Merged(empty(), pl.Series(dtype=pl.String)), dict[str, Version]()
    for records in executions:
        before, newest = newest, oracle(records, newest)
        merged = merge(frame_of(*records), merged.winners)
        assert held(merged.winners) == contents(newest)
        news = {k for k, v in newest.items() if not v.removed and contents(before).get(k) != v.content}
        assert merged.announced.to_list() == sorted(news)
        assert merged.winners["chargeback_id"].is_sorted()


@settings(max_examples=40)
@given(st.lists(RECORDS, max_size=8), st.randoms(use_true_random=False), st.integers(0, 8), st.integers(0, 8))
def test_any_order_and_any_split_give_the_same_output(
    records: list[Row], random: Any, first: int, second: int
) -> None:
    at_once = merge(frame_of(*records), empty()).winners
    random.shuffle(records)
    low, high = sorted((first, second))
    output: pl.DataFrame = empty()
    for part in (records[:low], records[low:high], records[high:], records[:high]):  # some of them once more
        output = merge(frame_of(*part), output).winners
    assert output.equals(at_once)


@settings(max_examples=40)
@given(st.lists(RECORDS, max_size=6), st.lists(RECORDS, max_size=6))
def test_merging_is_associative(first: list[Row], second: list[Row]) -> None:
    stepwise = merge(frame_of(*second), merge(frame_of(*first), empty()).winners)
    together = merge(frame_of(*first, *second), empty())
    assert stepwise.winners.equals(together.winners)
    assert set(stepwise.announced) <= set(together.announced)
