"""What a handler's answer means."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.event_source.answer import failed
from chargebacks.event_source.event import RecordId
from tests.fixtures.conformance import states
from tests.unit.test_poller_event import record

BATCH = [record(5), record(6), record(5, partition=1)]
ALL = frozenset(one.id for one in BATCH)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def naming(*identifiers: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


@states("answer.empty")
@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_null_and_empty_mean_success(answer: Any) -> None:
    assert failed(answer, BATCH) == frozenset()


def test_named_records_failed_and_only_they() -> None:
    answer = naming({"partition": "topic-0", "offset": 6}, {"partition": "topic-1", "offset": 5})
    assert failed(answer, BATCH) == {RecordId("topic-0", 6), RecordId("topic-1", 5)}


@states("answer.unknown", "answer.malformed")
@pytest.mark.parametrize(
    "identifier",
    [
        {"partition": "topic-9", "offset": 5},
        {"partition": "topic-0", "offset": 999},
        {"partition": "topic-0", "offset": "5"},
        {"partition": "topic-0", "offset": True},
        {"partition": "topic-0", "offset": 5.0},
        {"partition": "topic-0"},
        {"partition": 0, "offset": 5},
        {"Partition": "topic-0", "offset": 5},
        "topic-0-5",
        "",
        None,
        ["topic-0", 5],
    ],
)
def test_an_identifier_that_names_no_record_of_the_batch_fails_the_batch(identifier: Any) -> None:
    assert failed(naming({"partition": "topic-0", "offset": 5}, identifier), BATCH) == ALL


@states("answer.malformed")
@pytest.mark.parametrize(
    "answer",
    [
        *("ok", 1, True, [], {"statusCode": 200}),
        *({"batchItemFailures": wrong} for wrong in ("x", [1], {"itemIdentifier": None})),
    ],
)
def test_an_answer_of_another_shape_fails_the_batch(answer: Any) -> None:
    assert failed(answer, BATCH) == ALL


@given(json_values | st.lists(json_values).map(lambda items: {"batchItemFailures": items}))
def test_no_answer_whatever_breaks_the_reading(answer: Any) -> None:
    assert failed(answer, BATCH) <= ALL
