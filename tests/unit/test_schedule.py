"""Days, slots and times, in the schedule's zone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.errors import SettingsError
from chargebacks.schedule import (
    day_bounds,
    day_of,
    naive_utc,
    parse_date,
    parse_execution_time,
    sequence_at,
    slots,
    zone,
)

UTC_ZONE, SAO_PAULO, NEW_YORK = zone("UTC"), zone("America/Sao_Paulo"), zone("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_four_executions_are_at_half_past_midnight_and_every_six_hours() -> None:
    assert slots(4) == [time(0, 30), time(6, 30), time(12, 30), time(18, 30)]


@given(st.integers(1, 24))
def test_there_are_as_many_slots_as_executions_all_within_the_day(total: int) -> None:
    found = slots(total)
    assert len(set(found)) == total
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("moment", "sequence"),
    [
        ("2025-11-20T00:00:00", 1),  # before the day's first
        ("2025-11-20T00:30:00", 1),
        ("2025-11-20T06:29:59.999999", 1),
        ("2025-11-20T06:30:00", 2),
        ("2025-11-20T12:30:00", 3),
        ("2025-11-20T23:59:59", 4),
    ],
)
def test_the_sequence_is_the_latest_slot_at_or_before(moment: str, sequence: int) -> None:
    assert sequence_at(at(moment), 4, UTC_ZONE) == sequence


def test_slots_and_days_are_those_of_the_schedules_zone() -> None:
    moment = at("2025-11-20T02:45:00")  # 23:45 on the 19th in São Paulo
    assert (sequence_at(moment, 4, SAO_PAULO), day_of(moment, SAO_PAULO)) == (4, date(2025, 11, 19))
    assert (sequence_at(moment, 4, UTC_ZONE), day_of(moment, UTC_ZONE)) == (1, date(2025, 11, 20))


@pytest.mark.parametrize(("day", "hours"), [("2025-03-09", 23), ("2025-11-02", 25), ("2025-07-01", 24)])
def test_a_day_lasts_from_midnight_to_midnight_in_its_zone(day: str, hours: int) -> None:
    start, end = day_bounds(parse_date(day), NEW_YORK)
    assert end - start == timedelta(hours=hours)
    assert day_of(start.replace(tzinfo=None), NEW_YORK) == parse_date(day)
    assert day_of((end - timedelta(microseconds=1)).replace(tzinfo=None), NEW_YORK) == parse_date(day)
    assert day_of(end.replace(tzinfo=None), NEW_YORK) == parse_date(day) + timedelta(days=1)


@given(st.datetimes(at("2000-01-01"), at("2099-01-01")), st.sampled_from([UTC_ZONE, SAO_PAULO, NEW_YORK]))
def test_every_moment_lies_within_the_bounds_of_its_day(moment: datetime, name: object) -> None:
    where = zone(str(name))
    start, end = day_bounds(day_of(moment, where), where)
    assert start <= moment.replace(tzinfo=UTC) < end


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-11-20T06:30:00", "2025-11-20T06:30:00"),
        ("2025-11-20T06:30:00Z", "2025-11-20T06:30:00"),
        ("2025-11-20T03:30:00-03:00", "2025-11-20T06:30:00"),
        ("2025-11-20 06:30", "2025-11-20T06:30:00"),
        ("2025-11-20", "2025-11-20T00:00:00"),
        ("2025-11-20T06:30:00.123456+00:00", "2025-11-20T06:30:00.123456"),
    ],
)
def test_an_execution_time_with_or_without_zone_is_naive_utc(text: str, moment: str) -> None:
    assert parse_execution_time(text) == at(moment)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "now",
            "06:30",
            "2025-11-20T25:00:00",
            "2025-02-30T00:00:00",
            "20/11/2025",
            "0001-01-01T00:00:00+05:00",
        ),
        *("0001-01-01T00:00:00", "0999-12-31T23:59:59", "3000-01-01T00:00:00", "9999-12-31T23:59:59-05:00"),
    ],
)
def test_what_is_no_execution_time_is_explained(text: str) -> None:
    with pytest.raises(SettingsError, match=r"execution_time .* is no time: give ISO 8601, like"):
        parse_execution_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2025-1-1",
        "20251120",
        "2025-W47-4",
        "2025-02-29",
        " 2025-11-20",
        "0001-01-01",
        "0999-12-31",
        "3000-01-01",
    ],
)
def test_what_is_no_partition_date_is_explained(text: str) -> None:
    """Outside the years 1000 to 2999 there is no message that could carry it."""
    with pytest.raises(SettingsError, match=r"partition_date .* is no date: give YYYY-MM-DD, like"):
        parse_date(text)


def test_an_unknown_zone_is_explained() -> None:
    for name in ("Mars/Olympus", "", "../etc/passwd", "UTC\x00"):
        with pytest.raises(SettingsError, match=r"schedule_zone .* is no IANA time zone: give one like UTC"):
            zone(name)


def test_naive_utc_takes_a_time_without_zone_as_it_is() -> None:
    assert (
        naive_utc(at("2025-11-20T06:30:00"))
        == naive_utc(at("2025-11-20T07:30:00+01:00"))
        == at("2025-11-20T06:30")
    )
