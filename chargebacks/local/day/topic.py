"""The messages as they lie on the topic, for the oracle and for whoever wants to look."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from confluent_kafka import Consumer, Message, TopicPartition

from chargebacks.adapters.kafka import client_config
from chargebacks.errors import LocalStackError

TIMEOUT_SECONDS: Final = 15.0


def dump(bootstrap_servers: str, topic: str, to: Path) -> int:
    """Write every message of the topic as JSON lines, `key` and `value`. How many."""
    consumer = Consumer(client_config(bootstrap_servers) | {"group.id": "look", "enable.auto.commit": False})
    try:
        with to.open("w", encoding="utf-8") as file:
            return sum(_dump(consumer, topic, number, file.write) for number in _partitions(consumer, topic))
    finally:
        consumer.close()


def _partitions(consumer: Consumer, topic: str) -> list[int]:
    return list(consumer.list_topics(topic, timeout=TIMEOUT_SECONDS).topics[topic].partitions)


def _dump(consumer: Consumer, topic: str, partition: int, write: Callable[[str], object]) -> int:
    low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=TIMEOUT_SECONDS)
    consumer.assign([TopicPartition(topic, partition, low)])
    for _ in range(low, high):
        write(_line(consumer.poll(TIMEOUT_SECONDS)))
    return int(high - low)


def _line(message: Message | None) -> str:
    if message is None or message.error():
        raise LocalStackError("the topic cannot be read to its end: see the broker's log")
    key, value = message.key() or b"", message.value() or b""
    return f"{json.dumps({'key': key.decode(), 'value': json.loads(value)})}\n"
