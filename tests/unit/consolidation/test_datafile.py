"""Data files: what is written is read back equal, by us and by the format's usual readers."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chargebacks import record
from chargebacks.consolidation.records import datafile
from chargebacks.consolidation.records.frame import SCHEMA, empty, from_ipc, nested, to_ipc
from chargebacks.settings import COMPRESSIONS, FORMATS

Row = dict[str, Any]
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.text('",\n\r\t\\ {}é😡\x00\ufeff\u2028#null', min_size=1, max_size=8),
)
AMOUNTS = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1)
    .map(lambda n: Decimal(n).scaleb(-9))
    .filter(lambda d: len(d.as_tuple().digits) < 28),
    st.sampled_from(
        [Decimal(t) for t in ("0", "-0.01", "10", "100", "1E+20", "0.000000001", "9" * 29 + "." + "9" * 9)]
    ),
)
INSTANTS = st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC))
OPTIONAL = {name: st.one_of(st.none(), TEXT) for name, kind in SCHEMA.items() if kind == pl.String}
OPTIONAL |= {name: st.one_of(st.none(), INSTANTS) for name in record.INSTANT_FIELDS}
OPTIONAL |= {
    "amount": st.one_of(st.none(), AMOUNTS),
    "extras": st.sampled_from([None, '{"a":"x\\ny"}', '{"é":[1,null]}']),
}
ROWS = st.lists(st.fixed_dictionaries(OPTIONAL | {"chargeback_id": TEXT}), max_size=4)
HARD: Row = dict.fromkeys(SCHEMA) | {
    "chargeback_id": ' "a",b\r\nc ',
    "reason": "line\rline\nline\r\n\\\"',;\t\x00\x0b",
    "status": "\ufeff",
    "amount": Decimal("-0.000000001"),
    "updated_at": datetime(1, 1, 1, tzinfo=UTC),
    "created_at": datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    "customer_email": '{"not": "json',
    "extras": '{"a":"\\"x\\",\\n"}',
}
WAYS = [(name, compression) for name, possible in COMPRESSIONS.items() for compression in possible]
PLAIN: Row = dict.fromkeys(SCHEMA) | {"chargeback_id": "a"}


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(SCHEMA), orient="row")


def expected(row: Row) -> Row:
    """The row as a reader of a data file should see it: metadata nested, null when it holds nothing."""
    found = nested(row)
    inner: Any = found["metadata"]
    return found | {"metadata": inner if any(inner.values()) else None}


@pytest.mark.parametrize(("output_format", "compression"), WAYS)
@settings(max_examples=40)
@given(rows=ROWS)
@example(rows=[HARD, PLAIN])
@example(rows=[PLAIN, HARD, PLAIN])
@example(rows=[])
def test_what_is_written_is_read_back_equal(rows: list[Row], output_format: str, compression: str) -> None:
    written = frame(rows)
    data = datafile.write(written, output_format, compression)
    assert datafile.read(data, output_format).equals(written)


@settings(max_examples=60)
@given(rows=ROWS)
@example(rows=[HARD, PLAIN])
def test_a_csv_file_says_the_same_to_pythons_reader(rows: list[Row]) -> None:
    text = datafile.write(frame(rows), "csv").decode()
    header, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header == [*record.FIELDS, record.EXTRAS]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        found = dict(zip(header, line, strict=True))
        told = {name: as_text(value) for name, value in expected(row).items() if name != "metadata"}
        assert {name: found[name] for name in told} == told
        assert (json.loads(found["metadata"]) if found["metadata"] else None) == expected(row)["metadata"]


@settings(max_examples=60)
@given(rows=ROWS)
@example(rows=[HARD, PLAIN])
def test_every_line_of_a_json_file_is_an_object_of_the_contract(rows: list[Row]) -> None:
    lines = datafile.write(frame(rows), "json").decode().split("\n")[:-1]
    found = [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in lines]
    for line, row in zip(found, rows, strict=True):
        told = {n: record.instant_text(v) if isinstance(v, datetime) else v for n, v in expected(row).items()}
        assert line == told
        assert list(line) == [*record.FIELDS, record.EXTRAS]


def as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return record.decimal_text(value)
    return "" if value is None else record.instant_text(value) if isinstance(value, datetime) else str(value)


def test_csv_has_one_header_plain_values_and_nothing_for_null() -> None:
    row = PLAIN | {
        "amount": Decimal("10.50"),
        "reason": 'a "b", c',
        "transaction_id": "t",
        "updated_at": HARD["updated_at"],
    }
    head, line = datafile.write(frame([row]), "csv").decode().splitlines()
    assert head == ",".join([*record.FIELDS, record.EXTRAS])
    assert line.startswith(
        'a,,,10.5,,,0001-01-01T00:00:00.000000Z,"a ""b"", c","{""transaction_id"":""t"",""customer_email"":null}",,,'
    )


@pytest.mark.parametrize(
    ("amount", "text"), [("100", "100"), ("0", "0"), ("-10.10", "-10.1"), ("1E+20", "1" + "0" * 20)]
)
def test_amounts_are_plain_without_trailing_zeros_in_text_formats(amount: str, text: str) -> None:
    written = frame([PLAIN | {"amount": Decimal(amount)}])
    assert f",{text}," in datafile.write(written, "csv").decode()
    assert f'"amount":{text},' in datafile.write(written, "json").decode()


def test_parquet_has_exact_types_and_a_nested_metadata_column() -> None:
    table = pq.read_table(io.BytesIO(datafile.write(frame([HARD, PLAIN]), "parquet")))
    text, instant = (pa.large_string(), pa.string(), pa.string_view()), pa.timestamp("us", "UTC")
    assert table.schema.names == [*record.FIELDS, record.EXTRAS]
    assert table.schema.field("amount").type == pa.decimal128(38, 9)
    assert {table.schema.field(name).type for name in record.INSTANT_FIELDS} == {instant}
    assert all(table.schema.field(name).type in text for name in ("chargeback_id", "reason", "extras"))
    metadata = table.schema.field("metadata").type
    assert [field.name for field in metadata] == list(record.METADATA_FIELDS)
    assert table.column("metadata").to_pylist() == [
        {"transaction_id": None, "customer_email": '{"not": "json'},
        None,
    ]
    assert table.column("updated_at").cast(pa.int64()).to_pylist() == [-62_135_596_800_000_000, None]


@pytest.mark.parametrize("output_format", FORMATS)
def test_an_empty_frame_makes_a_file_that_is_read_as_one(output_format: str) -> None:
    assert datafile.read(datafile.write(empty(), output_format), output_format).equals(empty())


@pytest.mark.parametrize(("output_format", "compression"), WAYS)
def test_the_same_rows_make_the_same_bytes(output_format: str, compression: str) -> None:
    one, other = (datafile.write(frame([HARD, PLAIN]), output_format, compression) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("output_format", ["csv", "json"])
def test_gzip_makes_of_a_file_what_gunzip_makes_it_again_without_the_time_of_day(output_format: str) -> None:
    plain, packed = (datafile.write(frame([HARD, PLAIN]), output_format, way) for way in ("none", "gzip"))
    assert gzip.decompress(packed) == plain
    assert packed[4:8] == bytes(4)  # RFC 1952: MTIME, 0 for none


@pytest.mark.parametrize(
    ("compression", "codec"), [("zstd", "ZSTD"), ("snappy", "SNAPPY"), ("none", "UNCOMPRESSED")]
)
def test_parquet_is_compressed_within_the_file(compression: str, codec: str) -> None:
    file = pq.ParquetFile(io.BytesIO(datafile.write(frame([HARD, PLAIN]), "parquet", compression)))
    group = file.metadata.row_group(0)
    assert {group.column(n).compression for n in range(group.num_columns)} == {codec}


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="xml"):
        datafile.write(empty(), "xml")
    with pytest.raises(ValueError, match="xml"):
        datafile.read(b"", "xml")


@settings(max_examples=30)
@given(rows=ROWS)
def test_arrow_bytes_of_the_shuffle_are_read_back_equal(rows: list[Row]) -> None:
    assert from_ipc(to_ipc(frame(rows))).equals(frame(rows))
