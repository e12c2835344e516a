"""The rules of one record: what is taken, what is rejected and why, what is an echo."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chargebacks import contract, record
from chargebacks.consolidation.landing.raw_rows import KNOWN
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.errors import ContractError
from tests.unit.consolidation.builders import json_lines, one, parquet, reason, taken

NOON = datetime(2025, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "key", [" ", "\t\n", "\u00a0", "\u2003\u2028", "\x85", "\x1c\x1f", "\ufeff", "\u3000 \ufeff"]
)
def test_a_key_that_a_message_could_not_carry_is_blank(key: str) -> None:
    assert reason(chargeback_id=key) == "chargeback_id: blank"


@pytest.mark.parametrize("code", [*range(0, 0x3100, 0x100), 0xFE00, 0xFF00, 0x1F600])
def test_every_key_of_one_character_that_is_taken_can_be_announced(code: int) -> None:
    """A key that the contract calls blank would stop its partition's messages for ever."""
    keys = [chr(n) for n in range(code, code + 256)]
    found = taken(json_lines(*({"chargeback_id": key} for key in keys)))
    for row in found.rows:
        contract.check("chargeback_record", {"chargeback_id": row["chargeback_id"]})
    refused = {keys[line - 1] for line, _ in found.rejects}
    for key in set(keys) - refused - {row["chargeback_id"] for row in found.rows}:
        pytest.fail(f"{key!r} vanished")


def test_a_missing_null_or_empty_key_is_missing() -> None:
    expected = ["chargeback_id: missing"] * 3
    found = taken(json_lines({"status": "x"}, {"chargeback_id": None}, {"chargeback_id": ""}))
    assert [why for _, why in found.rejects] == expected


def test_a_key_is_measured_in_characters_not_bytes() -> None:
    assert reason(chargeback_id="😡" * 256) is None
    assert reason(chargeback_id="a" * 257) == "chargeback_id: over 256 characters"


@pytest.mark.parametrize("currency", ["BR", "BRLX", " BRL", "B1L", "ÄÖÜ", "äöü", "ſsd", "BRL\n", "brl\n"])
def test_a_currency_is_three_ascii_letters(currency: str) -> None:
    assert reason(currency=currency) == "currency: not three letters (ISO 4217)"


@pytest.mark.parametrize("currency", ["brl", "Brl", "BRL"])
@pytest.mark.parametrize("beside", [None, "USD", "x"])
def test_a_currency_is_folded_to_capital_letters_whatever_stands_beside_it(
    currency: str, beside: str | None
) -> None:
    lines = [{"chargeback_id": "c0", "currency": currency}, {"chargeback_id": "c1", "currency": beside}]
    assert taken(json_lines(*lines)).rows[0]["currency"] == "BRL"
    assert taken(parquet(currency=[currency, beside])).rows[0]["currency"] == "BRL"


@pytest.mark.parametrize("kind", ["insert", "DELETE", "REMOVE ", "MODIFY,INSERT"])
def test_an_unknown_event_type_is_rejected(kind: str) -> None:
    assert reason(event_type=kind) == "event_type: none of INSERT, MODIFY, REMOVE"


def test_a_record_of_its_key_alone_is_taken() -> None:
    assert one() == {"chargeback_id": "c0"}


def test_an_empty_string_is_null_in_every_field() -> None:
    fields = {name: "" for name in record.FIELDS if name != "chargeback_id"}
    assert one(**fields) == {"chargeback_id": "c0"}
    assert one(metadata={"transaction_id": "", "customer_email": ""}) == {"chargeback_id": "c0"}
    columns = {name: [""] for name in (*record.TEXT_FIELDS, *record.INSTANT_FIELDS, "amount")}
    assert taken(parquet(**columns)).rows == [{"chargeback_id": "c0"}]


def test_text_is_never_trimmed_or_changed() -> None:
    text = ' "quoted",\r\n\ttab \x00 é e\u0301 😡 '
    assert one(reason=text, status=text) == {"chargeback_id": "c0", "reason": text, "status": text}


