"""Messages that can never succeed are put aside with all that is needed to send them again."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from chargebacks.projection.updater import Updater
from tests.fixtures.msk import (
    TOPIC,
    Event,
    Handler,
    Queue,
    batch,
    failed_offsets,
    of,
    put,
    record,
    slice_of,
    summary,
    updated,
)

pytest_plugins = ["tests.fixtures.updater"]

FUTURE = "2999-01-01"


def test_ninety_nine_of_a_hundred_are_applied_and_the_poison_is_put_aside(
    queue: Queue, handler: Handler, table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put(table, {f"cb-{n}": "2025-11-20T10:00:00Z" for n in range(100)})
    poison = b'{"event_type": "consolidation_completed", "customer_email": "jane@example.com", '
    records = [record(slice_of(f"cb-{n}"), offset=1000 + n, partition=n % 3) for n in range(100)]
    records[50]["value"] = base64.b64encode(poison).decode()
    assert handler(batch(*records)) == {"batchItemFailures": []}
    assert updated(table) == {f"cb-{n}" for n in range(100) if n != 50}
    [letter] = queue.letters()
    assert (letter["topic"], letter["partition"], letter["offset"]) == (TOPIC, 2, 1050)
    assert base64.b64decode(letter["payload"]) == poison
    assert base64.b64decode(letter["key"]) == b"job:2025-11-20:1"
    assert letter["timestamp"] == 1763621132123
    assert letter["reason"]
    printed = capsys.readouterr().out
    assert "METRICS: messages_processed=99, messages_failed=1, chargebacks_updated=99\n" in printed
    assert "jane" not in printed + letter["reason"]


POISONS: dict[str, tuple[Event | bytes, str]] = {
    "no JSON": (b"\xff\xfe", "UTF-8"),
    "another type": (b"[1]", "a message must be a JSON object"),
    "unknown event": (b'{"event_type": "party"}', "event_type must be one of"),
    "field missing": ({**slice_of("cb-1"), "chargeback_ids": []}, "chargeback_ids"),
    "completed in the future": (
        slice_of("cb-1", completed_at=f"{FUTURE}T00:00:00Z"),
        "more than a day ahead",
    ),
    "partition of the future": (slice_of("cb-1", partition_date="2999-01-01"), "more than a day ahead"),
    "the last day of time": (summary(partition_date="2999-12-31"), "more than a day ahead"),
}


@pytest.mark.parametrize("name", POISONS)
def test_a_contract_error_is_put_aside_with_its_reason(
    name: str, queue: Queue, handler: Handler, table: Any
) -> None:
    put(table, {"cb-1": "2025-11-20T10:00:00Z"})
    value, reason = POISONS[name]
    assert handler(of(value)) == {"batchItemFailures": []}
    [letter] = queue.letters()
    assert reason in letter["reason"]
    assert updated(table) == set()


@pytest.mark.parametrize("value", [None, "", "not base64!", "é", 7, ["x"], {"x": 1}, "/w="])
def test_a_value_that_is_no_base64_is_put_aside_as_it_came(
    value: Any, queue: Queue, handler: Handler
) -> None:
    assert handler(batch(record(b"") | {"value": value})) == {"batchItemFailures": []}
    [letter] = queue.letters()
    assert letter["payload"] == value


def test_a_record_without_anything_is_put_aside_under_its_partition(queue: Queue, handler: Handler) -> None:
    assert handler({"records": {f"{TOPIC}-7": [{}, None, "x"]}}) == {"batchItemFailures": []}
    assert [(letter["topic"], letter["offset"]) for letter in queue.letters()] == [(TOPIC, -1)] * 3


def test_without_a_queue_it_is_reported(handler: Handler, capsys: pytest.CaptureFixture[str]) -> None:
    answer = handler(batch(record(b"poison", offset=123, partition=4)))
    assert answer == {"batchItemFailures": [{"itemIdentifier": {"partition": f"{TOPIC}-4", "offset": 123}}]}
    assert "DLQ_URL is not set" in capsys.readouterr().out


@pytest.mark.parametrize("trouble", ["down", "gone", "nonsense"])
def test_when_the_queue_does_not_take_it_it_is_reported_and_the_rest_applied(
    trouble: str, queue: Queue, build: Callable[..., Updater], table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(table, {"cb-1": "2025-11-20T10:00:00Z"})
    if trouble != "gone":
        nowhere = {"down": "http://127.0.0.1:1", "nonsense": "no address"}[trouble]
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", nowhere)
    updater = build(dlq_url=f"{queue.url}-gone" if trouble == "gone" else queue.url, attempts=2)
    assert failed_offsets(updater.handle(of(b"poison", slice_of("cb-1"), b"poison"), None)) == [0, 2]
    assert updated(table) == {"cb-1"}
    assert queue.letters() == []


def test_a_letter_larger_than_the_queue_takes_is_reported(queue: Queue, handler: Handler) -> None:
    large = json.dumps({"event_type": "x" * 3_000_000}).encode()
    assert failed_offsets(handler(of(large))) == [0]
    assert queue.letters() == []
