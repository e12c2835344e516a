"""A batch of records as the event that Lambda hands to a function.

Source: AWS Lambda Developer Guide, "Using Lambda with Amazon MSK" (the example event). A null key or value is
left out of its record, which the guide does not say; users of Lambda report it.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

EVENT_SOURCE: Final = "aws:kafka"
_SIGN: Final = 128


class Origin(Protocol):
    """Where the records are from (the poller's settings)."""

    @property
    def event_source_arn(self) -> str: ...

    @property
    def bootstrap_servers(self) -> str: ...


@dataclass(frozen=True)
class RecordId:
    """Which record it is. `source` is the name that Lambda gives its partition: `topic-partition`."""

    source: str
    offset: int

    def __str__(self) -> str:
        return f"{self.source} offset {self.offset}"


@dataclass(frozen=True)
class Record:
    """One Kafka record. `timestamp` is in milliseconds since 1970; a null key or value is None."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def source(self) -> str:
        """Its partition as Lambda names it: `topic-partition`."""
        return f"{self.topic}-{self.partition}"

    @property
    def id(self) -> RecordId:
        return RecordId(self.source, self.offset)


def form(records: Iterable[Record], origin: Origin) -> dict[str, Any]:
    """The event: its records by `topic-partition`, in the order given."""
    by_source: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(encode(record))
    return {
        "eventSource": EVENT_SOURCE,
        "eventSourceArn": origin.event_source_arn,
        "bootstrapServers": origin.bootstrap_servers,
        "records": by_source,
    }


def text(records: Iterable[Record], origin: Origin) -> str:
    """The event as it goes to the function; its length is what the payload limit counts."""
    return _compact(form(records, origin))


def encode(record: Record) -> dict[str, Any]:
    """One record as it stands in the event: key and value in base64, headers as arrays of signed bytes."""
    encoded: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "timestampType": record.timestamp_type,
    }
    if record.key is not None:
        encoded["key"] = base64.b64encode(record.key).decode()
    if record.value is not None:
        encoded["value"] = base64.b64encode(record.value).decode()
    encoded["headers"] = [{name: _signed(value or b"")} for name, value in record.headers]
    return encoded


def encoded_bytes(record: Record) -> int:
    """How many bytes the record takes in the event, with its comma."""
    return len(_compact(encode(record))) + len(",")


def source_bytes(source: str) -> int:
    """How many bytes the list of a partition takes in the event, without its records."""
    return len(_compact({source: []})) - len("{}") + len(",")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _signed(value: bytes) -> list[int]:
    """Java's bytes run from -128 to 127."""
    return [byte - 2 * _SIGN if byte >= _SIGN else byte for byte in value]
