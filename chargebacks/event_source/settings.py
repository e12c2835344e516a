"""What the event source mapping is told: Lambda's own settings, under their names.

Sources: AWS Lambda API Reference, "CreateEventSourceMapping" (names, ranges, defaults); AWS Lambda Developer
Guide, "Configuring error handling controls for Kafka event sources" (ages, and the 10 retries before a
destination) and "Configuring Amazon MSK event sources for Lambda" (the longest timeout).
docs/event-source.md lists them all, and says where a default is not Lambda's.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chargebacks.errors import SettingsError
from chargebacks.event_source import event
from chargebacks.event_source.batch import BATCH_SIZE, MAX_BYTES, WINDOW_SECONDS, Limits

ARN: Final = "arn:aws:kafka:sa-east-1:123456789012:cluster/local/00000000-0000-0000-0000-000000000000-1"
POSITIONS: Final = ("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")
REPORT_FAILURES: Final = "ReportBatchItemFailures"
ITEMS: Final = "items"
FROM_LOWEST: Final = "from-lowest"
READINGS: Final = (ITEMS, FROM_LOWEST)
UNLIMITED: Final = -1
RETRIES_BEFORE_A_DESTINATION: Final = 10
LEAST_PAYLOAD_BYTES: Final = 1024  # room for an event's own names and one small record
LONGEST_SESSION_SECONDS: Final = 960  # librdkafka: no longer than max.poll.interval.ms (client.py)


@dataclass(frozen=True)
class PollSettings:
    """One mapping: where it reads, how it batches, how it retries. Raises SettingsError when made wrong.

    `on_failure` is the destination of records that will not be tried any more: an SQS queue (its ARN or its
    URL) or a file. Without one, a limit on retries or age would lose records, so it is refused unless `discard`
    asks for that.
    `partial_batch_response` chooses one of two readings of Lambda's text: `items` sends the records again that
    the function named, `from-lowest` all of their partition from the lowest named on.
    `until_idle_seconds`: stop when all is read and nothing came for that long.
    """

    bootstrap_servers: str
    topic: str
    consumer_group_id: str = "chargebacks-consolidation-updater"
    batch_size: int = BATCH_SIZE
    maximum_batching_window_in_seconds: float = WINDOW_SECONDS
    starting_position: str = "TRIM_HORIZON"
    starting_position_timestamp: datetime | None = None
    maximum_retry_attempts: int = UNLIMITED
    maximum_record_age_in_seconds: int = UNLIMITED
    function_response_types: tuple[str, ...] = (REPORT_FAILURES,)
    on_failure: str | None = None
    discard: bool = False
    event_source_arn: str = ARN
    function_name: str = "consolidation-updater"
    timeout_seconds: float = 60.0
    partial_batch_response: str = ITEMS
    payload_limit_bytes: int = MAX_BYTES
    kafka_auth: str = "none"
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 10.0
    session_timeout_seconds: float = 10.0
    until_idle_seconds: float | None = None

    def __post_init__(self) -> None:
        """Raises SettingsError: one line, what and why."""
        _within("BatchSize", self.batch_size, 1, 10_000)
        _within("MaximumBatchingWindowInSeconds", self.maximum_batching_window_in_seconds, 0, 300)
        _within("Timeout", self.timeout_seconds, 1, 840)
        _within("MaximumRetryAttempts", self.maximum_retry_attempts, UNLIMITED, 10_000)
        if self.maximum_record_age_in_seconds != UNLIMITED:
            _within("MaximumRecordAgeInSeconds", self.maximum_record_age_in_seconds, 60, 604_800)
        _within("PayloadLimitBytes", self.payload_limit_bytes, LEAST_PAYLOAD_BYTES, MAX_BYTES)
        _within("SessionTimeout", self.session_timeout_seconds, 1, LONGEST_SESSION_SECONDS)
        if self.until_idle_seconds is not None:
            _within("UntilIdle", self.until_idle_seconds, 0, math.inf)
        if not self.consumer_group_id.strip():
            raise SettingsError("ConsumerGroupId is empty: give the group a name")
        _among("StartingPosition", self.starting_position, POSITIONS)
        _among("PartialBatchResponse", self.partial_batch_response, READINGS)
        for kind in self.function_response_types:
            _among("FunctionResponseTypes", kind, (REPORT_FAILURES,))
        self._check_timestamp()
        self._check_nothing_is_lost_unasked()

    @property
    def limits(self) -> Limits:
        """How large a batch may become."""
        return Limits(
            self.batch_size,
            self.maximum_batching_window_in_seconds,
            self.payload_limit_bytes,
            envelope_bytes=len(event.text([], self)),
        )

    @property
    def retries(self) -> int | None:
        """How often a failed record is tried again, the first attempt not counted; None: for ever."""
        if self.maximum_retry_attempts != UNLIMITED:
            return self.maximum_retry_attempts
        return RETRIES_BEFORE_A_DESTINATION if self.on_failure else None

    @property
    def reports_failures(self) -> bool:
        """Whether the function's answer is read at all."""
        return REPORT_FAILURES in self.function_response_types

    def _check_timestamp(self) -> None:
        given, needed = self.starting_position_timestamp, self.starting_position == "AT_TIMESTAMP"
        if needed != (given is not None):
            raise SettingsError(
                "StartingPositionTimestamp goes with StartingPosition AT_TIMESTAMP: give both"
            )
        if given is not None and given.tzinfo is None:
            raise SettingsError(
                f"StartingPositionTimestamp {given.isoformat()} has no zone: give one with it"
            )

    def _check_nothing_is_lost_unasked(self) -> None:
        limited = {self.maximum_retry_attempts, self.maximum_record_age_in_seconds} != {UNLIMITED}
        if limited and not (self.on_failure or self.discard):
            raise SettingsError(
                "a limit on retries or age loses the records behind it: give an on-failure destination to put"
                " them aside, or ask to discard them"
            )


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(f"{name} {value:g} is out of range: give {low:g} to {high:g}")


def _among(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SettingsError(f"{name} {value!r} is unknown: give {' or '.join(known)}")
