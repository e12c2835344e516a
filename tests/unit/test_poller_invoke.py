"""One invocation: the event in, the answer out, the context beside it."""

import sys
import types
from typing import Any

import pytest

from chargebacks.errors import SettingsError
from chargebacks.event_source.context import LambdaContext
from chargebacks.event_source.invoke import invoke
from chargebacks.event_source.load import load
from chargebacks.event_source.settings import PollSettings
from tests.fixtures.conformance import states
from tests.unit.test_poller_event import record

SETTINGS = PollSettings("broker:9092", "topic", function_name="updater")
BATCH = (record(1), record(2))
ALL = frozenset(one.id for one in BATCH)


def test_the_handler_gets_the_event_and_a_context_with_the_time_left() -> None:
    seen: list[Any] = []
    result = invoke(SETTINGS, lambda event, context: seen.extend([event, context]), BATCH)
    event, context = seen
    assert [one["offset"] for one in event["records"]["topic-0"]] == [1, 2]
    assert event["bootstrapServers"] == "broker:9092"
    assert context.function_name == "updater"
    assert context.invoked_function_arn.endswith(":function:updater")
    assert 0 < context.get_remaining_time_in_millis() <= 60_000
    assert len(context.aws_request_id) == 36
    assert not result.failed


@states("error.whole")
def test_an_exception_fails_the_whole_batch() -> None:
    def handler(*_: Any) -> None:
        raise ValueError("boom")

    assert invoke(SETTINGS, handler, BATCH).failed == ALL


@states("error.whole")
def test_an_answer_that_json_cannot_say_fails_the_whole_batch() -> None:
    assert invoke(SETTINGS, lambda *_: {"batchItemFailures": {1, 2}}, BATCH).failed == ALL


@states("error.timeout")
def test_an_answer_after_the_timeout_fails_the_whole_batch() -> None:
    now = [0.0]

    def handler(*_: Any) -> None:
        now[0] += 60.5

    result = invoke(SETTINGS, handler, BATCH, clock=lambda: now[0])
    assert (result.failed, result.answer, result.seconds) == (ALL, None, 60.5)


def test_a_handler_that_changes_its_event_does_not_change_ours() -> None:
    def handler(event: dict[str, Any], _: Any) -> Any:
        first = event["records"]["topic-0"].pop(0)
        first["offset"] = 77
        return {"batchItemFailures": [{"itemIdentifier": {"partition": "topic-0", "offset": 1}}]}

    assert invoke(SETTINGS, handler, BATCH).failed == {BATCH[0].id}


def test_the_time_left_never_goes_below_nothing() -> None:
    now = [100.0]
    context = LambdaContext("updater", deadline=101.5, clock=lambda: now[0])
    assert context.get_remaining_time_in_millis() == 1500
    now[0] = 200.0
    assert context.get_remaining_time_in_millis() == 0


def test_a_handler_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("some_function")
    module.handle = lambda *_: None  # type: ignore[attr-defined]
    module.number = 1  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "some_function", module)
    assert load("some_function:handle") is module.handle
    for name in ("some_function:nothing", "some_function:number", "some_function", "no_such_module:x", ""):
        with pytest.raises(SettingsError, match="handler"):
            load(name)


@pytest.mark.parametrize(
    ("given", "explained"),
    [
        ({"batch_size": 0}, "BatchSize 0 is out of range: give 1 to 10000"),
        ({"maximum_batching_window_in_seconds": 301}, "MaximumBatchingWindowInSeconds 301"),
        ({"timeout_seconds": 900}, "Timeout 900 is out of range: give 1 to 840"),
        ({"maximum_retry_attempts": -2}, "MaximumRetryAttempts -2"),
        ({"starting_position": "NOW"}, "StartingPosition 'NOW' is unknown: give TRIM_HORIZON or LATEST"),
    ],
)
def test_settings_out_of_lambdas_ranges_are_refused(given: dict[str, Any], explained: str) -> None:
    with pytest.raises(SettingsError, match=explained):
        PollSettings("broker:9092", "topic", **given)
