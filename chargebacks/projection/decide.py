"""From an event to what must be written: pure, so the table is a function of the messages and nothing else.

event ── decide ──▶ Decision(Update(position, attributes), Named ids | a whole Day | nothing)
failed condition ── classify ──▶ applied already | stale | missing
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from chargebacks import contract, record, schedule
from chargebacks.errors import ContractError

COMPLETED: Final = "completed"
SLICE: Final = "chargebacks_consolidated"
AHEAD: Final = timedelta(days=1)  # how far ahead of the clock a message's dates may be


class Outcome(StrEnum):
    """What became of one chargeback's update."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already_applied"
    STALE = "stale"  # a later consolidation was applied before
    MISSING = "missing"  # no such item; never created by us


@dataclass(frozen=True)
class Update:
    """A conditional write: set `attributes` and the position, if the item's is missing or lesser."""

    position: str
    attributes: Mapping[str, str | int]


@dataclass(frozen=True)
class Named:
    """The chargebacks that a slice names."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """The chargebacks created at `start` or later and before `end` (aware UTC), whoever they are."""

    date: date
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Decision:
    """What to write, and to whom; None: to nobody."""

    update: Update
    target: Named | Day | None


def decide(event: Mapping[str, Any], sent_at: datetime | None, now: datetime, zone: ZoneInfo) -> Decision:
    """What `event` (valid by the contract) asks for. `sent_at` (Kafka's timestamp) and `now` are aware.

    Raises ContractError when a date is more than a day ahead of both: its position would beat every honest
    one to come, and so freeze the items.
    """
    completed = _instant(event, "completed_at")
    day = _day(event, zone)
    limit = _ahead_of(max(sent_at or now, now))
    for name, moment in (("completed_at", completed), ("partition_date", day.start)):
        if moment > limit:
            raise ContractError(
                f"{name} {event[name]!r} is more than a day ahead of message and clock: "
                "it would freeze the chargebacks; correct the producer's clock and send it again"
            )
    return Decision(Update(_position(event, completed), _attributes(event)), _target(event, day))


def position(event: Mapping[str, Any]) -> str:
    """What an item's position is after that event. Raises ContractError."""
    return _position(event, _instant(event, "completed_at"))


def classify(position: str, found: str | None, exists: bool) -> Outcome:
    """Why the condition of an update to `position` failed: `found` is the item's position then."""
    if not exists:
        return Outcome.MISSING
    return Outcome.ALREADY_APPLIED if found == position else Outcome.STALE


def _target(event: Mapping[str, Any], day: Day) -> Named | Day | None:
    if event["event_type"] == SLICE:
        return Named(tuple(event["chargeback_ids"]))
    # A summary that counts its slices leaves the updating to them; another producer's has none.
    return None if "slices" in event else day


def _position(event: Mapping[str, Any], completed: datetime) -> str:
    """Sorts as text by partition date, then completion, then content: any two messages have an order."""
    moment = record.instant_text(completed)
    return f"{event['partition_date']}|{moment}|{contract.content_hash(event)}"


def _attributes(event: Mapping[str, Any]) -> dict[str, str | int]:
    """No wall clock: `updated_at` equal to `consolidation_date` is how an echo of this update is known."""
    return {
        "consolidation_status": COMPLETED,
        "consolidation_s3_path": event["output_path"],
        record.CONSOLIDATION_DATE: event["completed_at"],
        "consolidation_execution": int(event["execution_sequence"]),
        "consolidation_job_name": event["job_name"],
        "output_format": event["output_format"],
        "records_in_consolidation": int(event["records_processed"]),
        "updated_at": event["completed_at"],
    }


def _instant(event: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(event[name])
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ContractError(f"{name} {event[name]!r} is no moment of the calendar") from None


def _day(event: Mapping[str, Any], zone: ZoneInfo) -> Day:
    try:
        day = date.fromisoformat(event["partition_date"])
        return Day(day, *schedule.day_bounds(day, zone))
    except (ValueError, OverflowError):
        raise ContractError(f"partition_date {event['partition_date']!r} is no day of the calendar") from None


def _ahead_of(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) + AHEAD
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
