"""How far a consumer group is behind its topic."""

from confluent_kafka import Consumer, KafkaException, TopicPartition

from chargebacks.adapters.kafka import client_config
from chargebacks.errors import TransientError
from chargebacks.event_source.client import consumer
from chargebacks.event_source.offsets import TIMEOUT_SECONDS, committed
from chargebacks.event_source.settings import PollSettings


def lag(settings: PollSettings) -> int:
    """How many records of the topic the group has not committed yet, over all partitions.

    0 means that everything is done (or put aside). Raises TransientError when the broker does not answer,
    or knows no such topic.
    """
    client = consumer(
        client_config(settings.bootstrap_servers, settings.kafka_auth)
        | {"group.id": settings.consumer_group_id}
    )
    try:
        return _lag(client, settings.topic)
    except KafkaException as error:
        raise TransientError(
            f"the lag of {settings.consumer_group_id} cannot be told ({error.args[0].str()}): "
            "check that the broker runs, then ask again"
        ) from error
    finally:
        client.close()


def _lag(client: Consumer, topic: str) -> int:
    found = client.list_topics(topic, timeout=TIMEOUT_SECONDS).topics[topic]
    if found.error:  # else a topic without partitions would be a group that is done
        raise KafkaException(found.error)
    known = found.partitions
    behind = 0
    for one in committed(client, [TopicPartition(topic, partition) for partition in known]):
        low, high = client.get_watermark_offsets(one, timeout=TIMEOUT_SECONDS)
        behind += high - max(one.offset, low)  # a negative offset: nothing committed yet
    return behind
