"""`chargebacks poll` as a process: killed, stopped, drained."""

import signal
from pathlib import Path

import pytest

from chargebacks.event_source.lag import lag
from chargebacks.local import stack
from tests.fixtures.conformance import states
from tests.fixtures.handlers import released
from tests.fixtures.kafka import send
from tests.fixtures.poller_process import UPDATER, applied, poller, settings, until, whole_batches


@states("commit.at-least-once")
def test_a_poller_killed_in_mid_batch_loses_nothing(kafka: stack.Kafka, topic: str, tmp_path: Path) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b", "c")
    first, second = tmp_path / "first", tmp_path / "second"
    with poller(kafka, topic, "stuck", first, "--session-timeout", "1.5") as process:
        until(lambda: applied(first) == ["a"], process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert lag(settings(kafka, topic)) == 3
    with poller(kafka, topic, "apply", second, "--until-idle", "1") as process:
        assert process.wait() == 0
    assert applied(second) == ["a", "b", "c"]
    assert lag(settings(kafka, topic)) == 0


@states("group.stop")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_poller_asked_to_stop_finishes_its_batch(
    kafka: stack.Kafka, topic: str, tmp_path: Path, number: signal.Signals
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    file = tmp_path / "applied"
    with poller(kafka, topic, "slow_to_stop", file, *whole_batches(2)) as process:
        until(lambda: applied(file) == ["in flight"], process)
        process.send_signal(number)
        released(file).touch()
        assert process.wait() == 0
    assert applied(file) == ["in flight", "a", "b"]
    assert lag(settings(kafka, topic)) == 0


def test_an_unknown_function_is_explained(kafka: stack.Kafka, topic: str, tmp_path: Path) -> None:
    with poller(kafka, topic, "nothing", tmp_path / "applied") as process:
        assert process.wait() == 2
        assert process.stderr is not None
        assert "handler 'tests.fixtures.handlers:nothing' cannot be loaded" in process.stderr.read()


def test_a_function_that_refuses_its_settings_stops_the_poller_and_nothing_is_put_aside(
    kafka: stack.Kafka, topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(kafka.bootstrap_servers, topic, "a", "b")
    monkeypatch.setenv("LOG_LEVEL", "foo")
    aside = tmp_path / "aside.jsonl"
    limits = ("--maximum-retry-attempts", "0", "--on-failure", str(aside))
    with poller(kafka, topic, UPDATER, None, *limits, "--until-idle", "1") as process:
        assert process.wait() == 2
        assert process.stderr is not None
        assert "the function refuses its settings: " in process.stderr.read()
    assert lag(settings(kafka, topic)) == 2
    assert not aside.exists()
