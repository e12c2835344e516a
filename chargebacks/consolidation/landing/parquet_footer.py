"""Read the footer of a parquet file: its number of rows, and what its schema says beyond the types of Polars.

Files of one writer repeat their schema byte for byte, and the number of rows follows it. So a known schema costs one
comparison of bytes instead of parsing the footer. The format is Thrift's compact protocol ("Thrift compact protocol
encoding", apache/thrift), the fields are those of FileMetaData in parquet.thrift (apache/parquet-format).
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.parquet

# What the libraries raise for damaged files.
DAMAGED: Final = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    pa.ArrowException,
    OSError,
    ValueError,
    OverflowError,
)
# What may be raised for a valid file that a library cannot read, while there is another way to read it.
FAILED: Final = (*DAMAGED, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)
_TAIL: Final = 8  # the footer's length and the magic bytes
_ROWS_FIELD: Final = 0x16  # the next field after the schema, a 64-bit integer: num_rows
_SCHEMA_FIELD: Final = 2
_MAX_DIGITS: Final = 38  # of a decimal, which then takes 16 bytes
_MAX_BYTES: Final = 16
_MAX_SHAPES: Final = 16
_SMALL_FOOTER: Final = 64 * 1024  # bytes: room for about 1,000 columns in row groups
_VALUE_BYTES: Final = 4  # memory of a value at least, however small it is in the file
# In a ColumnMetaData: the codec, then num_values, then total_uncompressed_size, one of them of a million or more.
_LARGE_COLUMN: Final = re.compile(rb"\x15[\x00-\x20]\x16(?:[\x80-\xff]*+[\x00-\x7f]\x16)?[\x80-\xff]{3}")


@dataclass(frozen=True)
class Shape:
    """What a schema says that Polars' types do not, or that Polars reads wrongly.

    `int96`: some times are of the type INT96. `uuids`: paths of columns, and fields of `metadata`, of the type UUID.
    `for_arrow`: some types need Arrow: times of day (Polars makes null of those out of range), intervals (it panics),
    decimals of more than 38 digits (nested ones become 0), UUIDs nested deeper.
    """

    int96: bool = False
    uuids: tuple[str, ...] = ()
    for_arrow: bool = False


class Footer(NamedTuple):
    """The number of rows that a file promises, whether its row groups agree, its schema's shape, and its true size.

    Row groups are checked only if the footer promises no rows: Polars ignores them then (parquet-rs 0.3.0 wrote such
    footers). Otherwise Polars returns the rows of the row groups, so the reader compares those. `expanded`: how many
    bytes the file takes at least once it is expanded; 0 when no column is large.
    """

    rows: int
    agrees: bool
    shape: Shape
    expanded: int = 0


def footer(data: bytes) -> Footer | None:
    """Return the footer of a file; None when it cannot be read."""
    start = len(data) - _TAIL - int.from_bytes(data[-_TAIL:-4], "little")
    for schema, shape in _shapes.recent:
        if start > 0 and data.startswith(schema, start) and (rows := _rows(data, start + len(schema))):
            if _may_be_large(data, start + len(schema)):
                break
            return Footer(rows, True, shape)
    return _parsed(data, start)


def _may_be_large(data: bytes, at: int) -> bool:
    """Return whether the rest of the footer, which begins at `at`, may describe a large column."""
    return len(data) - at > _SMALL_FOOTER or _LARGE_COLUMN.search(data, at) is not None


def rows_in_groups(metadata: Any) -> int:
    """Return the sum of the rows that the row groups promise."""
    return sum(metadata.row_group(n).num_rows for n in range(metadata.num_row_groups))


@dataclass
class _Shapes:
    """Shapes by the footer's bytes up to the schema's end, newest first. Threads share it: it is replaced whole."""

    recent: tuple[tuple[bytes, Shape], ...] = field(default=())

    def add(self, schema: bytes, shape: Shape) -> None:
        self.recent = ((schema, shape), *self.recent[: _MAX_SHAPES - 1])


_shapes: Final = _Shapes()


def _parsed(data: bytes, start: int) -> Footer | None:
    try:
        metadata = pa.parquet.read_metadata(pa.BufferReader(data))
        shape = _shape(metadata.schema)
        rows = int(metadata.num_rows)
        agrees = bool(rows) or not rows_in_groups(metadata)
        expanded = _expanded(metadata)
    except FAILED:
        return None
    end = _schema_end(data, start)
    if end is not None and _rows(data, end) == rows:
        _shapes.add(data[start:end], shape)
    return Footer(rows, agrees, shape, expanded)


def _expanded(metadata: Any) -> int:
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    columns = [group.column(n) for group in groups for n in range(group.num_columns)]
    return sum(max(one.total_uncompressed_size, _VALUE_BYTES * one.num_values) for one in columns)


def _shape(schema: Any) -> Shape:
    columns = [schema.column(n) for n in range(len(schema.names))]
    kinds = {column.path: column.logical_type.type for column in columns}
    uuids = [path for path, kind in kinds.items() if kind == "UUID"]
    shown = [path for path in uuids if "." not in path or _is_in_metadata(path)]
    return Shape(
        int96=any(column.physical_type == "INT96" for column in columns),
        uuids=tuple(shown),
        for_arrow=len(shown) < len(uuids)
        or "TIME" in kinds.values()
        or any(column.converted_type == "INTERVAL" or _is_wide(column) for column in columns),
    )


def _is_wide(column: Any) -> bool:
    wide = column.precision > _MAX_DIGITS or column.length > _MAX_BYTES
    return bool(wide and column.logical_type.type == "DECIMAL")


def _is_in_metadata(path: str) -> bool:
    return path.startswith("metadata.") and path.count(".") == 1


def _rows(data: bytes, at: int) -> int | None:
    """Return the number of rows, whose field begins there; None when another field does."""
    try:
        if data[at] != _ROWS_FIELD:
            return None
        value, _ = _varint(data, at + 1)
    except IndexError:
        return None
    return None if value & 1 else value >> 1  # zigzag: odd numbers are negative


# --- Thrift's compact protocol ----------------------------------------------------------------------------------


def _schema_end(data: bytes, start: int) -> int | None:
    """Return where the footer's second field, the schema, ends; None when the footer begins with other fields."""
    at, last = start, 0
    try:
        while last < _SCHEMA_FIELD:
            head = data[at]
            last += head >> 4
            if not head >> 4:
                return None
            at = _after(head & 0xF, data, at + 1)
    except (IndexError, RecursionError):
        return None
    return at if last == _SCHEMA_FIELD else None


def _after(kind: int, data: bytes, at: int) -> int:
    """Return where a value of that type ends. Raises IndexError at the end of the data."""
    match kind:
        case 1 | 2:  # a boolean: the type is the value
            return at
        case 3:  # a byte
            return at + 1
        case 4 | 5 | 6:  # integers
            return _varint(data, at)[1]
        case 8:  # text
            size, at = _varint(data, at)
            return at + size
        case 9:
            return _after_list(data, at)
        case 12:
            return _after_struct(data, at)
    raise IndexError(kind)  # schemas have no other types


def _after_list(data: bytes, at: int) -> int:
    count, inner = data[at] >> 4, data[at] & 0xF
    at += 1
    if count == 0xF:
        count, at = _varint(data, at)
    for _ in range(count):
        at = _after(inner, data, at)
    return at


def _after_struct(data: bytes, at: int) -> int:
    while head := data[at]:
        at += 1
        if not head >> 4:  # the field's number is spelt out
            at = _varint(data, at)[1]
        at = _after(head & 0xF, data, at)
    return at + 1


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
