"""Raw frame → normalised records, rejects and echoes: pure functions on frames, no JVM, no I/O.

Every rule is an expression over whole columns. A row is rejected for the first rule that it breaks, in the
order of `_CHECKS`; nothing is rounded, trimmed or guessed to make it fit.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import polars as pl

from chargebacks import record
from chargebacks.consolidation.frame import AMOUNT, INSTANT, SCHEMA
from chargebacks.consolidation.landing_formats import FILE, LINE

_BAD: Final = "__bad_"
_PLAIN_DECIMAL: Final = r"^[+-]?(\d{1,29}(\.\d{0,9})?|\.\d{1,9})$"
_ISO: Final = r"^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?$"
_EPOCH: Final = r"^-?\d{9,19}(\.\d{1,9})?$"
# The unit of an epoch number is told by its size: seconds until the year 5138, then ms, µs, ns.
_EPOCH_UNITS: Final = ((10**11, 10**6), (10**14, 10**3), (10**17, 1))


@dataclass(frozen=True)
class Normalised:
    """What became of the rows: `frame` goes on; `rejected` (FILE, LINE, reason); `echoes`, the FILE of each."""

    frame: pl.DataFrame
    rejected: pl.DataFrame
    echoes: pl.Series


def normalise(rows: pl.DataFrame) -> Normalised:
    """Apply the record's rules to raw rows of one schema, of one file or many (columns FILE and LINE say which).

    Rows in = frame + rejected + echoes.
    """
    typed = _typed(rows)
    judged = typed.select(FILE, LINE, reason=pl.coalesce(_checks(typed)))
    good = typed.filter(judged["reason"].is_null())
    return Normalised(
        frame=good.filter(~_is_echo()).select(list(SCHEMA)),
        rejected=judged.drop_nulls("reason"),
        echoes=good.filter(_is_echo())[FILE],
    )


def _is_echo() -> pl.Expr:
    """Our own update coming back through the table's stream. A REMOVE carries the old image and never is one."""
    ours = pl.col("updated_at").eq(pl.col(record.CONSOLIDATION_DATE)).fill_null(value=False)
    return ours & pl.col("event_type").ne_missing("REMOVE")


# --- types -----------------------------------------------------------------------------------------------------


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    """Every column in its type; where a value does not fit, null and a mark in `__bad_<column>`."""
    columns: list[pl.Series] = [rows[FILE], rows[LINE]]
    for name, kind in (*SCHEMA.items(), (record.CONSOLIDATION_DATE, INSTANT)):
        given = rows[name] if name in rows.columns else pl.Series(name, [None] * rows.height, dtype=kind)
        typed = _cast(_empty_as_null(given), kind).alias(name)
        columns += [typed, (given.is_not_null() & typed.is_null() & ~_is_empty(given)).alias(_BAD + name)]
    return pl.DataFrame(columns)


def _is_empty(values: pl.Series) -> pl.Series:
    if values.dtype == pl.String:
        return (values == "").fill_null(value=False)
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(values))


def _empty_as_null(values: pl.Series) -> pl.Series:
    return values.replace("", None) if values.dtype == pl.String else values


def _cast(values: pl.Series, kind: pl.DataType) -> pl.Series:
    if kind == INSTANT:
        return _instants(values)
    if kind == AMOUNT:
        return _amounts(values)
    return values if values.dtype == pl.String else pl.Series([None] * len(values), dtype=pl.String)


def _amounts(values: pl.Series) -> pl.Series:
    """Exact decimals or null: never rounded, so more than nine decimal places is no amount of ours."""
    kind = values.dtype
    if isinstance(kind, pl.Decimal) and (kind.scale or 0) <= AMOUNT.scale:
        return values.cast(AMOUNT, strict=False)
    if kind.is_integer():
        return values.cast(AMOUNT, strict=False)
    if kind.is_float() or isinstance(kind, pl.Decimal):
        values = values.cast(pl.String)
    if values.dtype != pl.String:
        return pl.Series([None] * len(values), dtype=AMOUNT)
    plain = values.str.contains(_PLAIN_DECIMAL)
    if plain.fill_null(value=True).all():
        return values.cast(AMOUNT, strict=False)
    return pl.Series([_exact(text) for text in values], dtype=AMOUNT)


