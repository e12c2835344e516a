"""The Kafka producer: idempotent, acks=all, and every delivery report looked at."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaException, Producer

from chargebacks.adapters.kafka import client_config
from chargebacks.errors import PublishError

if TYPE_CHECKING:
    from chargebacks.contract.message import Message


class KafkaPublisher:
    """Sends messages and returns only when the brokers have acknowledged every one of them."""

    def __init__(self, bootstrap_servers: str, auth: str, timeout_seconds: float) -> None:
        self._servers = bootstrap_servers
        self._timeout = timeout_seconds
        self._failures: list[str] = []
        self._acknowledged = 0
        self._producer = Producer(
            client_config(bootstrap_servers, auth)
            | {
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 20,
                "compression.type": "lz4",
                "message.timeout.ms": int(timeout_seconds * 1000),
                "queue.buffering.max.messages": 10_000,
                "log_level": 3,
            }
        )

    def publish(self, topic: str, messages: Iterable["Message"]) -> int:
        """Send them all; how many were acknowledged. Raises PublishError when one was not."""
        self._failures, self._acknowledged, sent = [], 0, 0
        for message in messages:
            self._send(topic, message)
            sent += 1
            if self._failures:
                break
        left = self._producer.flush(self._timeout + 5)
        if self._failures or left or self._acknowledged != sent:
            cause = self._failures[0] if self._failures else "no answer in time"
            raise PublishError(
                f"topic {topic} at {self._servers}: {self._acknowledged} of {sent} messages acknowledged "
                f"({cause}): the consolidation is committed; the next run, or chargebacks recover, publishes it"
            )
        return sent

    def _send(self, topic: str, message: "Message") -> None:
        deadline = time.monotonic() + self._timeout + 5
        while time.monotonic() < deadline and not self._failures:
            try:
                self._producer.produce(
                    topic, message.value, message.key, headers=list(message.headers), on_delivery=self._report
                )
            except BufferError:
                self._producer.poll(0.1)  # the queue is full: serve delivery reports, then try again
            except KafkaException as error:
                self._failures.append(str(error))
            else:
                self._producer.poll(0)
                return

    def _report(self, error: Any, _message: Any) -> None:
        if error is None:
            self._acknowledged += 1
        else:
            self._failures.append(str(error))
