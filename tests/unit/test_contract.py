"""The seam: decode, encode, content_hash."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from chargebacks import contract
from chargebacks.contract import schemas
from chargebacks.errors import ContractError

SLICE: dict[str, Any] = {
    "event_type": "chargebacks_consolidated",
    "event_id": "3f6c",
    "partition_date": "2025-11-20",
    "execution_sequence": 2,
    "total_executions": 4,
    "slice": 1,
    "slices": 3,
    "chargeback_ids": ["cb-1"],
    "records_processed": 1250000,
    "output_format": "csv",
    "output_path": "s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
    "execution_time": "2025-11-20T06:30:00",
    "completed_at": "2025-11-20T06:45:32.123456+00:00",
    "job_name": "poc-chargeback-dev-chargebacks-consolidation",
    "commit": 7,
}


def refusal(event: Any) -> str:
    with pytest.raises(ContractError) as refused:
        contract.decode(event if isinstance(event, bytes) else json.dumps(event).encode())
    return str(refused.value)


def test_the_sample_event_of_the_users_is_accepted_as_it_is() -> None:
    sample = Path(__file__).parents[2] / "consumers" / "consolidation_updater" / "test_event.json"
    (records,) = json.loads(sample.read_text())["records"].values()
    value = base64.b64decode(records[0]["value"])
    assert contract.decode(value) == json.loads(value)


def test_what_is_encoded_is_decoded_equal() -> None:
    assert contract.decode(contract.encode(SLICE)) == SLICE


def test_an_encoded_event_has_sorted_keys_and_no_spaces() -> None:
    assert contract.encode(SLICE).startswith(b'{"chargeback_ids":["cb-1"],"commit":7,')


def test_unknown_fields_are_kept() -> None:
    newer = SLICE | {"region": {"name": "sa-east-1"}}
    assert contract.decode(contract.encode(newer)) == newer


@pytest.mark.parametrize("field", ["partition_date", "slice", "chargeback_ids", "job_name"])
def test_a_refusal_names_the_missing_field(field: str) -> None:
    event = {name: value for name, value in SLICE.items() if name != field}
    assert refusal(event) == f"chargebacks_consolidated: {field} breaks the rule required: it is missing"


def test_a_refusal_names_field_rule_and_value() -> None:
    assert refusal(SLICE | {"slices": -3}) == (
        "chargebacks_consolidated: slices breaks the rule minimum 1: it is -3"
    )


def test_the_producer_is_refused_what_the_consumer_would_refuse() -> None:
    with pytest.raises(ContractError, match="slice breaks the rule at most slices 3: it is 4"):
        contract.encode(SLICE | {"slice": 4})


@pytest.mark.parametrize("value", [None, "", 7, [], {}, "chargeback_record"])
def test_an_unknown_event_type_is_refused(value: Any) -> None:
    assert refusal(SLICE | {"event_type": value}).startswith("event_type must be one of ")


def test_a_whole_number_with_a_point_is_read_as_an_integer() -> None:
    event = contract.decode(json.dumps(SLICE | {"slice": 2.0}).encode())
    assert event["slice"] == 2
    assert isinstance(event["slice"], int)


def test_a_large_number_of_a_newer_producer_can_be_sent_on() -> None:
    event = contract.decode(json.dumps(SLICE | {"newer": 1e300}).encode())
    assert contract.decode(contract.encode(event)) == SLICE | {"newer": 1e300}


def test_a_boolean_is_no_number() -> None:
    assert "slice breaks the rule type" in refusal(SLICE | {"slice": True})


def test_the_content_hash_depends_on_content_alone() -> None:
    backwards = dict(reversed(SLICE.items()))
    assert contract.content_hash(backwards) == contract.content_hash(SLICE | {"event_id": "another"})
    assert contract.content_hash(SLICE) != contract.content_hash(SLICE | {"slice": 2})


def test_the_content_hash_is_the_sha256_of_the_canonical_text() -> None:
    # printf '{"a":1,"b":"\xc3\xa7"}' | sha256sum
    expected = "885ccc42f73c831259a0a518cc00195b53200dd07bd914e139ca7f8a2e158ffa"
    assert contract.content_hash({"b": "ç", "event_id": "x", "a": 1}) == expected


@pytest.mark.parametrize("name", ["consolidation_completed", "chargebacks_consolidated", "chargeback_record"])
def test_a_schema_is_compiled_once(name: str) -> None:
    assert schemas._validator(name) is schemas._validator(name)
