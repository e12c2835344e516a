"""Readers that are not the product: they say how many records a file holds, and what those are.

Each takes bytes and returns rows. The job's counts and values are compared with theirs.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.corpus.spec import Reader, Row
from tests.corpus.values import BEYOND, EPOCH, FIELDS, UNKNOWN

_NANOS: Final = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def none(_: bytes) -> list[Any]:
    """Read nothing: for files that no reader of ours opens."""
    return []


# --- JSON ------------------------------------------------------------------------------------------------------


def json_lines(data: bytes) -> list[Any]:
    """One value a line."""
    return [json.loads(line, parse_float=Decimal) for line in _text(data).split("\n") if line.strip()]


def json_array(data: bytes) -> list[Any]:
    """The elements of one array."""
    found: list[Any] = json.loads(_text(data), parse_float=Decimal)
    return found


def json_values(data: bytes) -> Iterator[Any]:
    """Values one after another, with or without white space between; arrays count by their elements."""
    text, decoder, position = _text(data), json.JSONDecoder(parse_float=Decimal), 0
    while rest := re.compile(r"\S").search(text, position):
        value, position = decoder.raw_decode(text, rest.start())
        yield from value if isinstance(value, list) else [value]


def lines(data: bytes) -> list[Any]:
    """Lines that are not blank, whatever they hold: as Python's json reads them, else as they are."""
    return [_value(line) for line in data.split(b"\n") if line.strip()]


def _value(line: bytes) -> Any:
    try:
        return json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError):
        return line


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig")


# --- CSV -------------------------------------------------------------------------------------------------------


def csv_rows(encoding: str = "utf-8-sig", **dialect: Any) -> Reader:
    """Return a reader of CSV with a header, by Python's csv module in that dialect."""

    def read(data: bytes) -> list[Row]:
        text = io.StringIO(data.decode(encoding, "replace").lstrip("\r\n"), newline="")
        return [row for row in csv.DictReader(text, **dialect) if any(row.values())]

    return read


# --- parquet and others, by Arrow and DuckDB -------------------------------------------------------------------


def arrow(data: bytes) -> list[Row]:
    """Rows of a parquet file by pyarrow."""
    file = pq.ParquetFile(io.BytesIO(data), coerce_int96_timestamp_unit="us")
    names = [field.name for field in file.schema_arrow if _is_compared(field)]
    found = _rows(file.read(columns=names, use_threads=False)) if names else [{}] * file.metadata.num_rows
    assert len(found) == file.metadata.num_rows
    return found


def _is_compared(field: pa.Field) -> bool:
    return field.name in FIELDS or (field.name == UNKNOWN and pa.types.is_timestamp(field.type))


def duck(kind: str, **options: str) -> Reader:
    """Return a reader by DuckDB's `read_<kind>`."""
    given = "".join(f", {name} = {value}" for name, value in options.items())

    def read(data: bytes) -> list[Row]:
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
            path = Path(folder) / "file"
            path.write_bytes(data)
            connection.execute("SET TimeZone = 'UTC'")
            found = connection.sql(f"SELECT * FROM read_{kind}('{path}'{given})")  # noqa: S608
            known = found.to_arrow_table()
            return _rows(known.select([field.name for field in known.schema if _is_compared(field)]))

    return read


def _rows(table: pa.Table) -> list[Row]:
    columns = {name: _values(table[name]) for name in table.column_names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: pa.ChunkedArray) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return [_instant(n, _NANOS[kind.unit]) for n in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_date32(kind):
        return [_instant(n, 86_400 * 10**9) for n in column.cast(pa.int32()).to_pylist()]
    if pa.types.is_date64(kind):
        return [_instant(n, 10**6) for n in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_map(kind):
        return [value if value is None else dict(value) for value in column.to_pylist()]
    if pa.types.is_float16(kind) or pa.types.is_float32(kind):
        return [None if text is None else Decimal(text) for text in pc.cast(column, pa.string()).to_pylist()]
    return column.to_pylist()  # type: ignore[no-any-return]


def _instant(number: int | None, nanos: int) -> datetime | str | None:
    if number is None:
        return None
    try:
        return EPOCH + timedelta(microseconds=number * nanos // 1000)
    except OverflowError:
        return BEYOND


# --- containers ------------------------------------------------------------------------------------------------

EXPAND: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": gzip.decompress,
    "bz2": bz2.decompress,
    "xz": lzma.decompress,
    "zstd": lambda data: bytes(pa.input_stream(io.BytesIO(data), compression="zstd").read()),
}


def inside(kind: str, reader: Reader) -> Reader:
    """Return a reader of what a compressed file holds."""
    return lambda data: reader(EXPAND[kind](data))