def test_a_row_is_rejected_once_for_the_first_rule_that_it_breaks() -> None:
    found = taken(json_lines({"chargeback_id": " ", "currency": "x", "amount": "x", "updated_at": "x"}))
    assert found.rejects == [(1, "chargeback_id: blank")]


@pytest.mark.parametrize(
    "name", ["status", "merchant_id", "currency", "reason", "event_type", "chargeback_id"]
)
@pytest.mark.parametrize("values", [[5], [True], [[b"x"]], [date(2025, 1, 1)]])
def test_a_parquet_column_of_another_type_than_text_is_rejected(name: str, values: Any) -> None:
    assert taken(parquet(**{name: values})).rejects == [(1, f"{name}: not text")]


def test_a_metadata_field_of_another_type_than_text_is_rejected_by_name() -> None:
    assert reason(metadata={"customer_email": 5}) == "metadata.customer_email: not text"
    found = taken(parquet(metadata=[{"customer_email": 5}]))
    assert found.rejects == [(1, "metadata.customer_email: not text")]


def test_our_own_attributes_are_taken_out_of_both_formats() -> None:
    ours = dict.fromkeys(record.OWN_ATTRIBUTES, "x")
    assert one(**ours, risk="high") == {"chargeback_id": "c0", "extras": '{"risk":"high"}'}
    assert taken(parquet(**{name: ["x"] for name in ours})).rows == [{"chargeback_id": "c0"}]
    assert not [name for name in ours if name not in KNOWN]


@pytest.mark.parametrize("event_type", ["INSERT", "MODIFY"])
@pytest.mark.parametrize(
    "ours", ["2025-11-20T12:00:00.000000+00:00", "2025-11-20T09:00:00-03:00", "1763640000"]
)
def test_an_image_of_our_own_update_is_an_echo_by_the_instant_not_by_the_text(
    event_type: str | None, ours: str
) -> None:
    line = {"chargeback_id": "a", "event_type": event_type, "updated_at": "2025-11-20T12:00:00Z"}
    found = taken(json_lines(line | {"consolidation_date": ours}))
    assert (found.rows, found.echoes) == ([], 1)
    assert taken(json_lines(line | {"consolidation_date": ours, "new_field": 1})).echoes == 1


def test_an_item_of_a_table_export_that_carries_our_mark_is_a_record() -> None:
    """A rebuild from an export would lose every marked item otherwise."""
    item = {"updated_at": "2025-11-20T12:00:00Z", "consolidation_date": "2025-11-20T12:00:00Z"}
    for data, name in (
        (json_lines({"chargeback_id": "c0", **item, "consolidation_status": "completed"}), "a.jsonl"),
        (
            b"chargeback_id,updated_at,consolidation_date\nc0,2025-11-20T12:00:00Z,2025-11-20T12:00:00Z\n",
            "a.csv",
        ),
        (parquet(**{field: [text] for field, text in item.items()}), "a.parquet"),
    ):
        assert (taken(data, name).rows, taken(data, name).echoes) == (
            [{"chargeback_id": "c0", "updated_at": NOON}],
            0,
        )


def test_a_removal_is_never_an_echo() -> None:
    same = {"updated_at": "2025-11-20T12:00:00Z", "consolidation_date": "2025-11-20T12:00:00Z"}
    assert one(event_type="REMOVE", **same) == {
        "chargeback_id": "c0",
        "event_type": "REMOVE",
        "updated_at": NOON,
    }


@pytest.mark.parametrize("ours", ["2025-11-20T12:00:00.000001Z", "never", "", None])
def test_a_record_with_an_instant_of_its_own_is_no_echo(ours: str | None) -> None:
    assert one(updated_at="2025-11-20T12:00:00Z", consolidation_date=ours)["updated_at"] == NOON


def test_two_missing_instants_are_no_echo() -> None:
    assert one(consolidation_date=None, updated_at=None) == {"chargeback_id": "c0"}


def test_a_rejected_record_is_not_counted_as_an_echo_too() -> None:
    same = {"updated_at": "2025-11-20T12:00:00Z", "consolidation_date": "2025-11-20T12:00:00Z"}
    found = taken(json_lines({"chargeback_id": " ", **same}))
    assert (len(found.rejects), found.echoes) == (1, 0)


