"""The event source mapping of this machine against a real broker."""

import base64
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from chargebacks.errors import SettingsError
from chargebacks.event_source import client, source
from chargebacks.event_source.group import Member
from chargebacks.event_source.lag import lag
from chargebacks.event_source.poller import poll
from chargebacks.local import stack
from tests.fixtures.conformance import states
from tests.fixtures.kafka import new_topic, send
from tests.fixtures.polling import Recorder, run, settings, values, wait_until, whole_batches

SAMPLE = Path(__file__).parents[2] / "consumers" / "consolidation_updater" / "test_event.json"


@states("event.shape")
def test_the_event_has_the_shape_of_lambdas_sample(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "one", key="k", headers=[("ce_type", b"\x80ok")])
    recorder = Recorder()
    run(settings(kafka, topic), recorder)
    sample = json.loads(SAMPLE.read_text())
    (event,) = recorder.events
    assert set(event) == {*sample, "bootstrapServers"}
    assert event["eventSource"] == sample["eventSource"]
    assert list(event["records"]) == [f"{topic}-0"]
    (record,) = event["records"][f"{topic}-0"]
    ((documented,),) = sample["records"].values()
    assert {name: type(value) for name, value in record.items()} == {
        name: type(value) for name, value in documented.items()
    }
    assert record["key"] == base64.b64encode(b"k").decode()
    assert record["headers"] == [{"ce_type": [-128, 111, 107]}]
    assert record["timestampType"] == "CREATE_TIME"


@states("batch.size", "batch.order")
def test_batches_are_bounded_and_in_order(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, *(str(n) for n in range(30)))
    recorder = Recorder()
    asked = settings(kafka, topic, **whole_batches(10))
    run(asked, recorder)
    assert [value for batch in recorder.seen for value in batch] == [str(n) for n in range(30)]
    assert list(map(len, recorder.seen)) == [10, 10, 10]
    assert lag(asked) == 0


