"""Bytes of one landing file → a raw frame: the seam where a new landing format joins.

A raw frame has the record's columns as upstream typed them (text, native or decimal), metadata flat, everything
unknown as JSON text in `extras`, and `line` (1-based row or line number). Of our own attributes it keeps only
`consolidation_date`, by which an echo is known.
Rows that cannot even be told apart as records come back as rejects. A file whose content cannot be read as a
whole raises UnreadableFileError.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.json

from chargebacks import record
from chargebacks.errors import UnreadableFileError

FILE: Final = "file"
LINE: Final = "line"
PARQUET_MAGIC: Final = b"PAR1"
JSON_SUFFIXES: Final = (".json", ".jsonl", ".ndjson")
TEXT_COLUMNS: Final = ("chargeback_id", *record.TEXT_FIELDS, *record.METADATA_FIELDS)
COLUMNS: Final = (*TEXT_COLUMNS, "amount", *record.INSTANT_FIELDS, record.CONSOLIDATION_DATE, record.EXTRAS)


@dataclass(frozen=True)
class Reject:
    """A record set apart: its line or row (1-based), why, and its raw text."""

    line: int
    reason: str
    raw: str


@dataclass
class Raw:
    """What one file held: readable rows, `raw_text` by line for those rejected later, and rejects already known."""

    frame: pl.DataFrame
    raw_text: Callable[[int], str]
    rejects: list[Reject] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records the file held, rejects included."""
        return self.frame.height + len(self.rejects)


def nothing() -> Raw:
    """The raw frame of an empty or unreadable file."""
    return Raw(pl.DataFrame(schema={"chargeback_id": pl.String, LINE: pl.UInt32}), lambda _: "")


def read(path: str, data: bytes) -> Raw:
    """The raw frame of a landing file, its format told by content first, then by name.

    Raises UnreadableFileError when the content is in no known format or is damaged.
    """
    if not data:
        return nothing()
    if data.startswith(PARQUET_MAGIC):
        return _read_parquet(path, data)
    if path.endswith(JSON_SUFFIXES) or data.lstrip()[:1] == b"{":
        return _read_json_lines(path, data)
    raise UnreadableFileError(f"{path}: neither parquet nor JSON lines: check what upstream wrote")


# --- parquet ---------------------------------------------------------------------------------------------------


def _read_parquet(path: str, data: bytes) -> Raw:
    try:
        rows = pl.read_parquet(io.BytesIO(data), use_statistics=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException) as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableFileError(f"{path}: damaged parquet: {cause[:200]}") from None
    metadata = rows.schema.get("metadata")
    if isinstance(metadata, pl.Struct):
        rows = _flatten_metadata(rows, metadata)
    elif metadata is not None and metadata != pl.Null:
        return _from_dicts([(n, row) for n, row in enumerate(rows.to_dicts(), 1)], _row_text(rows))
    return Raw(_extras_folded(rows).with_row_index(LINE, 1), _row_text(rows))


def _flatten_metadata(rows: pl.DataFrame, metadata: pl.Struct) -> pl.DataFrame:
    known = [f.name for f in metadata.fields if f.name in record.METADATA_FIELDS]
    other = [f.name for f in metadata.fields if f.name not in record.METADATA_FIELDS]
    nested = pl.col("metadata").struct
    columns = [nested.field(name) for name in known]
    if other:
        columns.append(pl.struct(nested.field(name) for name in other).alias("_metadata"))
    return rows.with_columns(columns).drop("metadata")


