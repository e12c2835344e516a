"""What a group has committed, asked with patience: a group's coordinator moves when brokers come and go."""

import time
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

TIMEOUT_SECONDS: Final = 15.0
PAUSE_SECONDS: Final = 0.2
# The coordinator is elsewhere, or not ready yet: the same question is answered soon.
MOVING: Final = frozenset(
    {
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError._WAIT_COORD,
    }
)


def committed(
    consumer: Consumer, partitions: list[TopicPartition], patience_seconds: float = TIMEOUT_SECONDS
) -> list[TopicPartition]:
    """The partitions with the group's next offsets, negative where it has committed none. Raises KafkaException."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return sound(consumer.committed(partitions, timeout=TIMEOUT_SECONDS))
        except KafkaException as error:
            if error.args[0].code() not in MOVING or time.monotonic() >= deadline:
                raise
        time.sleep(PAUSE_SECONDS)


def sound(partitions: list[TopicPartition]) -> list[TopicPartition]:
    """The same partitions. Raises KafkaException if one failed by itself, which the call does not tell: its offset
    means nothing."""
    for one in partitions:
        if one.error:
            raise KafkaException(one.error)
    return partitions
