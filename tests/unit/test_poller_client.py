"""Kafka's messages as our own records, whatever their headers are called."""

from typing import Any, cast

import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME, Message

from chargebacks.event_source.client import record_of


class Told:
    """A message as Kafka's client hands it out; one that refuses to tell its headers raises instead."""

    def __init__(self, headers: Any) -> None:
        self._headers = headers

    def headers(self) -> Any:
        if isinstance(self._headers, Exception):
            raise self._headers
        return self._headers

    def __getattr__(self, name: str) -> Any:
        known = {"topic": "events", "partition": 3, "offset": 7, "key": b"k", "value": b"v"}
        return lambda: (TIMESTAMP_CREATE_TIME, 5) if name == "timestamp" else known[name]


@pytest.mark.parametrize(
    "headers", [None, [], {}, SystemError("<method 'headers'> returned a result with an exception set")]
)
def test_a_message_without_headers_that_can_be_told_goes_without(headers: Any) -> None:
    """A name that is no UTF-8 makes confluent-kafka raise SystemError, from UnicodeDecodeError."""
    record = record_of(cast(Message, Told(headers)))
    assert (record.source, record.offset, record.value, record.headers) == ("events-3", 7, b"v", ())


def test_what_is_lost_is_said(caplog: pytest.LogCaptureFixture) -> None:
    record_of(cast(Message, Told(SystemError())))
    assert caplog.messages == ["events-3 offset 7 goes without its headers: one has a name that is no UTF-8"]


def test_headers_are_kept_in_their_order() -> None:
    headers = [("b", b"1"), ("a", None), ("b", "2")]
    assert record_of(cast(Message, Told(headers))).headers == (("b", b"1"), ("a", None), ("b", b"2"))
