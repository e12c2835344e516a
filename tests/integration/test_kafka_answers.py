"""What brokers answer of each partition: a call that succeeded may have failed for one of them."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from chargebacks.errors import TransientError
from chargebacks.event_source import group
from chargebacks.event_source.group import Member
from chargebacks.event_source.lag import lag
from chargebacks.event_source.offsets import committed
from chargebacks.event_source.starting import starting_offsets
from chargebacks.local import stack
from tests.fixtures.kafka import send
from tests.fixtures.polling import Recorder, run, settings


def test_an_offset_that_failed_by_itself_is_kept_and_committed_with_the_next(
    kafka: stack.Kafka, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    asked = settings(kafka, topic)
    member = Member(asked, lambda _: None)
    member.join()
    deadline = time.monotonic() + 60
    while member.poll(0.2) is None:
        assert time.monotonic() < deadline
    member.commit({(topic, 0): 1, ("nowhere", 0): 5})
    assert lag(asked) == 1
    assert caplog.text.count("offsets were not committed") == 1
    member.commit({(topic, 0): 2})
    assert lag(asked) == 0
    assert caplog.text.count("offsets were not committed") == 2
    member.leave()


class Moving(Consumer):
    """A consumer whose group has no coordinator for its first questions, as while a broker starts."""

    def __init__(self, kafka: stack.Kafka, topic: str, refusals: int) -> None:
        super().__init__({"bootstrap.servers": kafka.bootstrap_servers, "group.id": topic})
        self.refusals = refusals

    def committed(self, *given: Any, **named: Any) -> list[TopicPartition]:
        self.refusals -= 1
        if self.refusals >= 0:
            raise KafkaException(KafkaError(KafkaError.NOT_COORDINATOR))
        return super().committed(*given, **named)


def test_a_group_whose_coordinator_moves_is_asked_again(kafka: stack.Kafka, topic: str) -> None:
    consumer = Moving(kafka, topic, refusals=2)
    try:
        consumer.commit(offsets=[TopicPartition(topic, 0, 7)], asynchronous=False)
        assert [one.offset for one in committed(consumer, [TopicPartition(topic, 0)])] == [7]
        consumer.refusals = 1
        with pytest.raises(KafkaException, match="NOT_COORDINATOR"):
            committed(consumer, [TopicPartition(topic, 0)], patience_seconds=0)
    finally:
        consumer.close()


def test_a_partition_that_cannot_be_looked_up_does_not_begin_at_a_moment_taken_for_an_offset(
    kafka: stack.Kafka, topic: str
) -> None:
    moment = datetime(2025, 11, 20, tzinfo=UTC)
    asked = settings(kafka, topic, starting_position="AT_TIMESTAMP", starting_position_timestamp=moment)
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": topic})
    try:
        with pytest.raises(KafkaException):
            starting_offsets(consumer, [TopicPartition(topic, 0), TopicPartition(topic, 99)], asked)
    finally:
        consumer.close()


def test_a_beginning_that_cannot_be_committed_ends_the_poller(
    kafka: stack.Kafka, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "starting_offsets", lambda *_: [TopicPartition("nowhere", 0, 5)])
    with pytest.raises(TransientError, match="where to begin could not be committed"):
        run(settings(kafka, topic), Recorder())
