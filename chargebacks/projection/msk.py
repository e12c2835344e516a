"""Kafka messages as AWS Lambda hands them over ("Using Lambda with Amazon MSK": the example event).

    {"eventSource": "aws:kafka", "records": {"topic-0": [{"topic", "partition", "offset", "timestamp",
     "key": base64, "value": base64, "headers": [{"name": [signed bytes]}]}]}}

Every field of a record is doubted here: one bad record must never hide the others.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chargebacks.errors import ContractError

UNKNOWN: Final = -1  # an offset that Lambda does not know makes it send the whole batch again
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Message:
    """One record of the batch. `source` is "topic-partition" as Lambda names it; key and value are base64."""

    source: str
    topic: str
    partition: int
    offset: int
    timestamp: int | None  # milliseconds since 1970
    key: Any
    value: Any
    headers: Any

    @property
    def name(self) -> str:
        """`topic-partition-offset`."""
        return f"{self.source}-{self.offset}"

    @property
    def sent_at(self) -> datetime | None:
        """When Kafka says it was sent; None when it does not say so, or says nonsense."""
        try:
            return None if self.timestamp is None else _EPOCH + timedelta(milliseconds=self.timestamp)
        except OverflowError:
            return None


def messages(event: object) -> list[Message]:
    """The event's messages, in its order. Raises ContractError when it is no Kafka event at all."""
    records = event.get("records") if isinstance(event, Mapping) else None
    if not isinstance(records, Mapping) or not all(isinstance(held, list) for held in records.values()):
        raise ContractError(
            "the event is no Kafka event: `records` must map topic-partition to a list of records"
        )
    return [_message(str(source), record) for source, held in records.items() for record in held]


def payload(message: Message) -> bytes:
    """The message's bytes. Raises ContractError when there are none, or when they are no base64."""
    if message.value is None:
        raise ContractError("the message has no value: a tombstone is no event of this topic")
    if not isinstance(message.value, str):
        raise ContractError(f"the message's value is {type(message.value).__name__}, not base64 text")
    try:
        return base64.b64decode(message.value, validate=True)
    except (binascii.Error, ValueError):
        raise ContractError("the message's value is no base64 text") from None


def header(message: Message, name: str) -> str | None:
    """The last header of that name, as text. Its bytes come as signed numbers; None when they are no text."""
    chunks = message.headers if isinstance(message.headers, list) else []
    found = [chunk[name] for chunk in chunks if isinstance(chunk, Mapping) and name in chunk]
    try:
        return bytes(byte & 0xFF for byte in found[-1]).decode() if found else None
    except (TypeError, ValueError):
        return None


def _message(source: str, record: object) -> Message:
    fields: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
    partition, offset = _integer(fields.get("partition")), _integer(fields.get("offset"))
    return Message(
        source=source,
        topic=fields["topic"] if isinstance(fields.get("topic"), str) else source.rpartition("-")[0],
        partition=UNKNOWN if partition is None else partition,
        offset=UNKNOWN if offset is None else offset,
        timestamp=_integer(fields.get("timestamp")),
        key=fields.get("key"),
        value=fields.get("value"),
        headers=fields.get("headers"),
    )


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
