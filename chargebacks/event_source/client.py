"""How the poller speaks to its Kafka client: the consumer's settings, and a message as our own record."""

import logging
from collections.abc import Iterable
from typing import Any, Final

from confluent_kafka import (
    TIMESTAMP_CREATE_TIME,
    TIMESTAMP_LOG_APPEND_TIME,
    Consumer,
    KafkaException,
    Message,
)

from chargebacks.adapters.kafka import client_config
from chargebacks.errors import TransientError
from chargebacks.event_source.event import Record
from chargebacks.event_source.settings import PollSettings

log = logging.getLogger(__name__)

HANDLER_SECONDS: Final = (
    960  # longer than any function may run (14 minutes for a Kafka mapping) and be loaded anew
)
TIMESTAMP_TYPES: Final = {
    TIMESTAMP_CREATE_TIME: "CREATE_TIME",
    TIMESTAMP_LOG_APPEND_TIME: "LOG_APPEND_TIME",
}


def configuration(settings: PollSettings) -> dict[str, Any]:
    """librdkafka settings of a consumer that commits only when told to."""
    session_ms = int(settings.session_timeout_seconds * 1000)
    return client_config(settings.bootstrap_servers, settings.kafka_auth) | {
        "group.id": settings.consumer_group_id,
        "auto.offset.reset": "earliest",  # of a new group; `starting` looks up every other position
        "log_level": 2,  # connection errors are told once, by the error callback
        "enable.partition.eof": True,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "max.poll.interval.ms": HANDLER_SECONDS * 1000,
        "session.timeout.ms": session_ms,
        "heartbeat.interval.ms": max(1, session_ms // 4),
    }


def consumer(configured: dict[str, Any], **others: Any) -> Consumer:
    """A Kafka consumer. Raises TransientError when none can be made: no token, or settings that librdkafka refuses."""
    try:
        return Consumer(configured, **others)
    except (KafkaException, SystemError) as error:  # the latter when getting a token raised
        why = error.args[0].str() if isinstance(error, KafkaException) else error.__cause__
        raise TransientError(
            f"no Kafka client can be made ({why}): check settings and credentials"
        ) from error


def record_of(message: Message) -> Record:
    """The message as our own record."""
    kind, timestamp = message.timestamp()
    return Record(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        timestamp=timestamp,
        timestamp_type=TIMESTAMP_TYPES.get(kind, "NO_TIMESTAMP_TYPE"),
        key=message.key(),
        value=message.value(),
        headers=tuple((name, _bytes(value)) for name, value in _pairs(message)),
    )


def _pairs(message: Message) -> Iterable[tuple[str, str | bytes | None]]:
    """None of them when one has a name that is no UTF-8: the client hands out all or nothing."""
    try:
        headers = message.headers() or ()
    except (SystemError, UnicodeDecodeError):  # the one is raised from the other
        where = f"{message.topic()}-{message.partition()} offset {message.offset()}"
        log.warning("%s goes without its headers: one has a name that is no UTF-8", where)
        return ()
    return headers.items() if isinstance(headers, dict) else headers


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
