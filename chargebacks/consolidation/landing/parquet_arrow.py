"""Read one parquet file with Arrow: the exact way for files that Polars fails on, or whose types it does not know."""

import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet

from chargebacks.consolidation.landing import arrow_values
from chargebacks.consolidation.landing.binary_text import uuid_text
from chargebacks.consolidation.landing.isolation import lacks_memory
from chargebacks.consolidation.landing.parquet_footer import FAILED, rows_in_groups
from chargebacks.consolidation.landing.raw_rows import KNOWN, MAX_NAME, VALUES

_INTERVAL: Final = struct.Struct("<III")  # months, days, milliseconds: "Logical types", apache/parquet-format


class UnusableError(Exception):
    """The file cannot be read; the text says why."""


@dataclass
class Found:
    """The rows of a file: columns as Polars series, as Python values where Polars has no type (`others`), or `lost`."""

    height: int
    series: list[pl.Series] = field(default_factory=list)
    others: dict[str, list[Any]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def read(data: bytes) -> Found:
    """Return the rows of a file. Raises UnusableError, or one of FAILED when the file is damaged."""
    file = pa.parquet.ParquetFile(pa.BufferReader(data), coerce_int96_timestamp_unit="us")
    _refuse_duplicates(file.schema_arrow)
    promised = _promised(file.metadata)
    table = file.read(use_threads=False)
    if table.num_columns and table.num_rows != promised:
        raise UnusableError(f"{table.num_rows} rows could be read of the {promised} that its footer promises")
    found = Found(promised)
    intervals = _intervals(file.schema)
    for name, column in zip(table.column_names, table.columns, strict=True):
        arrow_values.check(column)
        _take(name, column, found, is_interval=name in intervals)
    return found


def _refuse_duplicates(schema: pa.Schema) -> None:
    names = Counter(schema.names)
    if "metadata" in names and pa.types.is_struct(kind := schema.field(schema.names.index("metadata")).type):
        names.update(f"metadata.{inner.name}" for inner in kind)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise UnusableError(f"two columns have the name {twice[0][:MAX_NAME]!r}: rename one of them")


def _promised(metadata: Any) -> int:
    """Return the number of rows in the file. The footer's total may be left out (0), as parquet-rs 0.3.0 did."""
    groups = rows_in_groups(metadata)
    if metadata.num_rows not in (0, groups):
        raise UnusableError(f"its footer promises {metadata.num_rows} rows, its row groups {groups}")
    return groups


def _intervals(schema: Any) -> set[str]:
    columns = (schema.column(n) for n in range(len(schema.names)))
    return {column.path for column in columns if column.converted_type == "INTERVAL"}


def _take(name: str, column: pa.ChunkedArray, found: Found, *, is_interval: bool) -> None:
    try:
        if is_interval:
            found.series.append(pl.Series(name, [_interval(one) for one in column.to_pylist()], pl.String))
        elif (series := _series(name, column)) is not None:
            found.series.append(series)
        else:
            found.others[name] = _values(name, column)
    except FAILED as error:
        if lacks_memory(error):
            raise
        if name in KNOWN:
            raise UnusableError(f"column {name!r} of type {column.type} cannot be read: {error}") from None
        found.lost.append(name)


def _values(name: str, column: pa.ChunkedArray) -> list[Any]:
    """Return the values in Python. A number in place of a known time must not be read as an epoch."""
    values = arrow_values.values(column)
    if name not in VALUES or not pa.types.is_temporal(column.type):
        return values
    return [f"{value}, beyond" if isinstance(value, int) else value for value in values]


def _series(name: str, column: pa.ChunkedArray) -> pl.Series | None:
    """Return the column as a Polars series; None when Polars has no such type, or changes some of its values."""
    kind = column.type
    if isinstance(kind, pa.UuidType):
        return uuid_text(pl.Series(name, pl.from_arrow(column.cast(kind.storage_type))))
    if _is_beyond_polars(kind) or (pa.types.is_time(kind) and arrow_values.out_of_day(column)):
        return None
    if isinstance(kind, pa.JsonType):
        column = column.cast(kind.storage_type)
    elif pa.types.is_timestamp(kind) and kind.tz is not None:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))  # Polars does not know every zone
    try:
        series = pl.Series(name, pl.from_arrow(column))
    except FAILED:
        return None
    return series if len(series) == len(column) else None


def _is_beyond_polars(kind: pa.DataType) -> bool:
    if pa.types.is_decimal256(kind) or (pa.types.is_map(kind) and _is_complex_key(kind.key_type)):
        return True
    inner = [kind.field(n).type for n in range(kind.num_fields)]
    return any(_is_changed_within(one) or _is_beyond_polars(one) for one in inner)


def _is_complex_key(kind: pa.DataType) -> bool:
    return bool(pa.types.is_temporal(kind) or pa.types.is_nested(kind))


def _is_changed_within(kind: pa.DataType) -> bool:
    """Return whether Polars changes some values of such a type within lists and structs."""
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    return zoned or pa.types.is_time(kind) or isinstance(kind, pa.BaseExtensionType)


def _interval(value: bytes | None) -> str | None:
    """Return a span in ISO 8601: `P14M3DT1.500S`."""
    if value is None:
        return None
    months, days, millis = _INTERVAL.unpack(value)
    return f"P{months}M{days}DT{millis // 1000}.{millis % 1000:03}S"
