"""Parquet files return as many rows as their footers promise, or are unreadable."""

import io
import json
from collections.abc import Callable

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing import parquet as landing
from chargebacks.consolidation.landing.parquet_footer import footer
from chargebacks.consolidation.stages.opening import open_files
from chargebacks.errors import UnreadableFileError
from tests.fixtures import parquet_footers as thrift
from tests.fixtures.landing_files import parquet_files
from tests.fixtures.parquet_footers import Struct, edited
from tests.unit.consolidation.builders import taken
from tests.unit.consolidation.test_landing_parquet import SAMPLES, THREE, written
from tests.unit.consolidation.test_opening import alone, fetched, told


def total(rows: int) -> Callable[[Struct], None]:
    return lambda footer: footer.update({thrift.NUM_ROWS: (thrift.I64, rows)})


def of_group(rows: int) -> Callable[[Struct], None]:
    def edit(footer: Struct) -> None:
        footer[thrift.ROW_GROUPS][1][1][0][3] = (thrift.I64, rows)

    return edit


def test_rows_are_read_though_the_footer_leaves_out_their_number() -> None:
    """As parquet-rs 0.3.0 wrote it."""
    data = edited(written(THREE), total(0))
    assert [row["status"] for row in taken(data).rows] == THREE["status"]
    files = fetched(written(THREE), data, written(THREE))
    assert open_files(files).read == 9
    assert told(open_files(files)) == alone(files)


@pytest.mark.parametrize("edit", [total(2), total(4), of_group(2), of_group(4), of_group(0)])
def test_a_footer_that_contradicts_itself_costs_the_file(edit: Callable[[Struct], None]) -> None:
    data = edited(written(THREE), edit)
    with pytest.raises(UnreadableFileError, match=r"its footer promises [0-9] rows, its row groups [0-9]"):
        formats.read("a.parquet", data)
    files = fetched(written(THREE), data, written(THREE))
    found = open_files(files)
    assert (found.read, [file.unreadable is not None for file in found.files].count(True)) == (6, 1)


def test_rows_that_neither_library_returns_cost_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(THREE)
    short = pl.read_parquet(data).head(2)
    monkeypatch.setattr(landing, "_rows", lambda *_: short)
    assert taken(data).rows[2]["status"] == "lost"  # Arrow returns them
    table = pq.read_table(io.BytesIO(data)).slice(1)
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_, **__: table)
    with pytest.raises(UnreadableFileError, match="2 rows could be read of the 3 that its footer promises"):
        formats.read("a.parquet", data)


def test_row_groups_without_rows_and_files_without_columns_are_counted() -> None:
    sink = io.BytesIO()
    table = pa.table({"chargeback_id": ["a", "b"]})
    with pq.ParquetWriter(sink, table.schema) as writer:
        for part in (table.slice(0, 0), table.slice(0, 1), table.slice(0, 0), table.slice(1)):
            writer.write_table(part)
    assert [row["chargeback_id"] for row in taken(sink.getvalue()).rows] == ["a", "b"]

    def bare(footer: Struct) -> None:
        footer[thrift.SCHEMA] = (thrift.LIST, (thrift.STRUCT, [footer[thrift.SCHEMA][1][1][0]]))
        footer[thrift.SCHEMA][1][1][0][thrift.NUM_CHILDREN] = (thrift.I32, 0)
        footer[thrift.ROW_GROUPS][1][1][0][1] = (thrift.LIST, (thrift.STRUCT, []))
        footer.pop(thrift.COLUMN_ORDERS)

    found = taken(edited(written(THREE, store_schema=False), bare))
    assert found.rejects == [(line, "chargeback_id: missing") for line in (1, 2, 3)]


def test_repeated_fields_without_a_list_annotation_are_lists() -> None:
    """As parquet-mr wrote it, with an ENUM and a JSON column."""
    found = taken((SAMPLES / "parquet-mr-repeated-fields.parquet").read_bytes())
    assert [row["transaction_id"] for row in found.rows] == [f"t{n}" for n in range(6)]
    assert {row["status"] for row in found.rows} == {"open"}
    one = json.loads(found.rows[5]["extras"])
    assert one == {
        "codes": [0, 1],
        "phones": {"phone": [{"kind": "home", "number": 0}, {"kind": "home", "number": 1}]},
    }


def test_what_only_polars_refuses_is_read_by_arrow() -> None:
    def old_draft(footer: Struct) -> None:
        column = footer[thrift.ROW_GROUPS][1][1][0][1][1][1][1][3][1]
        # Pages begin with the dictionary, whose offset is 0.
        column[9], column[11] = column[11], (thrift.I64, 0)
        column[15] = (thrift.LIST, (thrift.STRUCT, [{2: (thrift.I64, 22)}]))  # sorting, as a draft had it

    data = edited(written(THREE), old_draft)
    with pytest.raises(pl.exceptions.PolarsError):
        pl.read_parquet(data)
    assert [row["status"] for row in taken(data).rows] == THREE["status"]


@settings(max_examples=50, derandomize=True)
@given(parquet_files())
def test_the_footer_is_what_arrow_says_it_is(data: bytes) -> None:
    try:
        rows = pq.read_metadata(io.BytesIO(data)).num_rows
    except pa.ArrowException:
        assert footer(data) is None
        return
    for _ in range(2):  # parsed, then by its known schema
        found = footer(data)
        assert found is not None
        assert (found.rows, found.agrees) == (rows, True)
