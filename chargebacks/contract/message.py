"""A Kafka message as the contract has it, on its way out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """`key` spreads a consolidation's messages over the topic's partitions; `value` is the event, encoded and
    valid; `headers` are CloudEvents 1.0 attributes (Kafka protocol binding, binary mode) and `traceparent`."""

    key: str
    value: bytes
    headers: tuple[tuple[str, str], ...]
