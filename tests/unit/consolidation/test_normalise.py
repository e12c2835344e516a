"""The rules of one record: what is taken, what is rejected and why, what is an echo."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from chargebacks import contract, record
from chargebacks.consolidation.landing.raw_rows import KNOWN
from chargebacks.errors import ContractError
from tests.unit.consolidation.builders import json_lines, one, parquet, reason, taken

NO_AMOUNT = "amount: no decimal of at most 29 digits and 9 decimal places"
NOON = datetime(2025, 11, 20, 12, tzinfo=UTC)


def kept(column: str, values: Any) -> list[Any]:
    """What becomes of a parquet column: the values, None for those that were rejected."""
    found = taken(parquet(**{column: values}))
    by_id = {row["chargeback_id"]: row.get(column, "null") for row in found.rows}
    return [by_id.get(f"c{n}") for n in range(len(values))]


# --- keys, currencies, event types -----------------------------------------------------------------------------


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


@pytest.mark.parametrize("currency", ["brl", "BR", "BRLX", " BRL", "B1L", "ÄÖÜ", "BRL\n"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    assert reason(currency=currency) == "currency: not three capital letters (ISO 4217)"


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
@pytest.mark.parametrize("values", [[5], [True], [b"x"], [date(2025, 1, 1)]])
def test_a_parquet_column_of_another_type_than_text_is_rejected(name: str, values: Any) -> None:
    assert taken(parquet(**{name: values})).rejects == [(1, f"{name}: not text")]


def test_a_metadata_field_of_another_type_than_text_is_rejected_by_name() -> None:
    assert reason(metadata={"customer_email": 5}) == "metadata.customer_email: not text"
    found = taken(parquet(metadata=[{"customer_email": 5}]))
    assert found.rejects == [(1, "metadata.customer_email: not text")]


# --- amounts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beside", [None, "1e3", "x"])
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        *(
            ("10.129", "10.129"),
            ("10.50", "10.5"),
            ("007", "7"),
            ("-0.01", "-0.01"),
            ("+5", "5"),
            (".5", "0.5"),
        ),
        *(("5.", "5"), ("1e3", "1000"), ("1E-9", "0.000000001"), ("-0", "0"), ("1.0000000000000", "1")),
        ("9" * 29 + "." + "9" * 9, "9" * 29 + "." + "9" * 9),
        ("0" * 50 + "1", "1"),
    ],
)
def test_an_amount_is_exact_whatever_stands_beside_it(text: str, amount: str, beside: str | None) -> None:
    lines = [{"chargeback_id": "c0", "amount": text}]
    lines += [{"chargeback_id": "c1", "amount": beside}] if beside else []
    assert taken(json_lines(*lines)).rows[0]["amount"] == Decimal(amount)


@pytest.mark.parametrize("beside", [None, "1e3"])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "0.1234567891",
            "1e-10",
            "9" * 30,
            "1e29",
            "1" * 28 + ".1234567891",
            "12,50",
            "1_000",
            " 5",
            "5 ",
            "5\n",
        ),
        *(
            "0x10",
            "NaN",
            "Infinity",
            "-inf",
            "",
            ".",
            "-",
            "1e",
            "٣",
            "１２",
            "5e5e5",
            "1e99999",
            "--1",
            "$5",
        ),
    ],
)
def test_what_is_no_amount_is_rejected_whatever_stands_beside_it(text: str, beside: str | None) -> None:
    lines = [{"chargeback_id": "c0", "amount": text}]
    lines += [{"chargeback_id": "c1", "amount": beside}] if beside else []
    assert taken(json_lines(*lines)).rejects == ([(1, NO_AMOUNT)] if text else [])


def test_json_numbers_are_read_digit_by_digit() -> None:
    lines = (
        b'{"chargeback_id":"a","amount":0.1}\n{"chargeback_id":"b","amount":12345678901234567890.123456789}\n'
    )
    amounts = [row["amount"] for row in taken(lines + b'{"chargeback_id":"c","amount":1.5E2}').rows]
    assert amounts == [Decimal("0.1"), Decimal("12345678901234567890.123456789"), Decimal(150)]
    assert taken(b'{"chargeback_id":"a","amount":0.30000000000000004}').rejects == [(1, NO_AMOUNT)]


def test_parquet_floats_are_the_shortest_decimal_that_means_them_or_rejected() -> None:
    found = kept(
        "amount", [0.1, 10.129, 1e-7, 1e20, -0.0, 0.1 + 0.2, 1e-10, 1e30, float("nan"), float("inf")]
    )
    expected = [Decimal(text) for text in ("0.1", "10.129", "0.0000001", "1e20", "0")]
    assert found == [*expected, *[None] * 5]
    assert kept("amount", pa.array([0.1], pa.float32())) == [Decimal("0.1")]


def test_parquet_integers_and_decimals_of_any_scale_keep_their_value_or_are_rejected() -> None:
    assert kept("amount", [7, -(2**63), 2**63 - 1]) == [7, -(2**63), 2**63 - 1]
    fine = pa.array([Decimal("10.129"), Decimal("1e-10")], pa.decimal128(38, 18))
    assert kept("amount", fine) == [Decimal("10.129"), None]
    assert kept("amount", pa.array([Decimal("9" * 38), Decimal("9" * 29)], pa.decimal128(38, 0))) == [
        None,
        Decimal("9" * 29),
    ]


def test_a_parquet_boolean_is_no_amount() -> None:
    assert taken(parquet(amount=[True])).rejects == [(1, NO_AMOUNT)]


# --- instants --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beside", [None, "2025-11-20", "x", "1763600340"])
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-11-20T12:00:00Z", NOON),
        ("2025-11-20T12:00:00", NOON),
        ("2025-11-20 12:00", NOON),
        ("2025-11-20t12:00:00z", NOON),
        ("2025-11-20T09:00:00-03:00", NOON),
        ("2025-11-20T17:30:00+0530", NOON),
        ("2025-11-20T14:00:00+02", NOON),
        ("2025-11-20T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
        ("2025-11-20T12:00:00,000001", NOON + timedelta(microseconds=1)),
        ("2025-11-20T12:00:00.123456999Z", NOON + timedelta(microseconds=123456)),
        ("2025-11-20", NOON - timedelta(hours=12)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
        ("1969-12-31T23:59:59.9999999Z", datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)),
        ("1763640000", NOON),
        ("1763640000.25", NOON + timedelta(milliseconds=250)),
        ("1763640000001", NOON + timedelta(milliseconds=1)),
        ("1763640000000001", NOON + timedelta(microseconds=1)),
        ("1763640000000001999", NOON + timedelta(microseconds=1)),
        ("-1000000000", datetime(1938, 4, 24, 22, 13, 20, tzinfo=UTC)),
    ],
)
def test_an_instant_is_the_same_whatever_stands_beside_it(
    text: str, moment: datetime, beside: str | None
) -> None:
    lines = [{"chargeback_id": "c0", "updated_at": text}]
    lines += [{"chargeback_id": "c1", "updated_at": beside}] if beside else []
    assert taken(json_lines(*lines)).rows[0]["updated_at"] == moment


@pytest.mark.parametrize("beside", [None, "2025-11-20"])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "2025-02-30T00:00:00Z",
            "2025-13-01",
            "2025-11-20T24:00:00Z",
            "2025-11-20T12:60:00Z",
            "20251120T120000Z",
        ),
        *(
            "2025-11-20T23:59:60Z",
            "2025-11-20T12:00:00+24:00",
            "2025-11-20T12:00:00+05:60",
            "2025-W47-4",
            "noon",
        ),
        *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "12025-11-20"),
        *(
            "2025-11-20T12:00:00.१२३Z",
            "２０２５-11-20",
            "2025-11-20T12:00:00+०५",
            " 2025-11-20",
            "2025-11-20\n",
        ),
        *(
            "12345678",
            "1" * 20,
            "1763640000.0000000001",
            "2025-11-20T12:00:00.Z",
            "true",
        ),
    ],
)
def test_what_is_no_instant_is_rejected_whatever_stands_beside_it(text: str, beside: str | None) -> None:
    lines = [{"chargeback_id": "c0", "created_at": text}]
    lines += [{"chargeback_id": "c1", "created_at": beside}] if beside else []
    assert taken(json_lines(*lines)).rejects == [(1, "created_at: no instant (ISO 8601 or epoch)")]


@pytest.mark.parametrize("number", ["1763640000", "1.76364e9", "1763640000000", "1763640000.0"])
def test_an_epoch_may_be_a_json_number(number: str) -> None:
    line = b'{"chargeback_id": "c0", "event_timestamp": ' + number.encode() + b"}"
    assert taken(line).rows[0]["event_timestamp"] == NOON


@pytest.mark.parametrize("zone", [None, "UTC", "America/Sao_Paulo", "+03:00"])
@pytest.mark.parametrize(("unit", "per_second"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
def test_native_parquet_times_are_instants_in_any_unit_and_zone(
    unit: str, per_second: int, zone: str | None
) -> None:
    column = pa.array([1_763_640_000 * per_second, None], pa.timestamp(unit, zone))
    assert kept("updated_at", column) == [NOON, "null"]


def test_native_parquet_times_finer_than_a_microsecond_are_cut_off() -> None:
    assert kept("updated_at", pa.array([1_999, -1], pa.timestamp("ns"))) == [
        datetime(1970, 1, 1, 0, 0, 0, 1, UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
    ]


@pytest.mark.parametrize("unit", ["ms", "us"])
def test_native_parquet_times_outside_the_calendar_are_rejected(unit: str) -> None:
    column = pa.array([2**62, -(2**62), 2**63 - 1, 0], pa.timestamp(unit))
    assert kept("updated_at", column) == [None, None, None, datetime(1970, 1, 1, tzinfo=UTC)]


def test_parquet_days_and_numbers_are_instants_too() -> None:
    assert kept("updated_at", [date(2025, 11, 20)]) == [NOON - timedelta(hours=12)]
    assert kept("updated_at", [1_763_640_000, 1_763_640_000_000, 5]) == [NOON, NOON, None]
    assert kept("updated_at", [1_763_640_000.123456, float("nan")]) == [
        NOON + timedelta(microseconds=123456),
        None,
    ]
    assert kept("updated_at", [True]) == [None]


# --- own attributes, echoes, extras ----------------------------------------------------------------------------


def test_our_own_attributes_are_taken_out_of_both_formats() -> None:
    ours = dict.fromkeys(record.OWN_ATTRIBUTES, "x")
    assert one(**ours, risk="high") == {"chargeback_id": "c0", "extras": '{"risk":"high"}'}
    assert taken(parquet(**{name: ["x"] for name in ours})).rows == [{"chargeback_id": "c0"}]
    assert not [name for name in ours if name not in KNOWN]


@pytest.mark.parametrize("event_type", ["INSERT", "MODIFY", None])
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
