"""Whole columns that the record does not know → one column of canonical JSON text, equal to what `extras` makes."""

import json

import polars as pl

from chargebacks import record
from chargebacks.consolidation.landing.extras import extras, unknown


def extras_column(rows: pl.DataFrame) -> list[pl.Series] | None:
    """Columns of text, whole numbers, booleans or structs of these as `extras`; nothing unknown: no column.

    None where only row by row is exact: a struct with a null in it may have had that field or not.
    """
    others = rows.select(sorted(unknown(dict.fromkeys(rows.columns))))
    others = others.select(column for column in others if column.null_count() < rows.height)
    if any(_holds_null(column) for column in others):
        return None
    if not others.width:
        return []
    if record.EXTRAS not in others.columns:
        return [others.select(_object(others)).to_series()]
    try:
        texts = [extras(row, {}) for row in others.iter_rows(named=True)]
    except ValueError:
        return None
    return [pl.Series(record.EXTRAS, texts, dtype=pl.String)]


def _holds_null(column: pl.Series) -> bool:
    if not isinstance(column.dtype, pl.Struct):
        return False
    fields = column.drop_nulls().struct.unnest().get_columns()
    return any(field.null_count() or _holds_null(field) for field in fields)


def _object(rows: pl.DataFrame) -> pl.Expr:
    """The row as an object without its nulls, null when nothing is left; columns are sorted by name."""
    members = [
        pl.when(pl.col(name).is_not_null()).then(
            pl.concat_str(pl.lit(_key(name)), _value(pl.col(name), kind))
        )
        for name, kind in rows.schema.items()
    ]
    joined = pl.concat_str(members, separator=",", ignore_nulls=True)
    held = pl.any_horizontal(pl.col(rows.columns).is_not_null())
    return pl.when(held).then(pl.concat_str(pl.lit("{"), joined, pl.lit("}"))).alias(record.EXTRAS)


def _value(value: pl.Expr, kind: object) -> pl.Expr:
    if not isinstance(kind, pl.Struct):
        return pl.struct(value.alias("v")).struct.json_encode().str.slice(len('{"v":')).str.strip_suffix("}")
    members = [
        pl.concat_str(pl.lit(_key(field.name)), _value(value.struct.field(field.name), field.dtype))
        for field in sorted(kind.fields, key=lambda field: field.name)
    ]
    return pl.concat_str(pl.lit("{"), pl.concat_str(members, separator=","), pl.lit("}"))


def _key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False) + ":"
