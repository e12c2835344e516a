"""The messages of one execution that announces every item, as the job makes them, and as Lambda hands them over."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from benchmarks.data import DAY
from chargebacks import contract
from chargebacks.consolidation.announce.messages import slice_messages
from chargebacks.consolidation.commits.entry import Announcement, Counts, Entry
from chargebacks.contract.message import Message
from chargebacks.event_source import event
from chargebacks.projection.decide import Update, decide

BATCH: Final = 100  # messages in an invocation at most, Lambda's own default
NONE: Final[dict[str, Any]] = {"eventSource": event.EVENT_SOURCE, "records": {}}  # a batch without messages


def ids(items: int, start: int = 0) -> Iterator[str]:
    """The chargebacks' ids, as long as the landing files' ones."""
    return (f"cb-{n:020d}" for n in range(start, items))


def announced(items: int) -> Iterator[Message]:
    """The slices of an execution that completed just now: what it writes is newer than all before it."""
    return slice_messages(_entry(items), ids(items))


def decided(message: Message) -> tuple[Update, list[str]]:
    """What a slice asks for, and of whom."""
    found, now = contract.decode(message.value), datetime.now(UTC)
    return decide(found, now, now, ZoneInfo("UTC")).update, found["chargeback_ids"]


def events(messages: Iterable[Message]) -> Iterator[dict[str, Any]]:
    """Lambda's events of full batches, all from one partition."""
    numbered = enumerate(messages)
    while some := list(islice(numbered, BATCH)):
        records = [_record(offset, message) for offset, message in some]
        yield {
            "eventSource": event.EVENT_SOURCE,
            "records": {records[0].source: list(map(event.encode, records))},
        }


def _record(offset: int, message: Message) -> event.Record:
    headers = tuple((name, value.encode()) for name, value in message.headers)
    sent = int(datetime.now(UTC).timestamp() * 1000)
    return event.Record("bench", 0, offset, sent, "CREATE_TIME", message.key.encode(), message.value, headers)


def _entry(items: int) -> Entry:
    now = datetime.now(UTC)
    return Entry(
        commit=1,
        run=now.isoformat(),
        partition_date=datetime.fromisoformat(DAY).date(),
        execution_time=datetime.fromisoformat(f"{DAY}T06:30:00"),
        execution_sequence=2,
        total_executions=4,
        completed_at=now,
        job_name="poc-chargeback-dev-chargebacks-consolidation",
        output_path="s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
        output_format="csv",
        buckets=10,
        counts=Counts(records_read=items, records_processed=items),
        files=(),
        announcement=Announcement("bench", "changed", items),
    )
