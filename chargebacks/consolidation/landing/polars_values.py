"""Convert Polars columns to Python values: days, times and spans out of Python's range become their numbers."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from chargebacks import record
from chargebacks.consolidation.landing.binary_text import text_or_bytes

_DAY: Final = date(1970, 1, 1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS: Final = {"ms": 1_000, "us": 1}  # in one unit; what counts ns is never out of reach
_MICROS_A_DAY: Final = 86_400_000_000
_SAFE_DAYS: Final = (-719_161, 2_932_895)  # since 1970: the years 1 to 9999 in every zone


def to_dicts(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows, each a dictionary."""
    if not rows.width:
        return [{} for _ in range(rows.height)]
    columns = [values(column) for column in rows]
    return [dict(zip(rows.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def values(column: pl.Series) -> list[Any]:
    """Return the column's values; those out of Python's range as numbers, binary and maps' keys as text.

    This holds within structs, lists and maps, too.
    """
    kind = column.dtype
    numbers = _numbers(kind)
    plain = numbers == kind and not _needs_care(kind)
    if plain or (numbers != kind and not kind.is_nested() and _is_safe(column)):
        return column.to_list()
    return [_value(value, kind) for value in column.cast(numbers).to_list()]


def key_text(key: Any) -> str:
    """Return a map's key as text: its JSON form, so that keys of any type can be compared."""
    if isinstance(key, str):
        return key
    text = (record.extras_text({"": key}) or "")[len('{"":') : -1]
    return str(json.loads(text)) if text.startswith('"') else text


def has_complex_keys(kind: Any) -> bool:
    """Return whether the type holds a map whose keys Polars cannot convert to numbers, or Python cannot hash."""
    match kind:
        case pl.Map():
            return kind.key.is_temporal() or kind.key.is_nested() or has_complex_keys(kind.value)
        case pl.List() | pl.Array():
            return has_complex_keys(kind.inner)
        case pl.Struct():
            return any(has_complex_keys(field.dtype) for field in kind.fields)
    return False


def _numbers(kind: Any) -> Any:
    """Return the type with whole numbers where a value may be out of Python's range."""
    match kind:
        case pl.List():
            return pl.List(_numbers(kind.inner))
        case pl.Array():
            return pl.Array(_numbers(kind.inner), kind.size)
        case pl.Map():
            return pl.Map(kind.key, _numbers(kind.value))
        case pl.Struct():
            return pl.Struct({field.name: _numbers(field.dtype) for field in kind.fields})
        case pl.Date():
            return pl.Int64()
        case pl.Datetime() | pl.Duration() if kind.time_unit in _MICROS:
            return pl.Int64()
    return kind


def _needs_care(kind: Any) -> bool:
    match kind:
        case pl.List() | pl.Array():
            return _needs_care(kind.inner)
        case pl.Map():
            return kind.key != pl.String or _needs_care(kind.value)
        case pl.Struct():
            return any(_needs_care(field.dtype) for field in kind.fields)
    return bool(kind == pl.Binary)


def _is_safe(column: pl.Series) -> bool:
    kind: Any = column.dtype
    per_day = 1 if kind == pl.Date else _MICROS_A_DAY // _MICROS[kind.time_unit]
    first, last = (days * per_day for days in _SAFE_DAYS)
    return bool(column.to_physical().cast(pl.Int64).is_between(first, last).fill_null(value=True).all())


def _value(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    match kind:
        case pl.List() | pl.Array():
            return [_value(one, kind.inner) for one in value]
        case pl.Map():
            return {key_text(_value(key, kind.key)): _value(one, kind.value) for key, one in value.items()}
        case pl.Struct():
            return {field.name: _value(value[field.name], field.dtype) for field in kind.fields}
    try:
        return _native(value, kind)
    except OverflowError:
        return value


def _native(number: Any, kind: Any) -> Any:
    """Raises OverflowError: Python has no such day, time or span."""
    match kind:
        case pl.Date():
            return _DAY + timedelta(days=number)
        case pl.Datetime() if kind.time_unit in _MICROS:
            moment = _EPOCH + timedelta(microseconds=number * _MICROS[kind.time_unit])
            return _in_zone(moment, kind.time_zone)
        case pl.Duration() if kind.time_unit in _MICROS:
            return timedelta(microseconds=number * _MICROS[kind.time_unit])
        case pl.Binary():
            return text_or_bytes(number)
    return number


def _in_zone(moment: datetime, zone: str | None) -> datetime:
    if zone is None:
        return moment.replace(tzinfo=None)
    try:
        return moment.astimezone(ZoneInfo(zone))
    except OverflowError:  # a year before the first or after the last, over there
        return moment
