"""What a destination is told, against the example of AWS's page; and which records are hopeless."""

import json
import resource
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chargebacks.errors import TransientError
from chargebacks.event_source import event
from chargebacks.event_source.delivery import Delivery
from chargebacks.event_source.destination import File
from chargebacks.event_source.failure import Condition, Failure, Invocation, form
from chargebacks.event_source.hopeless import hopeless
from chargebacks.event_source.settings import PollSettings
from tests.fixtures.conformance import states
from tests.unit.test_poller_event import record

AT = datetime(2019, 11, 14, 0, 38, 6, 21_000, UTC)
MSK = "arn:aws:kafka:us-east-1:123456789012:cluster/vpc-2priv-2pub/751d2973-a626-431c-9d4e-d7975eb44dd7-2"
SETTINGS = PollSettings(
    "b-1:9092", "Topic", event_source_arn=MSK, function_name="myfunction", on_failure="aside.jsonl"
)
FIRST, LAST = 1_573_691_884_835, 1_573_691_885_580  # 2019-11-14T00:38:04.835Z and 00:38:05.580Z
RECORDS = tuple(
    event.Record("Topic", partition, offset, timestamp, "CREATE_TIME", b"k", b"v")
    for partition in (0, 1)
    for offset, timestamp in ((40, FIRST), (41, FIRST), (47, LAST))
)
FAILED = Failure(RECORDS, Condition.RETRIES, 1, Invocation("316aa6d0-8154-xmpl", "Unhandled"), AT)


@states("destination.record")
def test_the_record_is_the_documented_example() -> None:
    told = form(FAILED, "unused", SETTINGS)
    partition = {
        "firstRecordOffset": "40",
        "lastRecordOffset": "47",
        "firstRecordTimestamp": "2019-11-14T00:38:04.835Z",
        "lastRecordTimestamp": "2019-11-14T00:38:05.580Z",
    }
    assert told == {
        "requestContext": {
            "requestId": "316aa6d0-8154-xmpl",
            "functionArn": "arn:aws:lambda:sa-east-1:123456789012:function:myfunction",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 1,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2019-11-14T00:38:06.021Z",
        "KafkaBatchInfo": {
            "batchSize": 6,
            "eventSourceArn": MSK,
            "bootstrapServers": "b-1:9092",
            "payloadSize": len(event.text(RECORDS, SETTINGS)),
            "recordsInfo": {"Topic-0": partition, "Topic-1": partition},
        },
    }


@states("destination.record")
def test_no_payload_leaves_for_a_queue() -> None:
    secret = tuple(replace(one, key=b"jane", value=b"jane") for one in RECORDS)
    assert "amFuZQ" not in json.dumps(form(replace(FAILED, records=secret), "id", SETTINGS))


@states("destination.size", "age.condition")
def test_a_record_that_was_never_sent_has_no_response() -> None:
    large = form(replace(FAILED, condition=Condition.SIZE, last=None, attempts=0), "made here", SETTINGS)
    assert large["responseContext"] is None
    assert large["requestContext"]["condition"] == "MaximumPayloadSizeExceeded"
    assert large["requestContext"]["requestId"] == "made here"
    assert form(replace(FAILED, condition=Condition.AGE), "", SETTINGS)["requestContext"]["condition"] == (
        "RecordAgeExceeded"
    )


@states("destination.partial")
def test_a_function_that_answered_has_no_error() -> None:
    told = form(replace(FAILED, last=Invocation("id", None)), "unused", SETTINGS)
    assert told["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}


def test_a_record_without_a_timestamp_is_told_without_one() -> None:
    told = form(replace(FAILED, records=(record(5, timestamp=-1),)), "id", SETTINGS)
    assert told["KafkaBatchInfo"]["recordsInfo"]["topic-0"]["firstRecordTimestamp"] is None


@states("destination.file")
def test_a_file_gets_the_payload_so_that_it_can_be_handed_over_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "aside.jsonl"
    for _ in range(2):
        File(path, SETTINGS).put(FAILED)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["payload"] for line in lines] == [event.form(RECORDS, SETTINGS)] * 2
    assert lines[0]["requestContext"]["condition"] == "RetryAttemptsExhausted"


def test_a_line_that_a_full_disk_tore_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "aside.jsonl"
    path.write_text('{"requestContext": {"requ')
    for _ in range(2):
        File(path, SETTINGS).put(FAILED)
    torn, *lines = path.read_text().splitlines()
    assert torn == '{"requestContext": {"requ'
    assert [json.loads(line)["payload"] for line in lines] == [event.form(RECORDS, SETTINGS)] * 2


def test_a_line_that_was_written_in_part_is_not_taken_as_written(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(TransientError, match="only a part was written"):
            File(tmp_path / "aside.jsonl", SETTINGS).put(FAILED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_file_that_cannot_be_written_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TransientError, match="cannot be written"):
        File(tmp_path / "file" / "aside.jsonl", SETTINGS).put(FAILED)


@states("retries.count")
@pytest.mark.parametrize(("attempts", "over"), [(1, False), (3, False), (4, True)])
def test_three_retries_are_four_attempts(attempts: int, over: bool) -> None:
    delivery = replace(Delivery.of([record(1), record(2)]), attempts=attempts)
    found = hopeless(delivery, replace(SETTINGS, maximum_retry_attempts=3), AT)
    assert found == ((Condition.RETRIES, delivery.remaining) if over else None)


@states("age.limit", "age.timestamp")
def test_only_records_older_than_the_limit_are_let_go() -> None:
    ages = {1: 61, 2: 60, 3: -5}
    batch = [
        record(offset, timestamp=int((AT - timedelta(seconds=age)).timestamp() * 1000))
        for offset, age in ages.items()
    ]
    delivery = Delivery.of([*batch, record(4, timestamp=-1)])
    limited = replace(SETTINGS, maximum_record_age_in_seconds=60)
    assert hopeless(delivery, limited, AT) == (Condition.AGE, (batch[0],))
    assert hopeless(delivery, SETTINGS, AT) is None


@states("destination.size")
def test_a_record_is_too_large_by_one_byte_of_its_encoded_event() -> None:
    delivery = Delivery.of([record(1, value=b"x" * 1000)])
    size = len(event.text(delivery.records, SETTINGS))
    assert hopeless(delivery, replace(SETTINGS, payload_limit_bytes=size), AT) is None
    found = hopeless(delivery, replace(SETTINGS, payload_limit_bytes=size - 1), AT)
    assert found == (Condition.SIZE, delivery.records)


def test_nothing_is_hopeless_in_a_batch_that_is_done() -> None:
    assert hopeless(replace(Delivery.of([]), attempts=99), SETTINGS, AT) is None
