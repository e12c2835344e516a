"""Batches from the real broker: what is in one, where a group begins, one in flight."""

import json
import threading
import time
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Producer

from chargebacks.event_source import event
from chargebacks.event_source.lag import lag
from chargebacks.event_source.poller import poll
from chargebacks.local import stack
from tests.fixtures.conformance import states
from tests.fixtures.kafka import new_topic, send
from tests.fixtures.polling import Recorder, run, settings, wait_until, whole_batches


@states("batch.partitions", "batch.order", "batch.size")
def test_a_batch_spans_partitions_with_ascending_offsets_in_each(kafka: stack.Kafka) -> None:
    topic = new_topic(kafka.bootstrap_servers, partitions=3)
    for partition in range(3):
        send(kafka.bootstrap_servers, topic, *"abcdefghij", partition=partition)
    recorder = Recorder()
    run(settings(kafka, topic, **whole_batches(15)), recorder)
    held = [batch["records"] for batch in recorder.events]
    assert [sum(map(len, records.values())) for records in held] == [15, 15]
    assert max(map(len, held)) > 1
    for partition in range(3):
        offsets = [one["offset"] for records in held for one in records.get(f"{topic}-{partition}", [])]
        assert offsets == list(range(10))


@states("batch.window")
def test_a_batch_that_is_not_full_goes_when_its_window_ends(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    recorder = Recorder()
    run(settings(kafka, topic, maximum_batching_window_in_seconds=3), recorder)
    assert recorder.seen == [["a", "b"]]


@states("batch.window")
def test_without_a_window_a_batch_takes_what_is_there(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, *map(str, range(300)))
    recorder = Recorder()
    run(settings(kafka, topic, maximum_batching_window_in_seconds=0), recorder)
    assert [value for batch in recorder.seen for value in batch] == [str(n) for n in range(300)]
    assert len(recorder.seen) < 20


@states("batch.bytes")
def test_no_event_is_larger_than_the_limit_and_none_is_cut_too_early(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, *("x" * size for size in (900, 900, 900, 2000, 10, 900)))
    recorder = Recorder()
    asked = settings(kafka, topic, payload_limit_bytes=4000, maximum_batching_window_in_seconds=2)
    run(asked, recorder)
    sizes = [len(json.dumps(one, separators=(",", ":"))) for one in recorder.events]
    assert max(sizes) <= 4000
    assert [list(map(len, batch)) for batch in recorder.seen] == [[900, 900], [900], [2000, 10], [900]]
    assert len(event.text([], asked)) < sizes[0]


@states("batch.in-flight", "commit.after")
def test_the_next_batch_of_a_partition_waits_until_this_one_is_done(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, *"abcd")
    recorder = Recorder(b=2)
    asked = settings(kafka, topic, **whole_batches(2))
    behind: list[int] = []
    poll(asked, recorder, threading.Event(), lambda _: behind.append(lag(asked)))
    assert recorder.seen == [["a", "b"], ["b"], ["b"], ["c", "d"]]
    assert behind == [3, 3, 2, 0]


@states("answer.asked")
def test_without_report_batch_item_failures_the_answer_is_not_read(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    recorder = Recorder(a=99)
    asked = settings(kafka, topic, function_response_types=(), **whole_batches(2))
    run(asked, recorder)
    assert recorder.seen == [["a", "b"]]
    assert lag(asked) == 0


@states("start.position", "start.kept", "start.committed")
def test_latest_is_taken_once_so_that_a_pause_misses_nothing(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "before")
    asked = settings(kafka, topic, starting_position="LATEST")
    recorder = Recorder()
    run(asked, recorder)
    send(kafka.bootstrap_servers, topic, "while nobody reads")
    run(asked, recorder)
    assert recorder.seen == [["while nobody reads"]]


@states("start.position")
def test_at_timestamp_begins_at_the_first_record_of_then_or_later(kafka: stack.Kafka) -> None:
    topic = new_topic(kafka.bootstrap_servers, partitions=2)
    base = int(time.time()) - 3600  # the broker deletes what is older than a week
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})
    for partition, second in ((0, 10), (0, 20), (0, 30), (1, 5)):
        producer.produce(topic, str(second), partition=partition, timestamp=(base + second) * 1000)
    assert producer.flush(30) == 0
    recorder = Recorder()
    moment = datetime.fromtimestamp(base + 20, UTC)
    asked = settings(kafka, topic, starting_position="AT_TIMESTAMP", starting_position_timestamp=moment)
    run(asked, recorder)
    assert recorder.done == {"20", "30"}
    assert lag(asked) == 0


@states("retries.unlimited", "error.whole")
def test_without_a_destination_a_record_is_tried_until_it_succeeds(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "a")
    calls: list[Any] = []

    def handler(*call: Any) -> None:
        calls.append(call)
        if len(calls) < 15:
            raise RuntimeError(f"{len(calls)} is not enough")

    stop, asked = threading.Event(), settings(kafka, topic, longest_pause_seconds=0.01)
    poll(asked, handler, stop)
    assert len(calls) == 15
    wait_until(lambda: lag(asked) == 0)
