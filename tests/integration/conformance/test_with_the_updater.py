"""All of it: the command, the real updater in its process, broker, DynamoDB Local and a queue."""

import json
import re
from typing import Any

import pytest

from chargebacks.event_source.lag import lag
from chargebacks.local import stack
from tests.fixtures.conformance import states
from tests.fixtures.kafka import send
from tests.fixtures.msk import Queue, put, slice_of, updated
from tests.fixtures.poller_process import UPDATER, poller, settings, whole_batches

pytest_plugins = ["tests.fixtures.updater"]


@states("answer.items", "answer.from-lowest", "destination.record", "destination.first")
@pytest.mark.parametrize("reading", ["items", "from-lowest"])
def test_a_poison_message_is_put_aside_and_every_good_one_is_applied(
    kafka: stack.Kafka,
    topic: str,
    table: Any,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    reading: str,
) -> None:
    put(table, dict.fromkeys(("a", "b", "c", "stranger"), "2025-11-20T01:00:00Z"))
    send(kafka.bootstrap_servers, topic, good("a"), b"\xff\x00 no JSON", good("b"), good("c"))
    monkeypatch.setenv("DYNAMODB_TABLE_NAME", table.name)
    monkeypatch.delenv(
        "DLQ_URL"
    )  # so that the updater reports the message, and the mapping has to put it aside
    options = ["--maximum-retry-attempts", "1", "--on-failure", queue.url, "--until-idle", "1"]
    options += ["--partial-batch-response", reading, *whole_batches(4)]
    with poller(kafka, topic, UPDATER, None, *options) as process:
        assert process.wait() == 0
    assert updated(table) == {"a", "b", "c"}
    printed = re.findall(r"^METRICS: .*chargebacks_updated=(\d+)$", capfd.readouterr().out, re.MULTILINE)
    assert [int(number) for number in printed] == [3, 0]
    [failure] = [json.loads(one["Body"]) for one in received(queue)]
    info = failure["KafkaBatchInfo"]["recordsInfo"][f"{topic}-0"]
    assert info["firstRecordOffset"] == "1"
    assert info["lastRecordOffset"] == {"items": "1", "from-lowest": "3"}[reading]
    assert lag(settings(kafka, topic)) == 0


def received(queue: Queue) -> list[Any]:
    return list(queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10).get("Messages", []))


def good(name: str) -> str:
    return json.dumps(slice_of(name))
