"""Parquet → a raw frame, every column as upstream typed it."""

import io
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import IO, Any, Final

import polars as pl

from chargebacks import record
from chargebacks.consolidation.landing.extras import extras, unknown
from chargebacks.consolidation.landing.objects import from_objects
from chargebacks.consolidation.landing.raw_rows import LINE, TEXTS, VALUES, Raw
from chargebacks.consolidation.records.instants import is_near
from chargebacks.errors import UnreadableFileError

MAGIC: Final = b"PAR1"
DAMAGED: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError, OverflowError)


def is_one(data: bytes) -> bool:
    """Whether the content says that it is parquet."""
    return data.startswith(MAGIC)


def read_alike(files: Sequence[bytes]) -> pl.DataFrame | None:
    """The raw frames of parquet files of one schema, one below the other; None when something is amiss."""
    try:
        sources: list[IO[bytes]] = [io.BytesIO(data) for data in files]
        raw = _read(pl.read_parquet(sources, use_statistics=False, hive_partitioning=False))
    except DAMAGED:
        return None
    return None if raw.rejects else raw.frame


def read(path: str, data: bytes) -> Raw:
    """The raw frame of a parquet file. Raises UnreadableFileError when it is damaged."""
    try:
        return _read(pl.read_parquet(io.BytesIO(data), use_statistics=False, hive_partitioning=False))
    except DAMAGED as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableFileError(f"{path}: damaged parquet: {cause[:200]}") from None


def _read(rows: pl.DataFrame) -> Raw:
    kind = rows.schema.get("metadata", pl.Null)
    if not (kind == pl.Null or isinstance(kind, pl.Struct)):  # JSON text, or what must be rejected
        return from_objects(enumerate(_python(rows), 1), _row_text(rows))
    inner = [field.name for field in kind.fields] if isinstance(kind, pl.Struct) else []
    nested = pl.col("metadata").struct
    known = [pl.col(name) for name in (*TEXTS, *VALUES) if name in rows.columns]
    known += [nested.field(name) for name in record.METADATA_FIELDS if name in inner]
    folded = _extras(rows, [name for name in inner if name not in record.METADATA_FIELDS])
    return Raw(rows.select(*known, *folded).with_row_index(LINE, 1), _row_text(rows))


def _extras(rows: pl.DataFrame, inner: list[str]) -> list[pl.Series]:
    """Columns and fields of metadata that the record does not know, as canonical JSON text; none: no column."""
    outer = list(unknown(dict.fromkeys(rows.columns)))
    if not outer and not inner:
        return []
    found = _python(rows.select(outer)) if outer else [{}] * rows.height
    nested = pl.col("metadata").struct
    other = _python(rows.select(nested.field(name) for name in inner)) if inner else [{}] * rows.height
    texts = [extras(*pair) for pair in zip(found, other, strict=True)]
    return [pl.Series(record.EXTRAS, texts, dtype=pl.String)]


def _python(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows as Python values; a day or time that Python has no year for, as its number."""
    far = [name for name, kind in rows.schema.items() if kind == pl.Date or isinstance(kind, pl.Datetime)]
    far = [name for name in far if not is_near(rows[name]).all()]
    found = rows.with_columns(pl.when(is_near(rows[name])).then(name).alias(name) for name in far).to_dicts()
    for name in far:
        for row, number in zip(found, rows[name].to_physical(), strict=True):
            row[name] = number if row[name] is None else row[name]
    return found


def _row_text(rows: pl.DataFrame) -> Callable[[int], str]:
    return lambda line: json.dumps(_python(rows[line - 1])[0], default=_told, ensure_ascii=False)


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
