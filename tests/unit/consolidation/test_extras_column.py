"""Columns of any type as canonical JSON text: what whole columns give and what row by row gives is the same."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargebacks.consolidation.landing.extras import extras
from tests.unit.consolidation.builders import parquet, taken

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4) | st.sampled_from(
    ["", "\u2028\x7f/", 'q"\\\b\f\n\r\t\x00\x1f', "😡"]
)
NAMES = TEXT.filter(lambda name: "\x00" not in name)
Kind = tuple[Any, st.SearchStrategy[Any]]  # an Arrow type, and values of it
SCALARS: list[Kind] = [
    (pa.string(), TEXT),
    (pa.bool_(), st.booleans()),
    (pa.int8(), st.integers(-128, 127)),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.uint64(), st.integers(0, 2**64 - 1)),
    (pa.float64(), st.floats()),
    (pa.float64(), st.sampled_from([2.0, -0.0, 1e16, 1e22, 1e-7, 123456.75])),
    (pa.decimal128(20, 3), st.decimals(-(10**6), 10**6, places=3)),
    (pa.date32(), st.dates()),
    (
        pa.timestamp("us", "UTC"),
        st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1 < moment.year < 9999),
    ),
    (pa.binary(), st.binary(max_size=3)),
]


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, values, st.none())


def _list(inner: Kind) -> Kind:
    return pa.list_(inner[0]), st.lists(some(inner[1]), max_size=3)


def _struct(fields: dict[str, Kind]) -> Kind:
    kind = pa.struct([(name, inner[0]) for name, inner in fields.items()])
    return kind, st.fixed_dictionaries({name: some(inner[1]) for name, inner in fields.items()})


KINDS: st.SearchStrategy[Kind] = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.one_of(
        inner.map(_list), st.dictionaries(NAMES, inner, min_size=1, max_size=3).map(_struct)
    ),
    max_leaves=4,
)
OTHERS = NAMES.map(lambda name: f"x{name}")


def with_text(value: Any) -> Any:
    """The value with binary that is text as text."""
    if isinstance(value, dict):
        return {name: with_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_text(inner) for inner in value]
    if isinstance(value, bytes) and all(byte in b"\t\n\r" or 32 <= byte != 127 for byte in value):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return value


@settings(max_examples=100, derandomize=True)
@given(st.data())
def test_any_unknown_columns_of_parquet_are_what_their_rows_are_one_by_one(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 4))
    drawn = data.draw(
        st.lists(st.tuples(OTHERS, KINDS), min_size=2, max_size=4, unique_by=lambda two: two[0])
    )
    columns = {
        name: pa.array(data.draw(st.lists(some(values), min_size=count, max_size=count)), kind)
        for name, (kind, values) in drawn
    }
    if data.draw(st.booleans()):
        inner, kind = columns.popitem()
        metadata = pa.StructArray.from_arrays([kind, pa.array(["t"] * count)], [inner, "transaction_id"])
    else:
        inner, metadata = "", pa.nulls(count)
    found = taken(parquet(metadata=metadata, **columns))
    assert not found.rejects
    held = [with_text(row) for row in pa.table(columns).to_pylist()] if columns else [{}] * count
    nested = [{inner: with_text(one[inner])} if inner else {} for one in metadata.to_pylist()]
    assert [row.get("extras") for row in found.rows] == [*map(extras, held, nested)]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo", "America/Sao_Paulo"])
def test_the_first_and_the_last_day_of_the_calendar_are_told_in_full(day: date, zone: str | None) -> None:
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    micros = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // datetime.resolution
    for array in (
        pa.array([micros], pa.timestamp("us", zone)),
        pa.array([[micros]], pa.list_(pa.timestamp("us", zone))),
    ):
        found = taken(parquet(x=array)).rows[0]["extras"]
        assert f'"{day.isoformat()}T12:00:00.000000Z"' in found


def test_wide_and_exact_numbers_stay_what_they_are() -> None:
    assert taken(parquet(x=[Decimal("1.50")], y=[2.0])).rows[0]["extras"] == '{"x":1.5,"y":2}'
