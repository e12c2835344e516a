"""Where a group begins that has committed nothing yet.

Source: AWS Lambda Developer Guide, "Apache Kafka polling and stream starting positions in Lambda". That page
warns that LATEST may miss records while a mapping starts. Here the position is committed as soon as it is known,
so it is taken once: a later rebalance or restart misses nothing. A partition that the topic gets later is new to the
group: with LATEST, what reached it before a member saw it is passed over.
"""

from datetime import datetime

from confluent_kafka import Consumer, TopicPartition

from chargebacks.event_source.offsets import TIMEOUT_SECONDS, committed, sound
from chargebacks.event_source.settings import PollSettings


def starting_offsets(
    consumer: Consumer, partitions: list[TopicPartition], settings: PollSettings
) -> list[TopicPartition]:
    """The next offset of those partitions that have none committed. Raises KafkaException.

    None of them for TRIM_HORIZON: the oldest record there is needs no looking up.
    """
    if settings.starting_position == "TRIM_HORIZON":
        return []
    new = [one for one in committed(consumer, partitions) if one.offset < 0]
    moment = settings.starting_position_timestamp
    return _at(consumer, new, moment) if moment else [_end(consumer, one) for one in new]


def _at(consumer: Consumer, new: list[TopicPartition], moment: datetime) -> list[TopicPartition]:
    """The first record of that timestamp or a later one; behind the last when there is none."""
    asked = [TopicPartition(one.topic, one.partition, int(moment.timestamp() * 1000)) for one in new]
    found = sound(consumer.offsets_for_times(asked, timeout=TIMEOUT_SECONDS)) if asked else []
    return [one if one.offset >= 0 else _end(consumer, one) for one in found]


def _end(consumer: Consumer, partition: TopicPartition) -> TopicPartition:
    _, high = consumer.get_watermark_offsets(partition, timeout=TIMEOUT_SECONDS)
    return TopicPartition(partition.topic, partition.partition, high)
