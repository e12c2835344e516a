"""Which earlier days a run consolidates beside its target."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chargebacks.consolidation.plan import HEALING_DAYS, EarlierDay, earlier_days, is_due

TARGET = date(2025, 11, 20)
UTC = ZoneInfo("UTC")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # three hours behind
OLDEST = date(2025, 11, 1)


def due(
    days_ago: int,
    newest: datetime | None = None,
    oldest: date | None = OLDEST,
    lookback: int = 1,
    zone: ZoneInfo = UTC,
) -> bool:
    day = EarlierDay(TARGET - timedelta(days=days_ago), newest)
    return is_due(day, TARGET, lookback, oldest, zone)


def test_a_run_looks_at_the_31_days_before_its_target_oldest_first() -> None:
    days = earlier_days(TARGET)
    assert (len(days), days[0], days[-1]) == (HEALING_DAYS, date(2025, 10, 20), date(2025, 11, 19))


@pytest.mark.parametrize(
    ("days_ago", "lookback", "expected"), [(1, 1, True), (2, 1, False), (3, 3, True), (1, 0, False)]
)
def test_within_the_lookback_a_day_is_always_due(days_ago: int, lookback: int, expected: bool) -> None:
    long_over = datetime.fromisoformat("2026-01-01")
    assert due(days_ago, newest=long_over, lookback=lookback) is expected
    assert due(days_ago, newest=None, oldest=None, lookback=lookback) is expected


def test_beyond_the_lookback_a_day_without_an_entry_heals_from_the_logs_oldest_day_on() -> None:
    assert due(19, oldest=OLDEST)  # the oldest itself
    assert not due(20, oldest=OLDEST)
    assert not due(5, oldest=None)  # no log at all: a first run does not take a month with it


@pytest.mark.parametrize(
    ("zone", "over"),
    [(UTC, datetime.fromisoformat("2025-11-16")), (SAO_PAULO, datetime.fromisoformat("2025-11-16T03:00"))],
)
def test_beyond_the_lookback_a_day_heals_when_its_newest_entry_is_from_before_it_was_over(
    zone: ZoneInfo, over: datetime
) -> None:
    assert due(5, newest=over - timedelta(microseconds=1), zone=zone)
    assert not due(5, newest=over, zone=zone)
    assert not due(5, newest=over + timedelta(days=30), zone=zone)
