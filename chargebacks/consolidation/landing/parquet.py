"""Parquet → a raw frame, every column as upstream typed it."""

import io
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any, Final

import polars as pl

from chargebacks import record
from chargebacks.consolidation.landing import parquet_arrow
from chargebacks.consolidation.landing.binary_text import as_text, needs_text
from chargebacks.consolidation.landing.compressed import MAX_EXPANDED
from chargebacks.consolidation.landing.extras_column import extras_column, guessed_extras
from chargebacks.consolidation.landing.isolation import lacks_memory
from chargebacks.consolidation.landing.json_lines import metadata_in
from chargebacks.consolidation.landing.listing import EXPANSION
from chargebacks.consolidation.landing.objects import from_objects
from chargebacks.consolidation.landing.parquet_footer import DAMAGED, FAILED, Footer, Shape, footer
from chargebacks.consolidation.landing.polars_values import has_complex_keys, to_dicts
from chargebacks.consolidation.landing.raw_rows import JUDGED, LINE, TEXTS, VALUES, Raw, Reject
from chargebacks.errors import UnreadableFileError

MAGIC: Final = b"PAR1"
_MAX_CAUSE: Final = 200  # characters of an error's text in a reason
_INNER: Final = "metadata."
Columns = tuple[Shape, tuple[tuple[str, pl.DataType], ...]]


def is_one(data: bytes) -> bool:
    """Whether the content says that it is parquet."""
    return data.startswith(MAGIC)


def rows_in(data: bytes) -> int | None:
    """How many rows a file has; None when it does not say."""
    found = footer(data)
    return found.rows if found and found.agrees else None


def columns_in(data: bytes) -> Columns | None:
    """A file's columns with their types, in order; None when it does not say."""
    found = footer(data)
    try:
        return (found.shape, tuple(pl.read_parquet_schema(io.BytesIO(data)).items())) if found else None
    except FAILED:
        return None


def needs_arrow(data: bytes) -> bool:
    """Return whether a file must be read by itself: it is damaged, or Polars fails on it or reads it wrongly."""
    found = footer(data)
    if found is None or not found.agrees or found.shape.for_arrow or _is_too_large(found, data):
        return True
    return columns_in(data) is None


def read_alike(files: Sequence[bytes]) -> Raw | None:
    """Return the raw frames of parquet files, one below the other; None when they must be read in parts.

    Raw texts name the columns in the first file's order.
    """
    return _by_polars(files)


def read(path: str, data: bytes) -> Raw:
    """Return the raw frame of a parquet file. Raises UnreadableFileError when neither Polars nor Arrow can read it."""
    found = footer(data)
    if found and _is_too_large(found, data):  # decided before anything is allocated
        raise UnreadableFileError(
            f"{path}: {found.expanded} bytes or more once expanded: let upstream write smaller files"
        )
    raw = _by_polars([data])
    if raw is not None:
        return raw
    try:
        return _by_arrow(data)
    except parquet_arrow.UnusableError as error:
        raise UnreadableFileError(f"{path}: {str(error)[:_MAX_CAUSE]}") from None
    except DAMAGED as error:
        if lacks_memory(error):
            raise
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableFileError(f"{path}: damaged parquet: {cause[:_MAX_CAUSE]}") from None


def _is_too_large(found: Footer, data: bytes) -> bool:
    """Return whether a file expands to more than a task can hold, and far beyond its own size."""
    return found.expanded > max(MAX_EXPANDED, EXPANSION * len(data))


def _by_polars(files: Sequence[bytes]) -> Raw | None:
    """Return the rows; None when Polars fails, returns another number than the footers say, or schemas differ."""
    footers = [footer(data) for data in files]
    shape = footers[0].shape if footers[0] else None
    if shape is None or shape.for_arrow:
        return None
    promised = expanded = 0
    for found in footers:
        if found is None or not found.agrees or (found.shape is not shape and found.shape != shape):
            return None
        promised += found.rows
        expanded += found.expanded
    if len(files) > 1 and expanded > MAX_EXPANDED:
        return None
    try:
        rows = _rows([io.BytesIO(data) for data in files], shape)
        if rows.height != promised or any(map(has_complex_keys, rows.dtypes)):
            return None
        return _read(rows, shape.uuids)
    except FAILED as error:
        if lacks_memory(error):
            raise
        return None


