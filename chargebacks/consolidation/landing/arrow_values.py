"""Convert Arrow columns to Python values, whatever their types: times out of range become their numbers."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from chargebacks.consolidation.landing.binary_text import text_or_bytes
from chargebacks.consolidation.landing.polars_values import key_text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS_A_DAY: Final = 86_400_000_000
_PER_MICRO: Final = {"s": (1_000_000, 1), "ms": (1_000, 1), "us": (1, 1), "ns": (1, 1_000)}


def values(column: pa.ChunkedArray) -> list[Any]:
    """Return the column's values; within lists, structs and maps too. Raises ArrowInvalid where Arrow casts wrongly."""
    found = _cast(column)
    found.validate(full=True)
    return [_value(value, column.type) for value in found.to_pylist()]


def check(column: pa.ChunkedArray) -> None:
    """Raise ArrowInvalid for a damaged column, and for text that is not UTF-8. Times outside a day are not damage."""
    (_cast(column) if _holds_time(column.type) else column).validate(full=True)


def out_of_day(column: pa.ChunkedArray) -> bool:
    """Return whether a column of times of day holds one that is not within a day."""
    from pyarrow.compute import min_max  # 30 ms, which only files with times of day need

    found = min_max(_cast(column))
    ends = [end for end in (found["min"].as_py(), found["max"].as_py()) if end is not None]
    return any(isinstance(_value(end, column.type), int) for end in ends)


def _cast(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column with numbers for days and times, and with the storage of extension types."""
    kind = _stored(column.type)
    return column if kind == column.type else column.cast(kind)


def _holds_time(kind: pa.DataType) -> bool:
    return pa.types.is_time(kind) or any(_holds_time(kind.field(n).type) for n in range(kind.num_fields))


def _stored(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.BaseExtensionType):
        return _stored(kind.storage_type)
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return pa.int32()
    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind) or pa.types.is_duration(kind):
        return pa.int64()
    if pa.types.is_struct(kind):
        return pa.struct([_stored_field(field) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(_stored(kind.key_type), _stored_field(kind.item_field))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        make = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return make(_stored_field(kind.value_field))
    return kind


def _stored_field(field: pa.Field) -> pa.Field:
    return pa.field(field.name, _stored(field.type), field.nullable)


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if isinstance(kind, pa.BaseExtensionType):
        return str(UUID(bytes=value)) if isinstance(kind, pa.UuidType) else _value(value, kind.storage_type)
    if pa.types.is_struct(kind):
        return {field.name: _value(value[field.name], field.type) for field in kind}
    if pa.types.is_map(kind):
        return {key_text(_value(key, kind.key_type)): _value(inner, kind.item_type) for key, inner in value}
    if isinstance(value, list):
        return [_value(inner, kind.value_type) for inner in value]
    if isinstance(value, bytes):
        return text_or_bytes(value)
    return _moment(value, kind) if pa.types.is_temporal(kind) and isinstance(value, int) else value


def _moment(number: int, kind: pa.DataType) -> date | time | datetime | timedelta | int:
    """Return the day, time, instant in UTC or span; the number itself when it is out of Python's range."""
    try:
        if pa.types.is_date(kind):
            return _EPOCH.date() + timedelta(days=number)
        factor, divisor = _PER_MICRO[kind.unit]
        micros = number * factor // divisor
        if pa.types.is_timestamp(kind):
            return _EPOCH + timedelta(microseconds=micros)
        if pa.types.is_duration(kind):
            span = micros if number >= 0 else -(-number * factor // divisor)  # rounded as Polars does
            return timedelta(microseconds=span)
    except OverflowError:
        return number
    return (_EPOCH + timedelta(microseconds=micros)).time() if 0 <= micros < _MICROS_A_DAY else number
