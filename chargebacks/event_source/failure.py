"""What a failure destination is told of records that will not be tried any more.

Source: AWS Lambda Developer Guide, "Capturing discarded batches for Amazon MSK and self-managed Apache Kafka
event sources" (the example record of an SQS destination). Two things are inferred, since that page is silent:
the condition of records that became too old is the one that Lambda gives for streams, and `functionError` is
left out where the function did not fail but named the records in its answer.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from chargebacks.event_source import event
from chargebacks.event_source.context import VERSION, function_arn
from chargebacks.event_source.settings import PollSettings

UNHANDLED: Final = "Unhandled"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Condition(StrEnum):
    """Why records are not tried any more."""

    RETRIES = "RetryAttemptsExhausted"
    SIZE = "MaximumPayloadSizeExceeded"
    AGE = "RecordAgeExceeded"


@dataclass(frozen=True)
class Invocation:
    """The last invocation that had the records. `function_error` None: the function answered."""

    request_id: str
    function_error: str | None


@dataclass(frozen=True)
class Failure:
    """Records of one batch, and why they are let go. `attempts` counts invocations; `at` is aware."""

    records: tuple[event.Record, ...]
    condition: Condition
    attempts: int
    last: Invocation | None
    at: datetime


def form(failure: Failure, request_id: str, settings: PollSettings) -> dict[str, Any]:
    """The record of an SQS destination: which offsets, not what they held.

    A partition's first and last offset may have records between them that were done: of a batch that failed in
    part, Lambda's format says no more.
    """
    return {
        "requestContext": {
            "requestId": failure.last.request_id if failure.last else request_id,
            "functionArn": function_arn(settings.function_name),
            "condition": str(failure.condition),
            "approximateInvokeCount": failure.attempts,
        },
        "responseContext": _response(failure),
        "version": "1.0",
        "timestamp": _iso(failure.at),
        "KafkaBatchInfo": {
            "batchSize": len(failure.records),
            "eventSourceArn": settings.event_source_arn,
            "bootstrapServers": settings.bootstrap_servers,
            "payloadSize": len(event.text(failure.records, settings)),
            "recordsInfo": _records_info(failure.records),
        },
    }


def _response(failure: Failure) -> dict[str, Any] | None:
    if failure.last is None or failure.condition is Condition.SIZE:
        return None
    error = failure.last.function_error
    return {"statusCode": 200, "executedVersion": VERSION} | ({"functionError": error} if error else {})


def _records_info(records: tuple[event.Record, ...]) -> dict[str, dict[str, str | None]]:
    first = {one.source: one for one in reversed(records)}
    last = {one.source: one for one in records}
    return {
        source: {
            "firstRecordOffset": str(first[source].offset),
            "lastRecordOffset": str(last[source].offset),
            "firstRecordTimestamp": _kafka_time(first[source].timestamp),
            "lastRecordTimestamp": _kafka_time(last[source].timestamp),
        }
        for source in last
    }


def _kafka_time(milliseconds: int) -> str | None:
    """None when the record has no timestamp (Kafka's client tells a negative one), or one past all calendars."""
    try:
        return None if milliseconds < 0 else _iso(_EPOCH + timedelta(milliseconds=milliseconds))
    except OverflowError:  # a producer that counts microseconds is enough
        return None


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
