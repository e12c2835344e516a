"""What a destination is told, of any record that Kafka takes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.errors import SettingsError
from chargebacks.event_source.destination import destination
from chargebacks.event_source.event import Record
from chargebacks.event_source.failure import Condition, Failure, form
from chargebacks.event_source.settings import PollSettings

NOW = datetime(2025, 11, 20, 6, 45, tzinfo=UTC)


def first_time(timestamp: int) -> str | None:
    record = Record("events", 0, 7, timestamp, "CREATE_TIME", None, b"v")
    failure = Failure((record,), Condition.RETRIES, 1, None, NOW)
    told = form(failure, "request", PollSettings("b:9092", "events"))
    found: str | None = told["KafkaBatchInfo"]["recordsInfo"]["events-0"]["firstRecordTimestamp"]
    return found


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_record_of_any_timestamp_can_be_put_aside(timestamp: int) -> None:
    first_time(timestamp)


@pytest.mark.parametrize(
    ("timestamp", "told"),
    [
        (1763621132123, "2025-11-20T06:45:32.123Z"),
        (-1, None),  # none
        (1763621132123000, None),  # microseconds: past the year 9999
    ],
)
def test_a_time_is_told_if_a_calendar_has_it(timestamp: int, told: str | None) -> None:
    assert first_time(timestamp) == told


@pytest.mark.parametrize("url", ["http://bad host/1/q", "https://-/1/q", "http:///1/q"])
def test_a_queue_that_no_client_can_reach_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="is no standard SQS queue"):
        destination(PollSettings("b:9092", "events", on_failure=url))
