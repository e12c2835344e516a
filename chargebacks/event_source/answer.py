"""Which records of a batch failed, read from what the handler answered.

Source: AWS Lambda Developer Guide, "Configuring error handling controls for Kafka event sources" (partial
batch response), and "Configuring partial batch response with Kinesis Data Streams and Lambda" for the conditions
of success: a null or empty answer, a null or empty list. Anything that cannot be understood, or that names a
record which is not in the batch, fails the whole batch.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from chargebacks.event_source.event import Record, RecordId

FAILURES: Final = "batchItemFailures"


def failed(answer: Any, batch: Iterable[Record]) -> frozenset[RecordId]:
    """The batch's records that have to be tried again; none when the answer means success."""
    sent = frozenset(record.id for record in batch)
    if answer is None or answer == {}:
        return frozenset()
    if not isinstance(answer, Mapping) or FAILURES not in answer:
        return sent
    listed = answer[FAILURES]
    if listed is None:
        return frozenset()
    named = [_identifier(item) for item in listed] if isinstance(listed, list) else [None]
    understood = frozenset(identifier for identifier in named if identifier in sent)
    return understood if all(identifier in sent for identifier in named) else sent


def _identifier(item: Any) -> RecordId | None:
    """`{"itemIdentifier": {"partition": "topic-0", "offset": 123}}`, or None when it is anything else."""
    inner = item.get("itemIdentifier") if isinstance(item, Mapping) else None
    if not isinstance(inner, Mapping):
        return None
    source, offset = inner.get("partition"), inner.get("offset")
    if isinstance(source, str) and isinstance(offset, int) and not isinstance(offset, bool):
        return RecordId(source, offset)
    return None
