"""Read binary values as text, and UUIDs in their canonical form, column by column."""

import re
from collections.abc import Collection
from typing import Any, Final

import polars as pl

_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"  # not in text, unlike tabs and line ends
_HAS_CONTROL: Final = re.compile(_CONTROL)
_UUID_PARTS: Final = ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))  # start and length in hexadecimal digits


def text_or_bytes(value: bytes) -> str | bytes:
    """Return the text when the value is UTF-8 without control characters, else the bytes."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value
    return value if _HAS_CONTROL.search(text) else text


def needs_text(rows: pl.DataFrame) -> bool:
    """Return whether a column, or a field of a struct in it, is binary or of an extension type."""
    return any(_is_binary(kind) for kind in rows.dtypes)


def as_text(rows: pl.DataFrame, uuids: Collection[str]) -> tuple[pl.DataFrame, dict[str, list[int]]]:
    """Return the rows with binary columns as text, and the indexes of values that are not text, by column.

    Such values are shown in hexadecimal digits.
    """
    wrong: dict[str, list[int]] = {}
    return pl.DataFrame({column.name: _as_text(column, uuids, wrong) for column in rows}), wrong


def _is_binary(kind: Any) -> bool:
    if isinstance(kind, pl.Struct):
        return any(_is_binary(field.dtype) for field in kind.fields)
    return kind == pl.Binary or isinstance(kind, pl.datatypes.BaseExtension)


def _as_text(column: pl.Series, uuids: Collection[str], wrong: dict[str, list[int]]) -> pl.Series:
    if isinstance(column.dtype, pl.datatypes.BaseExtension):
        column = column.ext.storage()
    if column.dtype != pl.Binary:
        return column
    if column.name in uuids:
        return uuid_text(column)
    try:
        text = column.cast(pl.String)
        if not text.str.contains(_CONTROL).any():
            return text
    except pl.exceptions.PolarsError:  # some value is not UTF-8
        pass
    values = [None if value is None else text_or_bytes(value) for value in column.to_list()]
    wrong[column.name] = [n for n, value in enumerate(values) if isinstance(value, bytes)]
    shown = [value.hex() if isinstance(value, bytes) else value for value in values]
    return pl.Series(column.name, shown, dtype=pl.String)


def uuid_text(column: pl.Series) -> pl.Series:
    """Return UUIDs of 16 bytes as text in their canonical form."""
    digits = pl.col(column.name).bin.encode("hex")
    parts = [digits.str.slice(start, length) for start, length in _UUID_PARTS]
    return column.to_frame().select(pl.concat_str(parts, separator="-").alias(column.name)).to_series()