def _rows(sources: list[IO[bytes]], shape: Shape) -> pl.DataFrame:
    if not shape.int96:
        return pl.read_parquet(sources, use_statistics=False, hive_partitioning=False)
    # By default Polars reads INT96 as nanoseconds, whose range is 1677 to 2262 only.
    schema = {name: _in_micros(kind) for name, kind in pl.read_parquet_schema(sources[0]).items()}
    casts = pl.ScanCastOptions(datetime_cast="nanosecond-downcast")
    return pl.scan_parquet(
        sources, schema=schema, cast_options=casts, use_statistics=False, hive_partitioning=False
    ).collect()


def _in_micros(kind: Any) -> Any:
    match kind:
        case pl.Datetime():
            return pl.Datetime("us" if kind.time_unit == "ns" else kind.time_unit, kind.time_zone)
        case pl.List():
            return pl.List(_in_micros(kind.inner))
        case pl.Array():
            return pl.Array(_in_micros(kind.inner), kind.size)
        case pl.Map():
            return pl.Map(_in_micros(kind.key), _in_micros(kind.value))
        case pl.Struct():
            return pl.Struct({field.name: _in_micros(field.dtype) for field in kind.fields})
    return kind


def _by_arrow(data: bytes) -> Raw:
    found = parquet_arrow.read(data)
    rows = pl.DataFrame(found.series)
    if rows.width and not found.others:
        raw = _read(rows)
    else:
        dicts = to_dicts(rows) if rows.width else [{} for _ in range(found.height)]
        for name, values in found.others.items():
            for row, value in zip(dicts, values, strict=True):
                row[name] = value
        raw = _one_by_one(dicts, rows.schema)
    raw.lost_columns = tuple(found.lost)
    return raw


def _read(rows: pl.DataFrame, uuids: Collection[str] = ()) -> Raw:
    if not needs_text(rows):
        return _folded(rows)
    rows, rejected = _texts(rows, uuids)
    raw = _folded(rows)
    return _without(raw, rejected) if rejected else raw


def _folded(rows: pl.DataFrame) -> Raw:
    metadata = _metadata(rows)
    folded = None if metadata is None else _extras(rows, metadata)
    if metadata is None or folded is None:
        return _one_by_one(to_dicts(rows), rows.schema)
    known = [rows[name] for name in (*TEXTS, *VALUES) if name in rows.columns]
    known += [metadata[name] for name in record.METADATA_FIELDS if name in metadata.columns]
    return Raw(pl.DataFrame([*known, *folded, _lines(rows.height)]), _row_text(rows))


def _texts(rows: pl.DataFrame, uuids: Collection[str]) -> tuple[pl.DataFrame, dict[int, str]]:
    """Return the rows with binary columns as text, in `metadata` too, and by line why a known value is not text."""
    rows, wrong = as_text(rows, uuids)
    reasons = {name: wrong.get(name, []) for name in (*TEXTS, *JUDGED, "metadata")}
    if isinstance(rows.schema.get("metadata"), pl.Struct):
        inner = [path.removeprefix(_INNER) for path in uuids if path.startswith(_INNER)]
        metadata, wrong = as_text(rows["metadata"].struct.unnest(), inner)
        rows = rows.with_columns(metadata.to_struct("metadata"))
        reasons |= {_INNER + name: wrong.get(name, []) for name in record.METADATA_FIELDS}
    return rows, {n + 1: f"{name}: not text" for name, indexes in reasons.items() for n in indexes}


def _without(raw: Raw, rejected: Mapping[int, str]) -> Raw:
    """Return the raw frame with those lines rejected, too."""
    others = [bad for bad in raw.rejects if bad.line not in rejected]
    more = [Reject(line, reason, raw.raw_text(line)) for line, reason in rejected.items()]
    return Raw(raw.frame.filter(~pl.col(LINE).is_in(list(rejected))), raw.raw_text, [*others, *more])


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


def _row_text(rows: pl.DataFrame) -> Callable[[int], str]:
    return lambda line: _shown(to_dicts(rows[line - 1])[0])


def _shown(row: dict[str, Any]) -> str:
    try:
        return json.dumps(row, default=_told, ensure_ascii=False)
    except TypeError:  # a map whose keys are no text
        return str(row)


def _told(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
