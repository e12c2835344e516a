"""Rejected records of a known shape: the reason names it, in every format, and says what to write instead."""

import json
from typing import Any

import pyarrow as pa
import pytest

from chargebacks.consolidation.landing import json_lines as reader
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.stages.opening import Fetched, Opened, open_files
from tests.unit.consolidation.builders import Row, json_lines, parquet

ITEM = {"chargeback_id": {"S": "a"}, "amount": {"N": "1.5"}}
IMAGE = {"eventName": "MODIFY", "dynamodb": {"NewImage": ITEM, "Keys": {"chargeback_id": {"S": "a"}}}}
CHANGE = {"before": None, "after": {"chargeback_id": "a"}, "op": "c", "ts_ms": 1}
JSON = "this looks like DynamoDB JSON: export plain JSON"
STREAM = "this looks like an event of a DynamoDB stream: write its NewImage as plain JSON"
DEBEZIUM = "this looks like a Debezium envelope: write the object in its field 'after'"
LIST = "the records are in the list 'data': write one record a line"


def opened(data: bytes, name: str) -> Opened:
    return open_files([Fetched(LandingFile(name, len(data), "e"), data)])


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"Item": ITEM}, f"chargeback_id: missing; {JSON}"),
        (ITEM, f"chargeback_id: not text; {JSON}"),
        (IMAGE, f"chargeback_id: missing; {STREAM}"),
        (CHANGE, f"chargeback_id: missing; {DEBEZIUM}"),
        (
            {"schema": {"fields": [{"type": "string"}]}, "payload": CHANGE},
            f"chargeback_id: missing; {DEBEZIUM}",
        ),
        ({"data": [{"chargeback_id": "a"}]}, f"chargeback_id: missing; {LIST}"),
        ({"status": 200, "data": [{"chargeback_id": "a"}]}, f"status: not text; {LIST}"),
        ({"Item": {"chargeback_id": "a"}}, "chargeback_id: missing"),
        ({"chargeback_id": {"id": "a"}}, "chargeback_id: not text"),
        ({"chargeback_id": "a", "status": 5, **CHANGE}, "status: not text"),
        ({"op": "c"}, "chargeback_id: missing"),
    ],
)
@pytest.mark.parametrize("tiny", [0, 32])
def test_a_json_record_of_a_known_shape_is_rejected_with_a_hint(
    record: Row, reason: str, tiny: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "TINY", tiny)
    for copies in (1, 40):
        found = opened(json_lines(*[record] * copies, {"chargeback_id": "good"}), "a.json")
        assert [bad["reason"] for bad in found.rejects] == [reason] * copies
        assert sum(frame.height for frame in found.frames) == 1


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"Item": [{"chargeback_id": {"S": "a", "N": None}}]}, f"chargeback_id: missing; {JSON}"),
        (
            {"before": pa.array([None], pa.string()), "after": ["{}"], "op": ["c"]},
            f"chargeback_id: missing; {DEBEZIUM}",
        ),
        ({"chargeback_id": [{"S": "a"}]}, f"chargeback_id: not text; {JSON}"),
    ],
)
def test_a_parquet_row_of_a_known_shape_is_rejected_with_a_hint(columns: dict[str, Any], reason: str) -> None:
    columns = {"chargeback_id": pa.array([None], pa.string())} | columns
    found = opened(parquet(**columns), "a.parquet")
    assert [bad["reason"] for bad in found.rejects] == [reason]


def test_an_envelope_among_records_counts_for_its_list_in_what_was_read() -> None:
    found = opened(
        json_lines({"chargeback_id": "a"}, {"data": [{"chargeback_id": str(n)} for n in range(7)]}), "a"
    )
    assert (found.read, found.rejected, found.rejects[0]["records"]) == (8, 7, 7)


def test_the_hint_depends_on_the_record_alone() -> None:
    text = json.dumps({"Item": ITEM})
    together = opened(f'{text}\n{{"chargeback_id": "a"}}\n{text}'.encode(), "a.json")
    alone = opened(text.encode(), "a.json")
    assert {bad["reason"] for bad in together.rejects} == {alone.rejects[0]["reason"]}
