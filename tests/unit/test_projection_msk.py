"""Messages out of Lambda's event, however odd."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chargebacks.errors import ContractError
from chargebacks.projection import msk
from tests.fixtures.msk import TOPIC, batch, record

SAMPLE = Path(__file__).parents[2] / "consumers" / "consolidation_updater" / "test_event.json"


def one(**changes: Any) -> msk.Message:
    [message] = msk.messages({"records": {f"{TOPIC}-0": [record(b"x") | changes]}})
    return message


def test_the_sample_event_holds_one_message() -> None:
    [message] = msk.messages(json.loads(SAMPLE.read_bytes()))
    assert (message.source, message.topic, message.partition, message.offset) == (f"{TOPIC}-0", TOPIC, 0, 123)
    assert message.name == f"{TOPIC}-0-123"
    assert json.loads(msk.payload(message))["event_type"] == "consolidation_completed"


def test_messages_of_several_partitions_keep_their_names() -> None:
    event = batch(record(b"a", 1, 0), record(b"b", 1, 1), record(b"c", 2, 0))
    assert [(m.source, m.offset) for m in msk.messages(event)] == [
        (f"{TOPIC}-0", 1),
        (f"{TOPIC}-0", 2),
        (f"{TOPIC}-1", 1),
    ]


def test_header_bytes_come_signed() -> None:
    signed = [byte - 256 if byte > 127 else byte for byte in "é€".encode()]
    assert min(signed) < 0
    assert msk.header(one(headers=[{"a": [1]}, {"traceparent": signed}]), "traceparent") == "é€"


@pytest.mark.parametrize(
    "headers",
    [None, [], "x", [None], [{}], [{"traceparent": "text"}], [{"traceparent": [-1]}], [{"traceparent": 1}]],
)
def test_headers_that_cannot_be_read_are_none(headers: Any) -> None:
    assert msk.header(one(headers=headers), "traceparent") is None


def test_the_timestamp_is_milliseconds() -> None:
    assert one(timestamp=1763621132123).sent_at == datetime(2025, 11, 20, 6, 45, 32, 123000, UTC)


@pytest.mark.parametrize("timestamp", [None, "1763621132123", 10**30, True, 1.5])
def test_a_timestamp_that_is_none_is_not_believed(timestamp: Any) -> None:
    assert one(timestamp=timestamp).sent_at is None


@pytest.mark.parametrize("value", [None, 1, [], {}, "a", "é", "a b=", "====", "AAA=\n"])
def test_a_value_that_is_no_base64_is_a_contract_error(value: Any) -> None:
    with pytest.raises(ContractError, match="value"):
        msk.payload(one(value=value))


def test_a_record_without_offset_has_one_that_makes_lambda_send_the_whole_batch_again() -> None:
    [message] = msk.messages({"records": {"topic-3": [{}]}})
    assert (message.source, message.topic, message.offset) == ("topic-3", "topic", -1)


@pytest.mark.parametrize(
    "event", [None, [], "x", {}, {"Records": []}, {"records": []}, {"records": {"t-0": {}}}]
)
def test_what_is_no_kafka_event_is_a_contract_error(event: Any) -> None:
    with pytest.raises(ContractError, match="no Kafka event"):
        msk.messages(event)
