"""Days and slots: what a day is, and which execution of it a moment belongs to.

The schedule zone (an IANA name, default UTC) is one setting shared by job, updater and infrastructure.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chargebacks.errors import SettingsError

FIRST_SLOT = time(0, 30)
MAX_DAYS = 366  # of one range
YEARS = range(1000, 3000)  # that a message can carry: the contract writes them with four digits, 1 or 2 first


def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises SettingsError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(
            f"schedule_zone {name!r} is no IANA time zone: give one like UTC or America/Sao_Paulo"
        ) from None


def parse_date(text: str) -> date:
    """A partition date, `YYYY-MM-DD`. Raises SettingsError."""
    try:
        parsed = date.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.isoformat() != text or parsed.year not in YEARS:
        raise SettingsError(f"partition_date {text!r} is no date: give YYYY-MM-DD, like 2025-11-20")
    return parsed


def parse_dates(text: str) -> tuple[date, date]:
    """The first and last of the partition dates `YYYY-MM-DD..YYYY-MM-DD`, or one date twice. Raises SettingsError."""
    first, separator, last = text.partition("..")
    if not separator:
        return parse_date(text), parse_date(text)
    if not first or not last:
        raise SettingsError(
            f"partition_date {text!r} is no range: give both ends, like 2025-11-01..2025-11-20"
        )
    found = parse_date(first), parse_date(last)
    length = (found[1] - found[0]).days + 1
    if length < 1:
        raise SettingsError(f"partition_date {text!r} ends before it begins: give the earlier day first")
    if length > MAX_DAYS:
        raise SettingsError(f"partition_date {text!r} spans {length} days: give at most {MAX_DAYS} at a time")
    return found


def parse_execution_time(text: str) -> datetime:
    """An execution time with or without zone, as naive UTC (as messages carry it). Raises SettingsError."""
    try:
        moment = naive_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.year not in YEARS:
        raise SettingsError(
            f"execution_time {text!r} is no time: give ISO 8601, like 2025-11-20T06:30:00 (UTC)"
        )
    return moment


def naive_utc(moment: datetime) -> datetime:
    """`moment` in UTC without its zone; one without a zone is taken as UTC already."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def slots(total_executions: int) -> list[time]:
    """The local times of a day's executions: evenly spread from 00:30 (4 → 00:30 06:30 12:30 18:30)."""
    step = timedelta(days=1) / total_executions
    first = datetime.combine(date.min, FIRST_SLOT)
    return sorted((first + step * n).time() for n in range(total_executions))


def sequence_at(execution_time: datetime, total_executions: int, schedule_zone: ZoneInfo) -> int:
    """The latest slot at or before naive-UTC `execution_time`, counted from 1; 1 before the day's first."""
    local = execution_time.replace(tzinfo=UTC).astimezone(schedule_zone).time()
    return max(1, sum(slot <= local for slot in slots(total_executions)))


def day_of(moment: datetime, schedule_zone: ZoneInfo) -> date:
    """The partition date to which naive-UTC `moment` belongs."""
    return moment.replace(tzinfo=UTC).astimezone(schedule_zone).date()


def day_bounds(partition_date: date, schedule_zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of the partition's day and the first of the next, as aware UTC."""
    start = datetime.combine(partition_date, time.min, schedule_zone)
    end = datetime.combine(partition_date + timedelta(days=1), time.min, schedule_zone)
    return start.astimezone(UTC), end.astimezone(UTC)
