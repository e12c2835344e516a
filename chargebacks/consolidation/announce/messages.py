"""Entry → Kafka messages: pure, so that publishing twice sends equal messages, byte for byte."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from chargebacks import contract
from chargebacks.consolidation.commits.entry import SLICE_IDS, Entry, completed_text
from chargebacks.contract.message import Message

SUMMARY: Final = "summary"


def summary_event(entry: Entry) -> dict[str, Any]:
    """The `consolidation_completed` event of an entry."""
    counts = asdict(entry.counts)
    return {
        "event_type": "consolidation_completed",
        "event_id": _event_id(entry, SUMMARY),
        "partition_date": entry.partition_date.isoformat(),
        "execution_sequence": entry.execution_sequence,
        "total_executions": entry.total_executions,
        **counts,
        "output_files": len(entry.files),
        "output_format": entry.output_format,
        "output_path": entry.output_path,
        "execution_time": entry.execution_time.isoformat(),
        "completed_at": completed_text(entry.completed_at),
        "job_name": entry.job_name,
        "slices": entry.announcement.slices,
        "commit": entry.commit,
    }


def slice_event(entry: Entry, number: int, ids: list[str]) -> dict[str, Any]:
    """The `chargebacks_consolidated` event that names slice `number` (from 1) of the changed ids."""
    return {
        "event_type": "chargebacks_consolidated",
        "event_id": _event_id(entry, str(number)),
        "partition_date": entry.partition_date.isoformat(),
        "execution_sequence": entry.execution_sequence,
        "total_executions": entry.total_executions,
        "slice": number,
        "slices": entry.announcement.slices,
        "chargeback_ids": ids,
        "records_processed": entry.counts.records_processed,
        "output_format": entry.output_format,
        "output_path": entry.output_path,
        "execution_time": entry.execution_time.isoformat(),
        "completed_at": completed_text(entry.completed_at),
        "job_name": entry.job_name,
        "commit": entry.commit,
    }


def messages(entry: Entry, ids: Iterable[str]) -> Iterator[Message]:
    """Every message of an entry: the slices of its announced `ids`, then the summary. Streams.

    Raises ContractError for a message that the contract does not allow: it is not sent.
    """
    yield from slice_messages(entry, ids)
    yield summary_message(entry)


def slice_messages(entry: Entry, ids: Iterable[str]) -> Iterator[Message]:
    """The slices alone."""
    for event in slice_events(entry, ids):
        yield _message(entry, str(event["slice"]), event)


def slice_events(entry: Entry, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What the slices say."""
    rest = iter(ids)
    for number in range(1, entry.announcement.slices + 1):
        yield slice_event(entry, number, list(islice(rest, SLICE_IDS)))


def summary_message(entry: Entry) -> Message:
    """The summary alone: it follows from the entry, whatever became of its announced ids."""
    return _message(entry, SUMMARY, summary_event(entry))


def _message(entry: Entry, part: str, event: dict[str, Any]) -> Message:
    """CloudEvents 1.0, Kafka protocol binding, binary mode; W3C Trace Context's `traceparent`."""
    trace = sha256(entry.run.encode()).hexdigest()[:32]
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event["event_id"],
        "ce_type": event["event_type"],
        "ce_source": f"/{entry.job_name}",
        "ce_subject": event["partition_date"],
        "ce_time": event["completed_at"],
        "content-type": "application/json",
        "traceparent": f"00-{trace}-{event['event_id'][:16]}-01",
    }
    key = f"{entry.job_name}:{event['partition_date']}:{part}"
    return Message(key, contract.encode(event), tuple(headers.items()))


def _event_id(entry: Entry, part: str) -> str:
    return sha256(f"{entry.run}|{entry.partition_date.isoformat()}|{part}".encode()).hexdigest()[:32]