def _exact(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    if not value.is_finite() or not text or "_" in text or text != text.strip():
        return None
    if value and not -AMOUNT.scale <= value.adjusted() < AMOUNT.precision - AMOUNT.scale:
        return None
    scaled = value.scaleb(AMOUNT.scale)
    return value if scaled == scaled.to_integral_value() else None


def _instants(values: pl.Series) -> pl.Series:
    """Instants in UTC with microseconds, or null. Without an offset, UTC; finer than a microsecond is cut off."""
    kind = values.dtype
    if isinstance(kind, pl.Datetime):
        zoned = (
            values.dt.replace_time_zone("UTC")
            if kind.time_zone is None
            else values.dt.convert_time_zone("UTC")
        )
        return zoned.dt.cast_time_unit("us")
    if kind == pl.Date:
        return values.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if kind.is_integer() or kind.is_float() or isinstance(kind, pl.Decimal):
        values = values.cast(pl.Decimal(38, 9), strict=False).cast(pl.String).str.strip_suffix(".000000000")
    if values.dtype != pl.String:
        return pl.Series([None] * len(values), dtype=INSTANT)
    parsed = values.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False)
    if parsed.null_count() == values.null_count() and _all_plain_utc(values):
        return parsed.dt.replace_time_zone("UTC")
    return pl.DataFrame({"text": values}).select(pl.coalesce(_iso(), _epoch()).cast(INSTANT)).to_series()


def _all_plain_utc(values: pl.Series) -> bool:
    return bool(
        values.str.contains(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$").fill_null(value=True).all()
    )


def _iso() -> pl.Expr:
    parts = pl.col("text").str.extract_groups(_ISO).struct
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
    value = pl.when(text.str.contains(_EPOCH)).then(text).cast(pl.Decimal(38, 9), strict=False)
    size = value.abs()
    micros = value / 1000
    for limit, factor in reversed(_EPOCH_UNITS):
        micros = pl.when(size < limit).then(value * factor).otherwise(micros)
    return micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


# --- checks ----------------------------------------------------------------------------------------------------


def _checks(typed: pl.DataFrame) -> list[pl.Expr]:
    """One expression a rule: the reason where a row breaks it, else null."""
    key = pl.col("chargeback_id")
    checks = [
        _when(pl.col(_BAD + "chargeback_id"), "chargeback_id: not text"),
        _when(key.is_null(), "chargeback_id: missing"),
        _when(key.str.strip_chars() == "", "chargeback_id: blank"),
        _when(
            key.str.len_chars() > record.MAX_ID_LENGTH,
            f"chargeback_id: over {record.MAX_ID_LENGTH} characters",
        ),
        _when(pl.col(_BAD + "amount"), "amount: no decimal of at most 29 digits and 9 decimal places"),
        _when(
            ~pl.col("currency").str.contains("^[A-Z]{3}$"), "currency: not three capital letters (ISO 4217)"
        ),
        _when(
            ~pl.col("event_type").is_in(record.EVENT_TYPES),
            f"event_type: none of {', '.join(record.EVENT_TYPES)}",
        ),
    ]
    checks += [
        _when(pl.col(_BAD + name), f"{name}: no instant (ISO 8601 or epoch)")
        for name in record.INSTANT_FIELDS
    ]
    text = (n for n, kind in SCHEMA.items() if kind == pl.String and n != "chargeback_id")
    return checks + [
        _when(pl.col(_BAD + name), f"{name}: not text") for name in text if _BAD + name in typed.columns
    ]


def _when(broken: pl.Expr, reason: str) -> pl.Expr:
    return pl.when(broken).then(pl.lit(reason))
