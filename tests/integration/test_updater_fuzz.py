"""Whatever a batch holds, the handler answers; and what it prints stays countable by the saved queries."""

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargebacks.errors import ContractError
from chargebacks.event_source.answer import failed
from chargebacks.event_source.event import Record, form
from chargebacks.event_source.settings import PollSettings
from tests.fixtures.msk import TOPIC, Handler, encoded, slice_of, summary

pytest_plugins = ["tests.fixtures.updater"]

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
)
SLICE, SUMMARY = slice_of("ERROR-1", "jane@example.com", event_id="ERROR METRICS: x"), summary(slices=1)


@st.composite
def almost_events(draw: st.DrawFn) -> str:
    """A good event with some fields broken, encoded; or any bytes."""
    event = dict(draw(st.sampled_from([SLICE, SUMMARY])))
    for name in draw(st.lists(st.sampled_from(sorted(event)), max_size=3)):
        event[name] = draw(
            anything | st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31", 10**400, "2025-02-30"])
        )
    data = json.dumps(event).encode()
    return base64.b64encode(
        draw(st.sampled_from([data, data[:-7], data * 2]) | st.binary(max_size=30))
    ).decode()


records = st.fixed_dictionaries(
    {},
    optional={
        "topic": anything,
        "partition": anything,
        "offset": st.integers() | anything,
        "timestamp": st.integers() | anything,
        "key": anything,
        "value": almost_events() | st.just(encoded(SLICE)) | anything,
        "headers": anything | st.lists(st.dictionaries(st.just("traceparent"), st.lists(st.integers()))),
    },
)
batches = st.dictionaries(
    st.text(max_size=12) | st.just("topic-0"), st.lists(records | anything, max_size=4), max_size=3
)


@given(batches)
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_no_record_makes_the_handler_raise_and_every_one_is_accounted_for(
    handler: Handler, capsys: pytest.CaptureFixture[str], held: dict[str, list[Any]]
) -> None:
    capsys.readouterr()
    answer = handler({"eventSource": "aws:kafka", "records": held})
    printed = capsys.readouterr().out.splitlines()
    for failure in answer["batchItemFailures"]:
        assert failure["itemIdentifier"]["partition"] in held
        assert type(failure["itemIdentifier"]["offset"]) is int
    [line] = [text for text in printed if "METRICS:" in text]
    found = re.fullmatch(
        r"METRICS: messages_processed=(\d+), messages_failed=(\d+), chargebacks_updated=0", line
    )
    assert found
    processed, failed = map(int, found.groups())
    assert processed + failed == sum(map(len, held.values()))
    assert failed == len(answer["batchItemFailures"])  # no dead-letter queue here
    for text in printed:
        assert "jane@example.com" not in text
        assert "ERROR" not in text or json.loads(text)["level"] == "ERROR"
        assert "this is a bug" not in text


OPEN = json.dumps(SLICE).encode()[:-1]  # the event, ready for one more field
fragments = st.sampled_from(
    [
        *(b"NaN", b"-Infinity", b"1e999", b"-" + b"9" * 6000, b"[" * 5000 + b"]" * 5000, b'{"y":' * 5000),
        *(
            b'1,"x":1',
            b'1,"partition_date":"2025-11-21"',
            b'{"y":1,"y":2}',
            b'"\\ud800"',
            b'"\x00"',
            b"\xff",
            b"}",
        ),
    ]
)
hostile = (
    st.binary(max_size=60)
    | fragments
    | fragments.map(lambda fragment: OPEN + b',"x":' + fragment + b"}")
    | st.integers(0, len(OPEN)).map(lambda end: OPEN[:end])
)
headers = st.lists(
    st.tuples(st.sampled_from(["traceparent", "ce_id", ""]), st.none() | st.binary(max_size=40)), max_size=3
).map(tuple)
kafka_records = st.builds(
    Record,
    topic=st.just(TOPIC),
    partition=st.integers(0, 2),
    offset=st.integers(0, 2**63 - 1),
    timestamp=st.integers(-1, 2**63 - 1),
    timestamp_type=st.just("CREATE_TIME"),
    key=st.none() | st.binary(max_size=20),
    value=st.none() | hostile,
    headers=headers,
)


@given(st.lists(kafka_records, max_size=5, unique_by=lambda one: one.id), st.integers(0, 5))
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_no_message_of_any_bytes_keeps_a_good_one_from_being_applied(
    handler: Handler, capsys: pytest.CaptureFixture[str], bad: list[Record], place: int
) -> None:
    """As the poller hands them over: every bad one is named, in the answer's own terms, and no good one."""
    good = Record(TOPIC, 3, 0, 0, "CREATE_TIME", None, json.dumps(SLICE).encode())
    sent = [*bad[:place], good, *bad[place:]]
    asked = json.loads(json.dumps(form(sent, PollSettings("broker:9092", TOPIC))))
    answer = handler(asked)
    assert failed(answer, sent) == {one.id for one in bad}
    assert len(answer["batchItemFailures"]) == len(bad)
    assert "this is a bug" not in capsys.readouterr().out


@given(anything)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
def test_what_is_no_kafka_event_is_refused_in_one_line(handler: Handler, event: Any) -> None:
    with pytest.raises(ContractError, match=r"^the event is no Kafka event: .*[^\n]$"):
        handler(event)


@pytest.mark.parametrize("event", [{"Records": []}, {"records": []}, {"records": {"t-0": {}}}, "x", None, []])
def test_another_services_event_is_refused(event: Any, handler: Handler) -> None:
    with pytest.raises(ContractError, match="no Kafka event"):
        handler(event)


@pytest.mark.parametrize("event", [{"records": {}}, {"records": {"topic-0": []}}])
def test_an_empty_batch_is_answered(event: Any, handler: Handler, capsys: pytest.CaptureFixture[str]) -> None:
    assert handler(event) == {"batchItemFailures": []}
    assert (
        "METRICS: messages_processed=0, messages_failed=0, chargebacks_updated=0\n" in capsys.readouterr().out
    )
