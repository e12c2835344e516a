"""The seam: decode, encode, content_hash."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from chargebacks import contract
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
    sample = Path("consumers/consolidation_updater/test_event.json").read_text()
    (records,) = json.loads(sample)["records"].values()
    value = base64.b64decode(records[0]["value"])
    assert contract.decode(value) == json.loads(value)


def test_what_is_encoded_is_decoded_equal() -> None:
    assert contract.decode(contract.encode(SLICE)) == SLICE


def test_an_encoded_event_has_sorted_keys_and_no_spaces() -> None:
    assert contract.encode(SLICE).startswith(b'{"chargeback_ids":["cb-1"],"commit":7,')


def test_unknown_fields_are_kept() -> None:
    newer = SLICE | {"region": {"name": "sa-east-1"}}
    assert contract.decode(contract.encode(newer)) == newer