def test_extras_are_canonical_so_that_the_same_fields_in_another_order_are_equal() -> None:
    first = one(b={"z": 1.50, "a": [1, "é"]}, a=True, gone=None)
    assert first == one(a=True, b={"a": [1, "é"], "z": 1.5})
    assert first["extras"] == '{"a":true,"b":{"a":[1,"é"],"z":1.5}}'


def test_what_passes_the_rules_passes_the_contract_of_a_record() -> None:
    row = one(status="x", amount="1.5", currency="BRL", updated_at="2025-11-20", event_type="INSERT", extra=1)
    told = {
        "chargeback_id": row["chargeback_id"],
        "status": row["status"],
        "amount": "1.5",
        "currency": "BRL",
    }
    contract.check("chargeback_record", told | {"updated_at": record.instant_text(row["updated_at"])})
    with pytest.raises(ContractError):
        contract.check("chargeback_record", told | {"currency": "brl"})


def required(*names: str, pattern: str = "") -> ReadingRules:
    return ReadingRules(required_fields=("chargeback_id", *names), id_pattern=pattern)


FOOTER = b"chargeback_id,status,updated_at\nc0,open,2025-11-20\nTOTAL,,\n1 rows,1,x\n"


def test_required_fields_reject_a_footer_and_say_what_is_missing() -> None:
    found = taken(FOOTER, "a.csv", required("status", "updated_at"))
    assert [row["chargeback_id"] for row in found.rows] == ["c0"]
    assert found.rejects == [
        (3, "status: missing (required)"),
        (4, "updated_at: no instant (ISO 8601 or epoch)"),
    ]


def test_an_id_pattern_rejects_a_footer_and_must_match_the_whole_id() -> None:
    assert taken(FOOTER, "a.csv", required(pattern="c[0-9]")).rejects == [
        (3, "chargeback_id: does not match id_pattern"),
        (4, "updated_at: no instant (ISO 8601 or epoch)"),
    ]
    lines = json_lines(*({"chargeback_id": key} for key in ("c0", "c0\n", "c01", "xc0", "c٣")))
    found = taken(lines, rules=required(pattern=r"c\d"))
    assert [row["chargeback_id"] for row in found.rows] == ["c0", "c٣"]


def test_an_id_pattern_may_use_all_that_python_knows() -> None:
    lines = json_lines({"chargeback_id": "aa"}, {"chargeback_id": "ab"}, {"chargeback_id": ""})
    found = taken(lines, rules=required(pattern=r"(?!b)(.)\1"))
    assert [row["chargeback_id"] for row in found.rows] == ["aa"]
    assert found.rejects[1] == (3, "chargeback_id: missing")


@pytest.mark.parametrize("name", record.REQUIRABLE)
def test_every_field_of_the_record_can_be_required(name: str) -> None:
    whole = {
        "chargeback_id": "c0",
        **dict.fromkeys(record.TEXT_FIELDS, "BRL"),
        **dict.fromkeys(record.INSTANT_FIELDS, "2025-11-20"),
        "event_type": "INSERT",
        "amount": "1",
        "metadata": dict.fromkeys(record.METADATA_FIELDS, "x"),
    }
    assert len(taken(json_lines(whole), rules=required(name)).rows) == 1
    outer, _, part = name.partition(".")
    lacking = whole | {outer: whole["metadata"] | {part: ""} if part else None}  # type: ignore[operator]
    rejects = taken(json_lines(lacking), rules=required(name)).rejects
    assert rejects == [(1, f"{name}: missing" + ("" if name == "chargeback_id" else " (required)"))]


def test_a_removal_needs_its_key_and_one_of_its_instants_only() -> None:
    """A stream of keys alone says no more; without it a chargeback that is gone would stay."""
    rules = required("status", "updated_at")
    lines = json_lines(
        {"chargeback_id": "c0", "event_type": "REMOVE", "event_timestamp": "2025-11-20"},
        {"chargeback_id": "c1", "event_type": "REMOVE", "updated_at": "2025-11-20"},
        {"chargeback_id": "c2", "event_type": "REMOVE"},
    )
    assert taken(lines, rules=rules).rejects == [(3, "updated_at: missing (required)")]
