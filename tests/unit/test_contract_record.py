"""The record's schema says what the consolidated output holds."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest

from chargebacks import contract, record
from chargebacks.consolidation.records import datafile, frame
from chargebacks.contract.schemas import schema_text
from chargebacks.errors import ContractError

NOON = datetime(2025, 11, 20, 12, 0, 0, 5, UTC)
FULL = {
    "chargeback_id": "cb-1",
    "status": "open",
    "merchant_id": "m-1",
    "amount": Decimal("12345678901234567890123456789.123456789"),
    "currency": "BRL",
    "created_at": NOON,
    "updated_at": NOON,
    "reason": 'said "lost"\n, 📦',
    "transaction_id": "t-1",
    "customer_email": "customer@example.com",
    "event_type": "MODIFY",
    "event_timestamp": NOON,
    "extras": '{"channel":"app"}',
}
ROWS = [
    FULL,
    dict.fromkeys(FULL) | {"chargeback_id": "cb-2"},
    FULL | {"amount": Decimal("-0.10"), "transaction_id": None},
    FULL | {"amount": Decimal(0), "transaction_id": None, "customer_email": None},
]


def rows() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=dict(frame.SCHEMA))


def test_the_schema_has_the_record_s_fields_and_no_others() -> None:
    assert set(json.loads(schema_text("chargeback_record"))["properties"]) == {*record.FIELDS, record.EXTRAS}


def test_every_line_of_a_json_data_file_is_a_record() -> None:
    lines = datafile.write(rows(), "json").splitlines()
    assert len(lines) == len(ROWS)
    for line in lines:
        contract.check("chargeback_record", json.loads(line))


def test_the_canonical_form_of_a_row_is_a_record() -> None:
    for text in frame.canonical_bytes(rows()):
        contract.check("chargeback_record", json.loads(text))


def test_a_refused_record_does_not_show_the_customer_s_address() -> None:
    with pytest.raises(ContractError, match="status breaks the rule type") as refused:
        contract.check("chargeback_record", {"chargeback_id": "cb-1", "status": ["customer@example.com"]})
    assert "@" not in str(refused.value)
