"""Which partitions a run works on, beside its target: pure decisions on what log and landing zone say."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from chargebacks import schedule

HEALING_DAYS = 31


@dataclass(frozen=True)
class EarlierDay:
    """What is known of a day before the target that has uncovered landing files."""

    day: date
    newest_execution: datetime | None  # naive UTC; None: no entry


def earlier_days(target: date) -> list[date]:
    """The days before the target that a run looks at, oldest first."""
    return [target - timedelta(days=n) for n in range(HEALING_DAYS, 0, -1)]


def is_due(
    earlier: EarlierDay, target: date, lookback_days: int, oldest: date | None, zone: ZoneInfo
) -> bool:
    """Whether the uncovered files of that day are consolidated now.

    Within the lookback always. Beyond it, from the log's `oldest` partition on, when the day has no entry or its
    newest entry is from before the day was over: so an outage of days heals by itself.
    """
    if (target - earlier.day).days <= lookback_days:
        return True
    if oldest is None or earlier.day < oldest:
        return False
    _, end = schedule.day_bounds(earlier.day, zone)
    newest = earlier.newest_execution
    return newest is None or newest.replace(tzinfo=UTC) < end
