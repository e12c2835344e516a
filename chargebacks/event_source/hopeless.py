"""Which records of a batch will not be tried (again), and why: pure.

Sources: AWS Lambda Developer Guide, "Configuring error handling controls for Kafka event sources" (retries do
not count the first attempt; no record older than the maximum age is sent) and "Capturing discarded batches for
Amazon MSK and self-managed Apache Kafka event sources" (a record above the payload limit). A record's age is
counted from its Kafka timestamp; that is inferred.
"""

from datetime import datetime
from typing import Final

from chargebacks.event_source import event
from chargebacks.event_source.delivery import Delivery
from chargebacks.event_source.failure import Condition
from chargebacks.event_source.settings import UNLIMITED, PollSettings

_MILLISECONDS: Final = 1000


def hopeless(
    delivery: Delivery, settings: PollSettings, now: datetime
) -> tuple[Condition, tuple[event.Record, ...]] | None:
    """The records to let go now, and why; None when all that is left may be tried. `now` is aware."""
    left = delivery.remaining
    if not left:
        return None
    if len(left) == 1 and len(event.text(left, settings)) > settings.payload_limit_bytes:
        return Condition.SIZE, left
    if settings.retries is not None and delivery.attempts > settings.retries:
        return Condition.RETRIES, left
    old = tuple(one for one in left if _too_old(one, settings.maximum_record_age_in_seconds, now))
    return (Condition.AGE, old) if old else None


def _too_old(record: event.Record, limit: int, now: datetime) -> bool:
    """A record without a timestamp has no age."""
    if limit == UNLIMITED or record.timestamp < 0:
        return False
    return now.timestamp() - record.timestamp / _MILLISECONDS > limit
