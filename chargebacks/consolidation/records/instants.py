"""Values of any type → instants in UTC with microseconds, or null where a value is no instant.

Without an offset, UTC; finer than a microsecond is cut off; years 1 to 9999, which is what Python and every output
format can express. Text and numbers follow the grammar of `chargebacks.instants`: common spellings are read here, a
column at a time, and all others by its function, one text after another.
"""

from typing import Final

import polars as pl
import pyarrow as pa

from chargebacks import instants as grammar
from chargebacks.consolidation.records.frame import INSTANT

_NUMBER: Final = pl.Decimal(38, 9)
_UTC: Final = pa.timestamp("us", "UTC")
_FIRST_SECOND: Final = -62_135_596_800  # 0001-01-01T00:00:00Z
_END_SECOND: Final = 253_402_300_800  # 10000-01-01T00:00:00Z
_PER_SECOND: Final = {"ms": 10**3, "us": 10**6, "ns": 10**9}
_PLAIN_UTC: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,9})?Z$"
_SECONDS_TEXT: Final = len("2025-11-20T06:45:32")
_NO_INSTANT: Final = "no instant (ISO 8601 or epoch)"


def instants(values: pl.Series) -> pl.Series:
    """The values as instants, or null."""
    found = _any_year(values)
    return _kept(found, is_near(found))


def problems(values: pl.Series) -> list[str]:
    """Return why each value is not an instant, in few different texts, so that rejects can be grouped."""
    texts = _number_text(values) if values.dtype.is_numeric() else values
    if texts.dtype != pl.String:
        return [_NO_INSTANT] * len(values)
    likes = (grammar.look_alike(text or "") for text in texts)
    return [
        f"digits that look like {like}, not an epoch: write ISO 8601" if like else _NO_INSTANT
        for like in likes
    ]


def is_near(values: pl.Series) -> pl.Series:
    """Whether each day or time lies in the years 1 to 9999; a null does."""
    low, high = _FIRST_SECOND, _END_SECOND
    if isinstance(values.dtype, pl.Datetime):
        per_second = _PER_SECOND[values.dtype.time_unit]
        low, high = max(low * per_second, -(2**63)), min(high * per_second, 2**63)
    else:
        low, high = low // 86_400, high // 86_400
    return values.to_physical().cast(pl.Int64).is_between(low, high - 1).fill_null(value=True)


def _any_year(values: pl.Series) -> pl.Series:
    kind = values.dtype
    if isinstance(kind, pl.Datetime):
        utc = values.dt.replace_time_zone("UTC") if kind.time_zone is None else values
        return _kept(utc, is_near(utc)).dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    if kind == pl.Date:
        return _kept(values, is_near(values)).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if kind.is_numeric():
        values = _number_text(values)
    if values.dtype != pl.String:
        return pl.Series([None] * len(values), dtype=INSTANT)
    plain = values.str.contains(_PLAIN_UTC).fill_null(value=True)
    if plain.all():
        return _plain_utc(values)
    if not plain.any():
        return _any_text(values)
    odd = (~plain).arg_true()
    return _plain_utc(_kept(values, plain)).scatter(odd, _any_text(values.gather(odd)))


def _any_text(values: pl.Series) -> pl.Series:
    texts = values.str.strip_chars(grammar.BLANKS)
    found = pl.DataFrame({"text": texts}).select(pl.coalesce(_iso(), _epoch()).cast(INSTANT)).to_series()
    left = (found.is_null() & values.is_not_null()).arg_true()
    if not left.len():
        return found
    read = [grammar.read(text) for text in values.gather(left)]
    return found.scatter(left, pl.Series(read, dtype=INSTANT))


def _number_text(values: pl.Series) -> pl.Series:
    """Numbers as plain text: a double as the shortest that means it, as JSON and CSV write it; never rounded."""
    if isinstance(values.dtype, pl.Decimal) and (values.dtype.scale or 0) > _NUMBER.scale:
        return values.cast(pl.String).str.strip_chars_end("0").str.strip_suffix(".")
    if values.dtype.is_float():
        values = values.cast(pl.String)  # maybe with an exponent, which a decimal spells out
    return values.cast(_NUMBER, strict=False).cast(pl.String).str.strip_suffix(".000000000")


def _plain_utc(values: pl.Series) -> pl.Series:
    """Text as `_PLAIN_UTC` has it. By Arrow where it can: it reads a column in a fifth of the time."""
    try:
        return pl.Series(values.name, values.to_arrow().cast(_UTC), dtype=INSTANT)
    except pa.ArrowInvalid:  # finer than a microsecond, or no day of the calendar: one such is enough
        return _plain_utc_by_parts(values)


def _plain_utc_by_parts(values: pl.Series) -> pl.Series:
    """The same, seconds and fraction apart: parsing them as one takes five times as long."""
    seconds = values.str.head(_SECONDS_TEXT).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False, cache=False
    )
    fraction = values.str.slice(_SECONDS_TEXT + 1).str.strip_suffix("Z")
    micros = fraction.str.pad_end(6, "0").str.head(6).cast(pl.Int64)
    return (seconds + micros.cast(pl.Duration("us"))).dt.replace_time_zone("UTC")


def _kept(values: pl.Series, where: pl.Series) -> pl.Series:
    return values.zip_with(where, pl.Series([None], dtype=values.dtype).new_from_index(0, len(values)))


def _iso() -> pl.Expr:
    parts = pl.col("text").str.extract_groups(grammar.ISO).struct
    clock = pl.concat_str(parts.field("2").fill_null("00:00"), pl.lit(":"), parts.field("3").fill_null("00"))
    moment = pl.concat_str(parts.field("1"), pl.lit("T"), clock).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False
    )
    micros = parts.field("4").fill_null("").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64)
    return (moment + pl.duration(microseconds=micros) - _offset(parts.field("5"))).dt.replace_time_zone("UTC")


def _offset(text: pl.Expr) -> pl.Expr:
    """`+05:30`, `+0530` and `+05` as a duration; an hour above 23 or a minute above 59 is none."""
    digits = text.str.slice(1).str.replace(":", "")
    hours = digits.str.slice(0, 2).cast(pl.Int64, strict=False)
    minutes = digits.str.slice(2, 2).replace("", "00").cast(pl.Int64, strict=False)
    size = pl.when((hours < 24) & (minutes < 60)).then(hours * 60 + minutes)
    sign = pl.when(text.str.starts_with("-")).then(-1).otherwise(1)
    named = text.is_null() | text.str.to_uppercase().eq("Z")
    return pl.duration(minutes=pl.when(named).then(0).otherwise(sign * size))


def _epoch() -> pl.Expr:
    text = pl.col("text")
    value = pl.when(text.str.contains(grammar.PLAIN_EPOCH)).then(text).cast(_NUMBER, strict=False)
    size = value.abs()
    micros = value / 1000
    for limit, factor in reversed(grammar.EPOCH_UNITS):
        micros = pl.when(size < limit).then(value * factor).otherwise(micros)
    return micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
