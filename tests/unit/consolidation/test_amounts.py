"""Amounts: exact whatever they come as, and never rounded to make them fit."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.consolidation.builders import json_lines, kept, parquet, taken

NO_AMOUNT = "amount: no decimal of at most 29 digits and 9 decimal places"


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


DIGITS = st.builds(
    lambda sign, digits, exponent: f"{sign}{digits}{exponent}",
    st.sampled_from(["", "-"]),
    st.decimals(0, 10**6, allow_nan=False, places=3).map(lambda value: f"{value.normalize():f}"),
    st.sampled_from(["", "e3", "E3", "e+3", "e-3", "E0", "e22"]),
)


@settings(max_examples=25, derandomize=True)
@given(st.lists(DIGITS, min_size=1, max_size=4))
@example(["1e3"])
def test_a_number_in_scientific_notation_is_the_same_amount_in_every_format(numbers: list[str]) -> None:
    ids = [f"c{n}" for n in range(len(numbers))]
    lines = {"text": '"{}"', "number": "{}"}
    found = {
        name: taken(
            "".join(
                f'{{"chargeback_id":"{key}","amount":{form.format(number)}}}\n'
                for key, number in zip(ids * 20, numbers * 20, strict=True)
            ).encode()
        )
        for name, form in lines.items()
    }
    rows = "".join(f"{key},{number}\n" for key, number in zip(ids, numbers, strict=True))
    found["csv"] = taken(f"chargeback_id,amount\n{rows}".encode(), "a.csv")
    found["parquet text"] = taken(parquet(amount=numbers))
    for name, one in found.items():
        assert not one.rejects, name
        assert [row["amount"] for row in one.rows[: len(ids)]] == [Decimal(number) for number in numbers], (
            name
        )
    doubles = [float(number) for number in numbers]
    assert kept("amount", doubles) == [Decimal(repr(double)) for double in doubles]
