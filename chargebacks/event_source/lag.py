"""How far a consumer group is behind its topic."""

from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from chargebacks.adapters.kafka import client_config
from chargebacks.errors import TransientError
from chargebacks.event_source.settings import PollSettings

TIMEOUT_SECONDS: Final = 15.0


def lag(settings: PollSettings) -> int:
    """How many records of the topic the group has not committed yet, over all partitions.

    0 means that everything is done (or put aside). Raises TransientError when the broker does not answer.
    """
    consumer = Consumer(
        client_config(settings.bootstrap_servers, settings.kafka_auth)
        | {"group.id": settings.consumer_group_id}
    )
    try:
        return _lag(consumer, settings.topic)
    except KafkaException as error:
        raise TransientError(
            f"the lag of {settings.consumer_group_id} cannot be told: {error.args[0].str()}"
        ) from error
    finally:
        consumer.close()


def _lag(consumer: Consumer, topic: str) -> int:
    known = consumer.list_topics(topic, timeout=TIMEOUT_SECONDS).topics[topic].partitions
    asked = [TopicPartition(topic, partition) for partition in known]
    behind = 0
    for one in consumer.committed(asked, timeout=TIMEOUT_SECONDS):
        low, high = consumer.get_watermark_offsets(one, timeout=TIMEOUT_SECONDS)
        behind += high - max(one.offset, low)  # a negative offset: nothing committed yet
    return behind
