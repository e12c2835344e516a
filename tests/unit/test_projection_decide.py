"""What a message asks for: pure, from event to update."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.errors import ContractError
from chargebacks.projection.decide import Day, Decision, Named, Outcome, classify, decide
from tests.fixtures.msk import Event, slice_of, summary

NOW = datetime(2025, 11, 20, 7, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")


def decided(event: Event, sent_at: datetime | None = None, now: datetime = NOW) -> Decision:
    return decide(event, sent_at, now, ZONE)


def position(**changes: Any) -> str:
    return decided(slice_of("cb-1", **changes)).update.position


def test_a_slice_updates_the_chargebacks_that_it_names() -> None:
    assert decided(slice_of("cb-1", "cb-2")).target == Named(("cb-1", "cb-2"))


@pytest.mark.parametrize("slices", [0, 1, 2500])
def test_a_summary_that_counts_its_slices_updates_nobody(slices: int) -> None:
    assert decided(summary(slices=slices)).target is None


def test_a_summary_that_counts_none_updates_the_day() -> None:
    start = datetime(2025, 11, 20, tzinfo=UTC)
    assert decided(summary()).target == Day(date(2025, 11, 20), start, start + timedelta(days=1))


def test_the_day_is_the_schedule_zones_with_its_own_length() -> None:
    event = summary(partition_date="2024-11-03", completed_at="2024-11-03T10:00:00Z")
    day = decide(event, None, NOW, ZoneInfo("America/New_York")).target
    assert isinstance(day, Day)
    assert day.start == datetime(2024, 11, 3, 4, tzinfo=UTC)
    assert day.end - day.start == timedelta(hours=25)


def test_the_position_is_date_then_utc_moment_then_content() -> None:
    event = {"event_type": "chargebacks_consolidated"} | slice_of(
        "ç", completed_at="2025-11-20T03:45:32-03:00"
    )
    canonical = (
        '{"chargeback_ids":["ç"],"completed_at":"2025-11-20T03:45:32-03:00",'
        '"event_type":"chargebacks_consolidated","execution_sequence":2,"execution_time":"2025-11-20T06:30:00",'
        '"job_name":"poc-chargeback-dev-chargebacks-consolidation","output_format":"csv",'
        '"output_path":"s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",'
        '"partition_date":"2025-11-20","records_processed":1250000,"slice":1,"slices":1,"total_executions":4}'
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    assert decided(event).update.position == f"2025-11-20|2025-11-20T06:45:32.000000Z|{digest}"


def test_positions_sort_by_partition_date_first() -> None:
    late_for_yesterday = position(partition_date="2025-11-19", completed_at="2025-11-20T06:59:00Z")
    assert late_for_yesterday < position(partition_date="2025-11-20", completed_at="2025-11-20T00:30:00Z")


moments = st.datetimes(datetime(1001, 1, 1), datetime(2025, 11, 20), timezones=st.timezones())  # noqa: DTZ001


@given(moments, moments)
def test_positions_sort_by_the_moment_whatever_its_offset_and_year(one: datetime, other: datetime) -> None:
    rounded = [moment.astimezone(UTC) for moment in (one, other)]
    spelled = [moment.isoformat() for moment in (one, other)]
    if all(text[-6] in "+-" for text in spelled):  # an offset with seconds is none for the contract
        found = [position(completed_at=text) for text in spelled]
        assert (found[0][:38] < found[1][:38]) == (rounded[0] < rounded[1])


def test_the_same_message_published_twice_has_one_position_whatever_its_id() -> None:
    assert position(event_id="first") == position(event_id="second")


def test_two_messages_of_one_moment_have_an_order() -> None:
    assert position(records_processed=1) != position(records_processed=2)


def test_the_written_attributes_are_the_messages_own() -> None:
    assert dict(decided(slice_of("cb-1")).update.attributes) == {
        "consolidation_status": "completed",
        "consolidation_s3_path": "s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
        "consolidation_date": "2025-11-20T06:45:32.123456+00:00",
        "consolidation_execution": 2,
        "consolidation_job_name": "poc-chargeback-dev-chargebacks-consolidation",
        "output_format": "csv",
        "records_in_consolidation": 1250000,
        "updated_at": "2025-11-20T06:45:32.123456+00:00",
    }


def test_the_clock_changes_nothing_of_what_is_written() -> None:
    assert decided(slice_of("cb-1")) == decided(slice_of("cb-1"), now=NOW + timedelta(days=400))


A_DAY_ON = "2025-11-21T07:00:00+00:00"
BEYOND = "2025-11-21T07:00:00.000001+00:00"


def test_a_moment_a_day_ahead_is_believed() -> None:
    assert decided(slice_of("cb-1", completed_at=A_DAY_ON)).target == Named(("cb-1",))


@pytest.mark.parametrize(
    "changes",
    [{"completed_at": BEYOND}, {"partition_date": "2025-11-22"}, {"partition_date": "9999-12-30"}],
)
def test_a_moment_or_partition_further_ahead_is_a_contract_error(changes: dict[str, str]) -> None:
    with pytest.raises(ContractError, match="more than a day ahead"):
        decided(slice_of("cb-1", **changes))


def test_ahead_is_meant_of_the_later_of_message_and_clock() -> None:
    event = slice_of("cb-1", completed_at=BEYOND)
    assert decided(event, sent_at=NOW + timedelta(seconds=1)).target == Named(("cb-1",))
    with pytest.raises(ContractError, match="more than a day ahead"):
        decided(event, sent_at=NOW - timedelta(days=9))
    assert decided(event, sent_at=datetime.max.replace(tzinfo=UTC)).target == Named(("cb-1",))


@pytest.mark.parametrize(
    "changes",
    [
        {"partition_date": "9999-12-31"},
        {"partition_date": "2025-02-30"},
        {"completed_at": "2025-02-30T00:00:00Z"},
        {"completed_at": "0001-01-01T00:00:00+10:00"},
    ],
)
def test_dates_that_no_calendar_has_are_contract_errors(changes: dict[str, str]) -> None:
    with pytest.raises(ContractError, match=r"no (moment|day) of the calendar"):
        decided(slice_of("cb-1", **changes))


@pytest.mark.parametrize(
    ("found", "exists", "outcome"),
    [
        ("p5", True, Outcome.ALREADY_APPLIED),
        ("p6", True, Outcome.STALE),
        (None, False, Outcome.MISSING),
    ],
)
def test_a_failed_condition_tells_why(found: str | None, exists: bool, outcome: Outcome) -> None:
    assert classify("p5", found, exists) is outcome
