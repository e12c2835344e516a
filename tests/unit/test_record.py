"""The record's words: its fixed-width instants, plain decimals and canonical bytes."""

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.record import canonical, decimal_text, extras_text, instant_text

AWARE = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2025, 11, 20, 6, 45, 32, 123456, UTC), "2025-11-20T06:45:32.123456Z"),
        (datetime(2025, 11, 20, tzinfo=timezone(timedelta(hours=-3))), "2025-11-20T03:00:00.000000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_is_fixed_width_text_in_utc(moment: datetime, text: str) -> None:
    assert instant_text(moment) == text


@given(AWARE, AWARE)
def test_instants_sort_as_text_the_way_they_sort_in_time(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (one < other)


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Tokyo", "UTC"])
def test_a_time_without_zone_is_utc_whatever_this_machines_zone_is(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert instant_text(datetime.fromisoformat("2025-11-20T12:00:00")) == "2025-11-20T12:00:00.000000Z"
        assert extras_text({"seen": datetime.fromisoformat("2025-11-20T12:00:00")}) == (
            '{"seen":"2025-11-20T12:00:00.000000Z"}'
        )
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(
            ("10.50", "10.5"),
            ("1E+3", "1000"),
            ("-0.00", "0"),
            ("0E-9", "0"),
            ("100", "100"),
            ("1E-9", "0.000000001"),
        ),
        *(("-7.10", "-7.1"), ("1E+100", "1" + "0" * 100), ("1E+101", "1E+101"), ("1E+999999", "1E+999999")),
    ],
)
def test_a_decimal_is_plain_and_without_trailing_zeros_within_reason(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimal_text_means_the_same_number_and_equal_numbers_have_one_text(value: Decimal) -> None:
    assert Decimal(decimal_text(value)) == value
    if abs(value.adjusted()) <= 100:
        assert decimal_text(value) == decimal_text(
            Decimal(decimal_text(value) + ("" if "." in decimal_text(value) else ".") + "00")
        )


def test_canonical_bytes_have_sorted_keys_no_spaces_and_utf8() -> None:
    record = {"b": "é😡", "a": None, "amount": Decimal("10.50"), "at": datetime(2025, 1, 1, tzinfo=UTC)}
    expected = '{"a":null,"amount":10.5,"at":"2025-01-01T00:00:00.000000Z","b":"é😡"}'
    assert canonical(record) == expected.encode()


def test_an_empty_string_and_an_object_with_nothing_in_it_are_null() -> None:
    assert canonical({"reason": "", "metadata": {"transaction_id": "", "customer_email": None}}) == (
        canonical({"reason": None, "metadata": None})
    )
    assert canonical({"metadata": {"transaction_id": "t", "customer_email": ""}}) == (
        b'{"metadata":{"customer_email":null,"transaction_id":"t"}}'
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), JSON, min_size=1))
def test_extras_are_json_that_says_the_same_in_one_way_only(unknown: dict[str, object]) -> None:
    text = extras_text(unknown)
    assert text is not None
    assert json.loads(text) == unknown
    assert text == extras_text(dict(reversed(unknown.items())))


def test_no_unknown_fields_are_no_extras() -> None:
    assert extras_text({}) is None


def test_what_is_no_unicode_is_refused_in_extras() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        extras_text({"x": "\ud800"})


def test_nan_and_bytes_become_text_in_extras() -> None:
    assert (
        extras_text({"n": float("nan"), "i": float("-inf"), "b": b"\x00\xff"})
        == '{"b":"00ff","i":"-inf","n":"nan"}'
    )


@pytest.mark.parametrize(("held", "said"), [(2.0, "2"), (-0.0, "0"), (0.1, "0.1"), (1e22, "1" + "0" * 22)])
def test_an_unknown_float_is_told_as_the_number_that_json_would_say(held: float, said: str) -> None:
    assert extras_text({"n": held}) == extras_text({"n": Decimal(said)}) == f'{{"n":{said}}}'
