"""Pollers as processes: they come, hang, crash and go, and every record is done once."""

import signal
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from chargebacks.event_source.lag import lag
from chargebacks.local import stack
from tests.fixtures.conformance import states
from tests.fixtures.handlers import hung
from tests.fixtures.kafka import new_topic, send
from tests.fixtures.poller_process import alive, applied, poller, settings, until, whole_batches
from tests.fixtures.polling import wait_until

PARTITIONS = 4
EACH = 150
SMALL = ("--batch-size", "5")


@states("group.rebalance", "group.shared", "group.stop")
def test_pollers_that_join_and_leave_do_every_record_exactly_once(kafka: stack.Kafka, tmp_path: Path) -> None:
    topic = new_topic(kafka.bootstrap_servers, PARTITIONS)
    names = [f"{partition}-{n}" for partition in range(PARTITIONS) for n in range(EACH)]
    for partition in range(PARTITIONS):
        mine = [name for name in names if name.startswith(f"{partition}-")]
        send(kafka.bootstrap_servers, topic, *mine, partition=partition)
    files = [tmp_path / name for name in "abc"]
    with ExitStack() as running:
        first = running.enter_context(poller(kafka, topic, "slow", files[0], *SMALL))
        until(lambda: bool(applied(files[0])), first)
        second, third = (
            running.enter_context(poller(kafka, topic, "slow", file, *SMALL)) for file in files[1:]
        )
        until(lambda: sum(len(applied(file)) for file in files) > len(names) // 4, third)
        first.send_signal(signal.SIGTERM)
        assert first.wait() == 0
        until(lambda: sum(len(applied(file)) for file in files) > len(names) // 2, third)
        second.send_signal(signal.SIGTERM)
        assert second.wait() == 0
        wait_until(lambda: lag(settings(kafka, topic)) == 0)
        third.send_signal(signal.SIGTERM)
        assert third.wait() == 0
    assert Counter(name for file in files for name in applied(file)) == Counter(names)
    assert sum(bool(applied(file)) for file in files) > 1


@states("error.timeout", "error.environment")
def test_a_hung_function_costs_its_batch_an_attempt_and_not_the_poller(
    kafka: stack.Kafka, topic: str, tmp_path: Path
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    file = tmp_path / "applied"
    options = ("--timeout", "2", "--until-idle", "1", *whole_batches(2))
    with poller(kafka, topic, "hang_once", file, *options) as process:
        assert process.wait() == 0
        assert process.stderr is not None
        told = process.stderr.read()
    assert "its process was ended" in told
    assert "batch of 2 (attempt 2): 0 failed" in told
    assert applied(file) == ["a", "b"]
    assert lag(settings(kafka, topic)) == 0


@states("error.orphan", "commit.at-least-once")
def test_a_hung_function_and_what_it_started_do_not_outlive_a_poller_that_is_killed(
    kafka: stack.Kafka, topic: str, tmp_path: Path
) -> None:
    send(kafka.bootstrap_servers, topic, "a")
    file = tmp_path / "applied"
    with poller(kafka, topic, "hang_once", file) as process:
        until(lambda: hung(file).exists() and bool(hung(file).read_text()), process)
        function, child = (int(pid) for pid in hung(file).read_text().split())
        assert alive(function)
        assert alive(child)
        process.kill()
        process.wait()
    wait_until(lambda: not (alive(function) or alive(child)))
    assert lag(settings(kafka, topic)) == 1


def test_retries_and_destination_are_told_on_the_command_line(
    kafka: stack.Kafka, topic: str, tmp_path: Path
) -> None:
    send(kafka.bootstrap_servers, topic, "a")
    aside = tmp_path / "aside.jsonl"
    options = ["--maximum-retry-attempts", "1", "--on-failure", str(aside), "--until-idle", "1"]
    with poller(kafka, topic, "fail", tmp_path / "applied", *options) as process:
        assert process.wait() == 0
    assert aside.read_text().count("RetryAttemptsExhausted") == 1
    assert lag(settings(kafka, topic)) == 0
