"""The Kafka producer: idempotent, acks=all, and every delivery report looked at."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaException, Producer

from chargebacks.adapters.kafka import client_config
from chargebacks.errors import PublishError

if TYPE_CHECKING:
    from chargebacks.contract.message import Message

# How messages are sent, whoever to: librdkafka's names.
CONFIGURATION: Final[dict[str, Any]] = {
    "enable.idempotence": True,
    "acks": "all",
    "linger.ms": 20,
    "compression.type": "lz4",
    "queue.buffering.max.messages": 10_000,
}


class KafkaPublisher:
    """Sends messages and returns only when the brokers have acknowledged every one of them."""

    def __init__(self, bootstrap_servers: str, auth: str, timeout_seconds: float) -> None:
        self._servers = bootstrap_servers
        self._timeout = timeout_seconds
        self._producer = Producer(
            client_config(bootstrap_servers, auth)
            | CONFIGURATION
            | {
                "message.timeout.ms": int(timeout_seconds * 1000),
                "log_level": 3,
            }
        )

    def publish(self, topic: str, messages: Iterable["Message"]) -> int:
        """Send them all; how many were acknowledged. Raises PublishError when one was not."""
        told, sent = _Told(), 0
        for message in messages:
            self._send(topic, message, told)
            sent += 1
            if told.failures:
                break
        left = self._producer.flush(self._timeout + 5)
        if told.failures or left or told.acknowledged != sent:
            cause = told.failures[0] if told.failures else "no answer in time"
            raise PublishError(
                f"topic {topic} at {self._servers}: {told.acknowledged} of {sent} messages acknowledged "
                f"({cause}): the consolidation is committed; the next run, or chargebacks recover, publishes it"
            )
        return sent

    def _send(self, topic: str, message: "Message", told: "_Told") -> None:
        deadline = time.monotonic() + self._timeout + 5
        while time.monotonic() < deadline and not told.failures:
            try:
                self._producer.produce(
                    topic, message.value, message.key, headers=list(message.headers), on_delivery=told.report
                )
            except BufferError:
                self._producer.poll(0.1)  # the queue is full: serve delivery reports, then try again
            except KafkaException as error:
                told.failures.append(str(error))
            else:
                self._producer.poll(0)
                return


@dataclass
class _Told:
    """The delivery reports of one call; those of a call that was broken off are not taken for the next one's."""

    failures: list[str] = field(default_factory=list)
    acknowledged: int = 0

    def report(self, error: Any, _message: Any) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self.failures.append(str(error))