def _extras_folded(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns that the record does not know, as canonical JSON text in `extras`."""
    unknown = [c for c in rows.columns if c not in COLUMNS[:-1] and c not in record.OWN_ATTRIBUTES]
    known = [c for c in rows.columns if c in COLUMNS[:-1]]
    if not unknown:
        return rows.select(known)
    extras = [_extras_text(row) for row in rows.select(unknown).to_dicts()]
    return rows.select(known).with_columns(pl.Series(record.EXTRAS, extras, dtype=pl.String))


def _extras_text(unknown: Mapping[str, object]) -> str | None:
    named = {k: v for k, v in unknown.items() if k != "_metadata" and v is not None}
    other = unknown.get("_metadata")
    nested = {k: v for k, v in other.items() if v is not None} if isinstance(other, Mapping) else {}
    return record.extras_text({**named, "metadata": nested} if nested else named)


def _row_text(rows: pl.DataFrame) -> Callable[[int], str]:
    return lambda line: json.dumps(rows.row(line - 1, named=True), default=str, ensure_ascii=False)


# --- JSON lines ------------------------------------------------------------------------------------------------

_FAST_SCHEMA: Final = pa.schema(
    [(name, pa.string()) for name in ("chargeback_id", *record.TEXT_FIELDS, *record.INSTANT_FIELDS)]
    + [
        ("amount", pa.decimal128(38, 9)),
        ("metadata", pa.struct([(name, pa.string()) for name in record.METADATA_FIELDS])),
        (record.CONSOLIDATION_DATE, pa.string()),
    ]
)


def _read_json_lines(path: str, data: bytes) -> Raw:
    numbered = [
        (n, line)
        for n, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1)
        if (line := raw.strip())
    ]
    raw_text = {n: line for n, line in numbered}.__getitem__
    rows = _fast_json(numbered)
    if rows is None:
        return _slow_json(numbered, lambda n: raw_text(n).decode(errors="replace"))
    lines = pl.Series(LINE, [n for n, _ in numbered], dtype=pl.UInt32)
    return Raw(rows.with_columns(lines), lambda n: raw_text(n).decode(errors="replace"))


def _fast_json(numbered: list[tuple[int, bytes]]) -> pl.DataFrame | None:
    """All lines at once by Arrow's parser, or None when any of them is not exactly as expected."""
    if not all(line[:1] == b"{" and line[-1:] == b"}" for _, line in numbered):
        return None
    options = pa.json.ParseOptions(explicit_schema=_FAST_SCHEMA, unexpected_field_behavior="error")
    blocks = pa.json.ReadOptions(use_threads=False, block_size=1 << 24)
    source = pa.BufferReader(b"\n".join(line for _, line in numbered))
    try:
        table = pa.json.read_json(source, read_options=blocks, parse_options=options)
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    rows = pl.DataFrame(pl.from_arrow(table))
    if rows.height != len(numbered):
        return None
    metadata = rows.schema["metadata"]
    return _flatten_metadata(rows, metadata) if isinstance(metadata, pl.Struct) else None


def _slow_json(numbered: list[tuple[int, bytes]], raw_text: Callable[[int], str]) -> Raw:
    """Line by line: for files with a bad line, an unknown field, or a value of another type."""
    objects: list[tuple[int, dict[str, Any]]] = []
    rejects: list[Reject] = []
    for n, line in numbered:
        try:
            objects.append((n, _one_object(line)))
        except (ValueError, RecursionError) as error:
            rejects.append(Reject(n, f"record: {error}", raw_text(n)))
    return _from_dicts(objects, raw_text, rejects)


def _one_object(line: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(
            line.decode(),
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique_keys,
        )
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos}") from None
    if not isinstance(parsed, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  (every cause is a ValueError here)
    return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(f"not JSON: {name}")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found


# --- values of any type ----------------------------------------------------------------------------------------


def _from_dicts(
    objects: Iterable[tuple[int, dict[str, Any]]],
    raw_text: Callable[[int], str],
    rejects: list[Reject] | None = None,
) -> Raw:
    """A raw frame, all text, from objects whose values may be of any type; wrong types are rejected."""
    rejects = rejects or []
    rows: list[dict[str, Any]] = []
    for n, found in objects:
        try:
            rows.append({**_as_text(found), LINE: n})
        except (TypeError, ValueError) as error:
            rejects.append(Reject(n, str(error), raw_text(n)))
    schema = {name: pl.String for name in COLUMNS} | {LINE: pl.UInt32}
    return Raw(pl.DataFrame(rows, schema=schema), raw_text, rejects)


def _as_text(found: Mapping[str, Any]) -> dict[str, str | None]:
    metadata = _metadata(found.get("metadata"))
    row = {name: _text(name, found.get(name)) for name in ("chargeback_id", *record.TEXT_FIELDS)}
    row |= {name: _text(f"metadata.{name}", metadata.get(name)) for name in record.METADATA_FIELDS}
    for name in ("amount", *record.INSTANT_FIELDS, record.CONSOLIDATION_DATE):
        row[name] = _number_or_text(name, found.get(name))
    return row | {record.EXTRAS: _extras_text(dict(_unknown(found, metadata)))}


def _unknown(found: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        if name not in record.FIELDS and name not in record.OWN_ATTRIBUTES:
            yield name, value
    other = {name: value for name, value in metadata.items() if name not in record.METADATA_FIELDS}
    if other:
        yield "_metadata", other


def _metadata(value: object) -> Mapping[str, Any]:
    if isinstance(value, str) and value:
        value = _one_object(value.encode())
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise TypeError("metadata: not an object")
    return value


def _text(name: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and _encodable(name, value)):
        return value
    raise TypeError(f"{name}: not text")


def _encodable(name: str, value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name}: not Unicode text (a lone surrogate)") from None
    return True


def _number_or_text(name: str, value: object) -> str | None:
    if isinstance(value, bool) or not (value is None or isinstance(value, str | int | float | Decimal)):
        if hasattr(value, "isoformat"):
            return str(value.isoformat())
        raise TypeError(f"{name}: neither number nor text")
    if isinstance(value, str):
        _encodable(name, value)
    return None if value is None else str(value)
