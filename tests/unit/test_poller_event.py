"""Records as Lambda's event."""

import base64
import json
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from chargebacks.event_source.event import Record, encode, encoded_bytes, form, source_bytes, text
from tests.fixtures.conformance import states

ARN = "arn:aws:kafka:sa-east-1:123456789012:cluster/test/1"


@dataclass(frozen=True)
class Origin:
    event_source_arn: str = ARN
    bootstrap_servers: str = "b-2:9092,b-1:9092"


ORIGIN = Origin()
records = st.builds(
    Record,
    topic=st.from_regex(r"[a-z.]{1,20}", fullmatch=True),
    partition=st.integers(0, 999),
    offset=st.integers(0, 2**53),
    timestamp=st.integers(0, 2**42),
    timestamp_type=st.sampled_from(["CREATE_TIME", "LOG_APPEND_TIME"]),
    key=st.none() | st.binary(max_size=20),
    value=st.none() | st.binary(max_size=200),
    headers=st.lists(st.tuples(st.text(max_size=8), st.none() | st.binary(max_size=20)), max_size=3).map(
        tuple
    ),
)


def record(offset: int = 0, partition: int = 0, **given: object) -> Record:
    fields = {"timestamp": 1700639732123, "key": b"k", "value": b"v", **given}
    return Record("topic", partition, offset, timestamp_type="CREATE_TIME", **fields)  # type: ignore[arg-type]


@states("event.shape")
def test_the_event_is_the_documented_example() -> None:
    one = Record("mytopic", 0, 15, 1545084650987, "CREATE_TIME", b"recordKey", b"{}", (("headerKey", b"he"),))
    assert form([one], ORIGIN) == {
        "eventSource": "aws:kafka",
        "eventSourceArn": ARN,
        "bootstrapServers": "b-2:9092,b-1:9092",
        "records": {
            "mytopic-0": [
                {
                    "topic": "mytopic",
                    "partition": 0,
                    "offset": 15,
                    "timestamp": 1545084650987,
                    "timestampType": "CREATE_TIME",
                    "key": "cmVjb3JkS2V5",
                    "value": "e30=",
                    "headers": [{"headerKey": [104, 101]}],
                }
            ]
        },
    }


def test_records_of_several_partitions_stand_under_their_own_names_in_order() -> None:
    event = form([record(5), record(2, 1), record(6)], ORIGIN)
    assert {name: [one["offset"] for one in held] for name, held in event["records"].items()} == {
        "topic-0": [5, 6],
        "topic-1": [2],
    }


@states("event.null")
def test_a_null_key_or_value_is_left_out_and_an_empty_one_is_empty() -> None:
    assert not {"key", "value"} & set(encode(record(key=None, value=None)))
    empty = encode(record(key=b"", value=b""))
    assert (empty["key"], empty["value"]) == ("", "")


@states("event.headers")
def test_headers_are_signed_bytes_and_one_name_may_come_twice() -> None:
    headers = (("a", b"\x00\x7f\x80\xff"), ("a", b"z"), ("b", None))
    assert encode(record(headers=headers))["headers"] == [{"a": [0, 127, -128, -1]}, {"a": [122]}, {"b": []}]


@given(records)
def test_every_record_survives_the_way_through_json(one: Record) -> None:
    held = json.loads(text([one], ORIGIN))["records"][one.source][0]
    assert (base64.b64decode(held["value"]) if "value" in held else None) == one.value
    assert (base64.b64decode(held["key"]) if "key" in held else None) == one.key
    back = [
        (name, bytes(byte & 0xFF for byte in chunk))
        for each in held["headers"]
        for name, chunk in each.items()
    ]
    assert back == [(name, value or b"") for name, value in one.headers]


@given(st.lists(records, max_size=5))
def test_the_encoded_event_is_never_larger_than_its_records_were_counted(many: list[Record]) -> None:
    around, sources = len(text([], ORIGIN)), {one.source for one in many}
    counted = around + sum(map(source_bytes, sources)) + sum(map(encoded_bytes, many))
    assert len(text(many, ORIGIN)) <= counted <= len(text(many, ORIGIN)) + len(sources) + 1
