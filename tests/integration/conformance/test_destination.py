"""Records that are not tried any more, with the real broker and SQS (moto's): first put aside, then committed."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

from chargebacks.errors import SettingsError
from chargebacks.event_source.lag import lag
from chargebacks.event_source.poller import poll
from chargebacks.local import stack
from tests.fixtures.conformance import states
from tests.fixtures.kafka import send
from tests.fixtures.msk import Queue
from tests.fixtures.polling import Recorder, run, settings, wait_until, whole_batches

pytest_plugins = ["tests.fixtures.updater"]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials and a region for the queue; no table is needed here."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")


@pytest.fixture
def aside(queue: Queue) -> Iterator[Queue]:
    """A queue of the test's own, reached by the AWS endpoint in the environment."""
    return queue


def told(aside: Queue) -> list[dict[str, Any]]:
    messages = aside.client.receive_message(QueueUrl=aside.url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def offsets(failure: dict[str, Any]) -> dict[str, tuple[int, int]]:
    info = failure["KafkaBatchInfo"]["recordsInfo"]
    return {
        source: (int(one["firstRecordOffset"]), int(one["lastRecordOffset"])) for source, one in info.items()
    }


@states("retries.count", "destination.record", "commit.prefix")
def test_a_record_whose_retries_ran_out_goes_to_the_queue_and_the_next_ones_go_on(
    kafka: stack.Kafka, topic: str, aside: Queue
) -> None:
    send(kafka.bootstrap_servers, topic, "good", "poison", "also good")
    recorder = Recorder(poison=99)
    asked = settings(kafka, topic, maximum_retry_attempts=2, on_failure=aside.url, **whole_batches(3))
    run(asked, recorder)
    assert recorder.seen == [["good", "poison", "also good"], ["poison"], ["poison"]]
    (failure,) = told(aside)
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failure["requestContext"]["approximateInvokeCount"] == 3
    assert failure["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert offsets(failure) == {f"{topic}-0": (1, 1)}
    assert lag(asked) == 0


@states("retries.ten", "error.whole")
def test_unlimited_retries_before_a_destination_are_eleven_attempts_of_the_whole_batch(
    kafka: stack.Kafka, topic: str, aside: Queue
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    calls: list[Any] = []

    def handler(*call: Any) -> None:
        calls.append(call)
        raise RuntimeError("always")

    asked = settings(kafka, topic, on_failure=aside.url, **whole_batches(2))
    run(asked, handler)
    assert len(calls) == 11
    (failure,) = told(aside)
    assert failure["responseContext"]["functionError"] == "Unhandled"
    assert offsets(failure) == {f"{topic}-0": (0, 1)}
    assert lag(asked) == 0


@states("answer.from-lowest", "retries.count")
def test_under_the_other_reading_all_from_the_poison_on_are_put_aside(
    kafka: stack.Kafka, topic: str, aside: Queue
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "poison", "c")
    recorder = Recorder(poison=99)
    given = {"maximum_retry_attempts": 1, "partial_batch_response": "from-lowest"}
    run(settings(kafka, topic, on_failure=aside.url, **given, **whole_batches(3)), recorder)
    assert recorder.seen == [["a", "poison", "c"], ["poison", "c"]]
    (failure,) = told(aside)
    assert offsets(failure) == {f"{topic}-0": (1, 2)}


@states("age.limit", "age.condition")
def test_an_old_record_goes_there_without_an_invocation(kafka: stack.Kafka, topic: str, aside: Queue) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})
    for value, age in (("old", 3600), ("new", 0)):
        producer.produce(topic, value, timestamp=int((time.time() - age) * 1000))
    assert producer.flush(30) == 0
    recorder = Recorder()
    asked = settings(kafka, topic, maximum_record_age_in_seconds=1800, on_failure=aside.url)
    run(asked, recorder)
    assert recorder.seen == [["new"]]
    (failure,) = told(aside)
    assert failure["requestContext"]["condition"] == "RecordAgeExceeded"
    assert failure["requestContext"]["approximateInvokeCount"] == 0
    assert offsets(failure) == {f"{topic}-0": (0, 0)}
    assert lag(asked) == 0


@states("destination.size")
def test_a_record_above_the_payload_limit_goes_there_without_an_invocation(
    kafka: stack.Kafka, topic: str, aside: Queue
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "x" * 5000, "b")
    recorder = Recorder()
    asked = settings(kafka, topic, payload_limit_bytes=4000, on_failure=aside.url)
    run(asked, recorder)
    assert recorder.seen == [["a"], ["b"]]
    (failure,) = told(aside)
    assert failure["requestContext"]["condition"] == "MaximumPayloadSizeExceeded"
    assert failure["responseContext"] is None
    assert failure["KafkaBatchInfo"]["payloadSize"] > 5000
    assert lag(asked) == 0


@states("destination.first")
def test_a_record_that_no_event_can_hold_stops_a_poller_without_a_destination(
    kafka: stack.Kafka, topic: str
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "x" * 5000)
    recorder = Recorder()
    asked = settings(kafka, topic, payload_limit_bytes=4000)
    with pytest.raises(SettingsError, match="give an on-failure destination"):
        run(asked, recorder)
    assert recorder.seen == [["a"]]
    assert lag(asked) == 1


@states("discard", "discard.asked")
def test_told_to_discard_it_lets_go_of_what_failed_too_often_and_names_each_record(
    kafka: stack.Kafka, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    send(kafka.bootstrap_servers, topic, "poison", "b", "venom")
    recorder = Recorder(poison=99, venom=99)
    asked = settings(kafka, topic, maximum_retry_attempts=0, discard=True, **whole_batches(3))
    run(asked, recorder)
    assert recorder.seen == [["poison", "b", "venom"]]
    assert lag(asked) == 0
    told = [message for message in caplog.messages if "was discarded" in message]
    assert told == [f"{topic}-0 offset {n} was discarded: RetryAttemptsExhausted" for n in (0, 2)]


@states("destination.first")
def test_nothing_is_committed_until_the_queue_took_the_record(
    kafka: stack.Kafka, topic: str, aside: Queue
) -> None:
    send(kafka.bootstrap_servers, topic, "poison", "b")
    recorder, stop = Recorder(poison=99), threading.Event()
    away = aside.url.rpartition("/")[0] + "/no-such-queue"
    given = {"maximum_retry_attempts": 0, "until_idle_seconds": None, **whole_batches(2)}
    asked = settings(kafka, topic, on_failure=away, **given)
    thread = threading.Thread(target=poll, args=(asked, recorder, stop))
    thread.start()
    try:
        wait_until(lambda: bool(recorder.events))
        time.sleep(0.5)  # in which it asks the queue again and again
        assert lag(asked) == 2
        aside.client.create_queue(QueueName="no-such-queue")
        wait_until(lambda: lag(asked) == 0)
    finally:
        stop.set()
        thread.join()
    assert recorder.seen == [["poison", "b"]]