@states("answer.items", "commit.after")
def test_a_failed_record_comes_again_alone_and_none_is_lost(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b", "c")
    recorder = Recorder(b=2)
    asked = settings(kafka, topic, **whole_batches(3))
    attempts = run(asked, recorder)
    assert recorder.seen == [["a", "b", "c"], ["b"], ["b"]]
    assert [attempt.committable for attempt in attempts] == [
        {(topic, 0): 1},
        {(topic, 0): 1},
        {(topic, 0): 3},
    ]
    assert lag(asked) == 0


@states("answer.from-lowest")
def test_under_the_other_reading_all_from_the_lowest_failed_come_again(
    kafka: stack.Kafka, topic: str
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b", "c")
    recorder = Recorder(b=1)
    run(settings(kafka, topic, partial_batch_response="from-lowest", **whole_batches(3)), recorder)
    assert recorder.seen == [["a", "b", "c"], ["b", "c"]]


@states("commit.prefix")
def test_only_the_done_prefix_is_committed(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b", "c", "d")
    asked, stop = settings(kafka, topic, **whole_batches(4)), threading.Event()
    poll(asked, Recorder(c=99), stop, lambda attempt: attempt.number == 2 and stop.set())
    assert lag(asked) == 2
    again = Recorder()
    run(settings(kafka, topic, **whole_batches(2)), again)
    assert again.seen == [["c", "d"]]


@states("error.whole")
def test_a_handler_that_raises_gets_the_whole_batch_again(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    recorder = Recorder()
    calls = iter([True])

    def handler(event: dict[str, Any], context: Any) -> Any:
        recorder(event, context)
        if next(calls, False):
            raise RuntimeError("once")

    run(settings(kafka, topic, **whole_batches(2)), handler)
    assert recorder.seen == [["a", "b"], ["a", "b"]]


@states("destination.file")
def test_records_whose_retries_ran_out_go_to_the_file_with_their_payload(
    kafka: stack.Kafka, topic: str, tmp_path: Path
) -> None:
    send(kafka.bootstrap_servers, topic, "good", "poison")
    aside = tmp_path / "aside" / "failed.jsonl"
    asked = settings(kafka, topic, maximum_retry_attempts=2, on_failure=str(aside))
    run(asked, Recorder(poison=99))
    (line,) = [json.loads(line) for line in aside.read_text().splitlines()]
    assert values(line["payload"]) == ["poison"]
    assert line["requestContext"]["approximateInvokeCount"] == 3
    assert lag(asked) == 0


@states("group.stop")
def test_a_stopped_poller_commits_the_batch_in_flight(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    stop = threading.Event()
    asked = settings(kafka, topic, until_idle_seconds=None, **whole_batches(2))
    poll(asked, lambda *_: stop.set(), stop)
    assert lag(asked) == 0


@states("group.shared")
def test_two_pollers_share_the_partitions(kafka: stack.Kafka) -> None:
    topic = new_topic(kafka.bootstrap_servers, partitions=2)
    stop = threading.Event()
    asked = settings(kafka, topic, until_idle_seconds=None)
    sources: list[set[str]] = [set(), set()]

    def handler(mine: set[str]) -> Callable[..., None]:
        return lambda event, _: mine.update(event["records"])

    threads = [threading.Thread(target=poll, args=(asked, handler(mine), stop)) for mine in sources]
    for thread in threads:
        thread.start()
    sent = 0
    try:
        while not all(sources) and sent < 5000:
            send(kafka.bootstrap_servers, topic, str(sent), partition=sent % 2)
            sent += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert all(sources)
    run(settings(kafka, topic), handler(set()))
    assert lag(asked) == 0


@states("group.rebalance")
def test_what_one_poller_cannot_do_the_other_does_when_the_partition_moves(kafka: stack.Kafka) -> None:
    topic = new_topic(kafka.bootstrap_servers, partitions=2)
    for partition in (0, 1):
        send(kafka.bootstrap_servers, topic, f"a{partition}", f"b{partition}", partition=partition)
    stop_failing, stop = threading.Event(), threading.Event()
    asked = settings(kafka, topic, until_idle_seconds=None)
    failing, working = Recorder(b0=10**6, b1=10**6), Recorder()
    first = threading.Thread(target=poll, args=(asked, failing, stop_failing))
    second = threading.Thread(target=poll, args=(asked, working, stop))
    first.start()
    try:
        wait_until(lambda: len(failing.events) > 3)
        second.start()
        wait_until(lambda: bool(working.events))  # it was given one of the two
    finally:
        stop_failing.set()
        first.join()
    wait_until(lambda: working.done >= {"b0", "b1"})
    stop.set()
    second.join()
    assert lag(asked) == 0


def test_a_poller_lives_through_a_restart_of_the_broker(kafka: stack.Kafka, topic: str) -> None:
    stop, recorder = threading.Event(), Recorder()
    asked = settings(kafka, topic, until_idle_seconds=None)
    thread = threading.Thread(target=poll, args=(asked, recorder, stop))
    send(kafka.bootstrap_servers, topic, "before")
    thread.start()
    try:
        wait_until(lambda: recorder.done == {"before"})
        kafka.server.stop()
        kafka.server.start()
        send(kafka.bootstrap_servers, topic, "after")
        wait_until(lambda: recorder.done == {"before", "after"})
    finally:
        stop.set()
        thread.join()
    assert lag(asked) == 0


class RefusesOneCommit:
    """A consumer whose first commit does not reach the broker."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._consumer, self.refused = Consumer(*arguments, **options), False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._consumer, name)

    def commit(self, **offsets: Any) -> Any:
        if not self.refused:
            self.refused = True
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        return self._consumer.commit(**offsets)


@states("commit.after")
def test_a_commit_that_failed_is_made_again_though_nothing_more_comes(
    kafka: stack.Kafka, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[RefusesOneCommit] = []

    def refusing(*arguments: Any, **options: Any) -> RefusesOneCommit:
        made.append(RefusesOneCommit(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(client, "Consumer", refusing)
    send(kafka.bootstrap_servers, topic, "only one")
    asked, stop, recorder = settings(kafka, topic, until_idle_seconds=None), threading.Event(), Recorder()
    polling = threading.Thread(target=poll, args=(asked, recorder, stop))
    polling.start()
    try:
        wait_until(lambda: bool(recorder.events))
        wait_until(lambda: lag(asked) == 0)
        assert made[0].refused
    finally:
        stop.set()
        polling.join()


@states("group.rebalance")
def test_while_the_group_shares_anew_nobody_takes_the_topic_for_quiet(kafka: stack.Kafka) -> None:
    topic = new_topic(kafka.bootstrap_servers, partitions=2)
    taken: list[set[str]] = []
    asked = settings(kafka, topic, session_timeout_seconds=6)
    one, slow, new = (Member(asked, on_lost) for on_lost in (taken.append, lambda _: None, lambda _: None))

    def all_served(*members: Member) -> bool:
        for member in members:
            member.poll(0.05)
        return all(member.quiet_since is not None for member in members)

    one.join()
    slow.join()
    wait_until(lambda: all_served(one, slow))
    taken.clear()
    new.join()
    wait_until(lambda: one.poll(0.05) is None and bool(taken))
    for _ in range(10):  # `slow` does not give its share back, since its handler works
        assert not all_served(one)
    wait_until(lambda: all_served(one, slow, new))
    for member in (one, slow, new):
        member.leave()


def test_a_missing_topic_is_explained(kafka: stack.Kafka) -> None:
    with pytest.raises(SettingsError, match="topic 'nowhere' does not exist"):
        run(settings(kafka, "nowhere"), Recorder())


def test_a_topic_that_cannot_be_read_is_not_told_as_missing(kafka: stack.Kafka) -> None:
    with pytest.raises(SettingsError, match=r"topic 'no/name' cannot be read \(.+\): mend the role or try"):
        run(settings(kafka, "no/name"), Recorder())


def test_neither_a_pause_nor_a_handler_at_work_counts_as_a_quiet_topic(
    kafka: stack.Kafka, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "WAIT_SECONDS", 0.001)  # so that the next record is never there at once
    send(kafka.bootstrap_servers, topic, "a")
    seen: list[list[str]] = []

    def handler(event: dict[str, Any], _: Any) -> None:
        seen.append(values(event))
        if len(seen) == 1:
            raise RuntimeError("once")
        if len(seen) == 2:
            send(kafka.bootstrap_servers, topic, "b")
            time.sleep(1.5)

    pause = {"first_pause_seconds": 1.5, "longest_pause_seconds": 1.5}
    run(settings(kafka, topic, until_idle_seconds=1, **pause), handler)
    assert seen == [["a"], ["a"], ["b"]]


def test_settings_that_the_broker_refuses_are_explained(kafka: stack.Kafka, topic: str) -> None:
    with pytest.raises(SettingsError, match="Invalid session timeout"):
        run(settings(kafka, topic, session_timeout_seconds=1), Recorder())


@states("event.null")
def test_a_null_value_is_left_out_as_lambda_does(kafka: stack.Kafka, topic: str) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})
    producer.produce(topic, key=b"k", value=None)
    producer.flush(10)
    events: list[dict[str, Any]] = []
    run(settings(kafka, topic), lambda event, _: events.append(event))
    (record,) = events[0]["records"][f"{topic}-0"]
    assert "value" not in record
    assert record["headers"] == []
