"""Instants: the same moment whatever it comes as, and nothing that no calendar holds."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.consolidation.builders import json_lines, kept, taken

NOON = datetime(2025, 11, 20, 12, tzinfo=UTC)


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
        ),
        *(
            "2025-11-20Z",
            "2025-11-20+03:00",
            "12345678",
            "1" * 20,
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


def _csv_line(key: str, number: float) -> str:
    return f"{key},{Decimal(repr(number)):f}"


DOUBLES = st.one_of(
    st.floats(-1e20, 1e20),
    st.integers(10**8, 10**19).map(float),
    st.builds(round, st.floats(1.6e9, 1.9e9), st.integers(0, 7)),
    st.integers(1_600_000_000_000, 1_900_000_000_000).map(lambda ms: ms / 1000),
)


@settings(max_examples=100, derandomize=True)
@given(st.lists(DOUBLES, min_size=1, max_size=20))
@example([1763619932.123, 1763619932123.0, 1763619932123456.0, 1.763619932123456e18])
@example([1e8, 99999999.99999999, 1e17, -1e9, 9.999999999999998e18, 1e19, 5e-324, -0.0, 1e300])
def test_a_double_is_the_same_instant_in_parquet_json_and_csv(numbers: list[float]) -> None:
    """Each goes by the shortest text that means it: one record in two formats is one version of it."""
    native = kept("updated_at", numbers)
    ids = [f"c{n}" for n in range(len(numbers))]
    json = json_lines(
        *({"chargeback_id": i, "updated_at": number} for i, number in zip(ids, numbers, strict=True))
    )
    csv = "\n".join(["chargeback_id,updated_at", *map(_csv_line, ids, numbers)])
    for data, name in ((json, "a.json"), (csv.encode(), "a.csv")):
        rows = {row["chargeback_id"]: row["updated_at"] for row in taken(data, name).rows}
        assert [rows.get(i) for i in ids] == native, name


@pytest.mark.parametrize("scale", [0, 3, 9, 10, 18])
def test_a_decimal_epoch_is_cut_off_and_never_rounded(scale: int) -> None:
    fine = Decimal("1763640000.1239999995" if scale > 9 else "1763640000")
    found = kept("updated_at", pa.array([Decimal(1_763_640_000), fine], pa.decimal128(38, scale)))
    assert found == [NOON, NOON + timedelta(microseconds=123999) if scale > 9 else NOON]
