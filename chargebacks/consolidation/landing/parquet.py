"""Parquet → a raw frame, every column as upstream typed it."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet

from chargebacks import record
from chargebacks.consolidation.landing.extras_column import extras_column, guessed_extras
from chargebacks.consolidation.landing.json_lines import metadata_in
from chargebacks.consolidation.landing.objects import from_objects
from chargebacks.consolidation.landing.python_values import to_dicts
from chargebacks.consolidation.landing.raw_rows import LINE, TEXTS, VALUES, Raw
from chargebacks.errors import UnreadableFileError

MAGIC: Final = b"PAR1"
DAMAGED: Final = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    pa.ArrowException,
    OSError,
    ValueError,
    OverflowError,
)
Columns = tuple[tuple[str, pl.DataType], ...]


def is_one(data: bytes) -> bool:
    """Whether the content says that it is parquet."""
    return data.startswith(MAGIC)


def rows_in(data: bytes) -> int | None:
    """How many rows a file has; None when it does not say."""
    try:
        return int(pa.parquet.read_metadata(pa.BufferReader(data)).num_rows)
    except DAMAGED:
        return None


def columns_in(data: bytes) -> Columns | None:
    """A file's columns with their types, in order; None when it does not say."""
    try:
        return tuple(pl.read_parquet_schema(io.BytesIO(data)).items())
    except DAMAGED:
        return None


def read_alike(files: Sequence[bytes]) -> Raw | None:
    """The raw frames of parquet files, one below the other, lines counted on; None when they have not one schema.

    Raw texts name the columns in the first file's order.
    """
    try:
        return _read(_rows([io.BytesIO(data) for data in files]))
    except DAMAGED:
        return None


def read(path: str, data: bytes) -> Raw:
    """The raw frame of a parquet file. Raises UnreadableFileError when it is damaged."""
    try:
        try:
            return _read(_rows([io.BytesIO(data)]))
        except pl.exceptions.PolarsError:
            raw = _with_wide_decimals(data)
            if raw is None:
                raise
            return raw
    except DAMAGED as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableFileError(f"{path}: damaged parquet: {cause[:200]}") from None


def _rows(sources: list[IO[bytes]]) -> pl.DataFrame:
    return pl.read_parquet(sources, use_statistics=False, hive_partitioning=False)


def _read(rows: pl.DataFrame) -> Raw:
    metadata = _metadata(rows)
    folded = None if metadata is None else _extras(rows, metadata)
    if metadata is None or folded is None:
        return _one_by_one(to_dicts(rows), rows.schema)
    known = [rows[name] for name in (*TEXTS, *VALUES) if name in rows.columns]
    known += [metadata[name] for name in record.METADATA_FIELDS if name in metadata.columns]
    return Raw(pl.DataFrame([*known, *folded, _lines(rows.height)]), _row_text(rows))


def _metadata(rows: pl.DataFrame) -> pl.DataFrame | None:
    """Its fields; None when it holds what must be rejected, or is a map."""
    kind = rows.schema.get("metadata", pl.Null)
    if isinstance(kind, pl.Struct):
        return rows["metadata"].struct.unnest()
    if kind == pl.String and rows.height:
        return metadata_in(rows["metadata"])
    return pl.DataFrame() if kind in (pl.Null, pl.String) else None


def _extras(rows: pl.DataFrame, metadata: pl.DataFrame) -> list[pl.Series] | None:
    """Unknown columns as `extras`; None when some are nested too deep, or guessed from text and not for sure."""
    if rows.schema.get("metadata") == pl.String:
        return guessed_extras(rows, metadata)
    try:
        return extras_column(rows, metadata)
    except ValueError:
        return None


def _lines(count: int) -> pl.Series:
    return pl.int_range(1, count + 1, dtype=pl.UInt32, eager=True).alias(LINE)


def _one_by_one(found: list[dict[str, Any]], kinds: Mapping[str, pl.DataType]) -> Raw:
    """The raw frame of rows as Python values. A known day or time beyond the calendar must not pass for an epoch."""
    times = [name for name in VALUES if name in kinds and kinds[name].is_temporal()]
    objects = (row | {name: f"{row[name]}, beyond" for name in times if _is_far(row[name])} for row in found)
    return from_objects(enumerate(objects, 1), lambda line: _shown(found[line - 1]))


def _is_far(moment: object) -> bool:
    return isinstance(moment, int)


def _with_wide_decimals(data: bytes) -> Raw | None:
    """A file with decimals of more than 38 digits, which Polars has no type for; None when it has none."""
    table = pa.parquet.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    wide = [field.name for field in table.schema if "decimal256" in str(field.type)]
    if not wide:
        return None
    rows = pl.DataFrame(pl.from_arrow(table.drop_columns(wide)))
    found = to_dicts(rows) or [{} for _ in range(table.num_rows)]  # rows of no other column
    for name in wide:
        for row, value in zip(found, table.column(name).to_pylist(), strict=True):
            row[name] = value
    return _one_by_one(found, rows.schema)


def _row_text(rows: pl.DataFrame) -> Callable[[int], str]:
    return lambda line: _shown(to_dicts(rows[line - 1])[0])


def _shown(row: dict[str, Any]) -> str:
    try:
        return json.dumps(row, default=_told, ensure_ascii=False)
    except TypeError:  # a map whose keys are no text
        return str(row)


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
