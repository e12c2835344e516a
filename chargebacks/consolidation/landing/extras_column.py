"""Whole columns that the record does not know → one column of canonical JSON text, equal to what `extras` makes."""

import json
from collections.abc import Iterable
from math import isfinite
from typing import Any, Final

import polars as pl

from chargebacks import record
from chargebacks.consolidation.landing.exact_json import MAX_DEPTH
from chargebacks.consolidation.landing.extras import extras, shallow, unknown
from chargebacks.consolidation.landing.polars_values import to_dicts, values

_PLAIN: Final = frozenset(
    {pl.String, pl.Boolean, pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64}
)
_NAMED: Final = '{"v":'


def extras_column(rows: pl.DataFrame, metadata: pl.DataFrame) -> list[pl.Series]:
    """Unknown columns, and those of `metadata`, as a column `extras`; nothing unknown: no column.

    Raises ValueError as `extras` does.
    """
    return _folded(*_unknown(rows, metadata))


def guessed_extras(rows: pl.DataFrame, metadata: pl.DataFrame) -> list[pl.Series] | None:
    """The same of columns whose types were guessed from JSON; None where only row by row is exact.

    A struct with a null in it may have had that field or not.
    """
    outer, inner = _unknown(rows, metadata)
    if any(map(_holds_null, [*outer, *inner])):
        return None
    try:
        return _folded(outer, inner)
    except ValueError:
        return None


def _unknown(rows: pl.DataFrame, metadata: pl.DataFrame) -> tuple[list[pl.Series], list[pl.Series]]:
    """Those columns of both that the record does not know and that hold something."""
    outer = (rows[name] for name in unknown(dict.fromkeys(rows.columns)))
    inner = (metadata[name] for name in metadata.columns if name not in record.METADATA_FIELDS)
    return _held(outer), _held(inner)


def _held(columns: Iterable[pl.Series]) -> list[pl.Series]:
    return [column for column in columns if column.null_count() < len(column)]


def _folded(outer: list[pl.Series], inner: list[pl.Series]) -> list[pl.Series]:
    if not outer and not inner:
        return []
    if any(column.name == record.EXTRAS for column in outer):
        held = [to_dicts(pl.DataFrame({one.name: one for one in columns})) for columns in (outer, inner)]
        pairs = zip(held[0], held[1] or [{}] * len(held[0]), strict=True)
        return [pl.Series(record.EXTRAS, [extras(*pair) for pair in pairs], dtype=pl.String)]
    members = [_texts(column) for column in outer]
    if inner:
        members.append(_objects([_texts(column) for column in inner]).alias("metadata"))
    return [_objects(members).alias(record.EXTRAS)]


def _objects(members: list[pl.Series]) -> pl.Series:
    """Columns of JSON texts as objects without their nulls; null when nothing is left."""
    texts = pl.DataFrame({one.name: one for one in sorted(members, key=lambda member: member.name)})
    named = [pl.concat_str(pl.lit(_key(name)), pl.col(name)) for name in texts.columns]
    joined = pl.concat_str(pl.lit("{"), pl.concat_str(named, separator=",", ignore_nulls=True), pl.lit("}"))
    held = pl.any_horizontal(pl.all().is_not_null())
    return texts.select(pl.when(held).then(joined)).to_series()


def _texts(column: pl.Series) -> pl.Series:
    """The values as canonical JSON text: all at once where Polars writes it as we do, else one by one."""
    if _levels(column.dtype) < MAX_DEPTH:
        objects = column.alias("v").to_frame().to_struct().struct.json_encode()
        texts = objects.str.slice(len(_NAMED)).str.strip_suffix("}")
        return texts.zip_with(column.is_not_null(), pl.Series([None], dtype=pl.String)).alias(column.name)
    one_by_one = [None if value is None else _text(value) for value in values(column)]
    return pl.Series(column.name, one_by_one, dtype=pl.String)


def _levels(kind: Any) -> int:
    """How deep the type nests; MAX_DEPTH when it holds more than text, integers, booleans, lists and sorted objects."""
    if isinstance(kind, pl.List):
        return 1 + _levels(kind.inner)
    if isinstance(kind, pl.Struct) and (names := [field.name for field in kind.fields]) == sorted(names):
        return 1 + max((_levels(field.dtype) for field in kind.fields), default=MAX_DEPTH)
    return 0 if kind in _PLAIN else MAX_DEPTH


def _holds_null(column: pl.Series) -> bool:
    if not isinstance(column.dtype, pl.Struct):
        return False
    fields = column.drop_nulls().struct.unnest().get_columns()
    return any(field.null_count() or _holds_null(field) for field in fields)


def _text(value: object) -> str:
    if isinstance(value, float) and isfinite(value):
        return record.float_text(value)  # as `extras_text` writes it, sooner
    shallow(value, MAX_DEPTH - 1)
    return (record.extras_text({"v": value}) or "")[len(_NAMED) : -1]


def _key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False) + ":"
