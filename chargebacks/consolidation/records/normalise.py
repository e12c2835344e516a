"""Raw frame → normalised records, rejects and echoes: pure functions on frames, no JVM, no I/O.

Every rule is an expression over whole columns. A row is rejected for the first rule that it breaks, in the
order of `_checks`; nothing is rounded, trimmed or guessed to make it fit.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

from chargebacks import record
from chargebacks.consolidation.landing.raw_rows import FILE, LINE
from chargebacks.consolidation.reading_rules import DEFAULT_RULES, ReadingRules
from chargebacks.consolidation.records.amounts import amounts
from chargebacks.consolidation.records.currencies import currencies
from chargebacks.consolidation.records.frame import AMOUNT, INSTANT, SCHEMA
from chargebacks.consolidation.records.instants import instants, problems
from chargebacks.record import KEY

_BAD: Final = "__bad_"
# What the contract's pattern takes for blank (ECMAScript), and what Python does: neither can be announced.
_NOT_BLANK: Final = r"[^\s\x{1c}-\x{1f}\x{feff}]"


@dataclass(frozen=True)
class Normalised:
    """What became of the rows: `frame` goes on; `rejected` (FILE, LINE, reason); `echoes`, the FILE of each."""

    frame: pl.DataFrame
    rejected: pl.DataFrame
    echoes: pl.Series


def normalise(rows: pl.DataFrame, rules: ReadingRules = DEFAULT_RULES) -> Normalised:
    """Apply the record's rules to raw rows of one schema, of one file or many (columns FILE and LINE say which).

    Rows in = frame + rejected + echoes.
    """
    typed = _typed(rows)
    checks = [*_checks(typed.columns, rows.schema), *_settings_checks(typed["chargeback_id"], rules)]
    judged = typed.select(FILE, LINE, reason=pl.coalesce(checks), echo=_is_echo())
    reason, echo = judged["reason"], judged["echo"]
    if reason.null_count() == rows.height and not echo.any():  # as nearly always: nothing to copy
        kept, good_echo = typed, echo
    else:
        good_echo = echo & reason.is_null()
        kept = typed.filter(reason.is_null() & ~echo)
    return Normalised(
        frame=kept.select(list(SCHEMA)),
        rejected=judged.select(FILE, LINE, "reason").drop_nulls("reason"),
        echoes=judged[FILE].filter(good_echo),
    )


def _is_echo() -> pl.Expr:
    """Return whether a record is our own update coming back through the table's stream: an INSERT or MODIFY.

    A REMOVE carries the old image. A record without event type is an item of a table export.
    """
    ours = pl.col("updated_at").eq(pl.col(record.CONSOLIDATION_DATE))
    return (ours & pl.col("event_type").is_in(["INSERT", "MODIFY"])).fill_null(value=False)


# --- types -----------------------------------------------------------------------------------------------------


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return every column in its type; where a value does not fit, null and a mark in `__bad_<column>`.

    The mark of an instant is the reason itself; its column exists only if some instant does not fit.
    """
    columns: list[pl.Series] = [rows[FILE], rows[LINE]]
    for name, kind in (*SCHEMA.items(), (record.CONSOLIDATION_DATE, INSTANT)):
        given = _given(rows, name, kind)
        typed = _codes(given) if name == "currency" else _cast(given, kind)
        bad = given.is_not_null() & typed.is_null() if typed is not given else _never(rows.height)
        columns.append(typed.alias(name))
        if kind != INSTANT:
            columns.append(bad.alias(_BAD + name))
        elif name in record.INSTANT_FIELDS and bad.any():
            columns.append(_reasons(name, given, bad.arg_true()))
    return pl.DataFrame(columns)


def _given(rows: pl.DataFrame, name: str, kind: pl.DataType) -> pl.Series:
    """The column as it came, an empty string as null; nulls when it did not come."""
    if name not in rows.columns:
        return pl.Series(name, [None] * rows.height, dtype=kind)
    given = rows[name]
    if isinstance(given.dtype, pl.Categorical | pl.Enum):
        given = given.cast(pl.String)
    if given.dtype == pl.String and (given == "").any():
        return given.replace("", None)
    return given


def _reasons(name: str, given: pl.Series, bad: pl.Series) -> pl.Series:
    reasons = pl.Series(_BAD + name, [None], dtype=pl.String).new_from_index(0, len(given))
    return reasons.scatter(bad, [f"{name}: {problem}" for problem in problems(given.gather(bad))])


def _never(count: int) -> pl.Series:
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, count)


def _cast(values: pl.Series, kind: pl.DataType) -> pl.Series:
    if values.null_count() == len(values) and values.dtype == kind:
        return values
    if kind == INSTANT:
        return instants(values)
    if kind == AMOUNT:
        return amounts(values)
    return values if values.dtype == pl.String else pl.Series([None] * len(values), dtype=pl.String)


def _codes(values: pl.Series) -> pl.Series:
    text = _cast(values, SCHEMA["currency"])
    return text if text.null_count() == len(text) else currencies(text)


# --- checks ----------------------------------------------------------------------------------------------------


def _checks(columns: Collection[str], given: pl.Schema) -> list[pl.Expr]:
    """Return one expression a rule: the reason where a row breaks it, else null.

    `columns`: the typed columns, marks included. `given`: the raw columns' types.
    """
    key = pl.col("chargeback_id")
    currency = "not three letters (ISO 4217)" if given.get("currency") == pl.String else "not text"
    checks = [
        _when(pl.col(_BAD + "chargeback_id"), "chargeback_id: not text"),
        _when(key.is_null(), "chargeback_id: missing"),
        _when(~key.str.contains(_NOT_BLANK), "chargeback_id: blank"),
        _when(
            key.str.len_chars() > record.MAX_ID_LENGTH,
            f"chargeback_id: over {record.MAX_ID_LENGTH} characters",
        ),
        _when(pl.col(_BAD + "amount"), "amount: no decimal of at most 29 digits and 9 decimal places"),
        _when(pl.col(_BAD + "currency"), f"currency: {currency}"),
        _when(
            ~pl.col("event_type").is_in(record.EVENT_TYPES),
            f"event_type: none of {', '.join(record.EVENT_TYPES)}",
        ),
    ]
    checks += [pl.col(_BAD + name) for name in record.INSTANT_FIELDS if _BAD + name in columns]
    checks += [_when(pl.col(_BAD + name), f"{name}: not text") for name in record.TEXT_FIELDS]
    return checks + [
        _when(pl.col(_BAD + name), f"metadata.{name}: not text") for name in record.METADATA_FIELDS
    ]


def _settings_checks(keys: pl.Series, rules: ReadingRules) -> list[pl.Expr]:
    """Return the rules that settings add. They come last, so that a bad value is not reported as missing."""
    checks = [
        _when(_lacks(name), f"{name}: missing (required)") for name in rules.required_fields if name != KEY
    ]
    if rules.id_pattern:
        checks.append(_when(_differs(keys, rules.id_pattern), f"{KEY}: does not match id_pattern"))
    return checks


def _lacks(name: str) -> pl.Expr:
    """Return whether a required field is missing. A REMOVE needs only its key and one of its two instants."""
    removed = pl.col("event_type").eq_missing("REMOVE")
    column = pl.col(name.removeprefix("metadata."))
    if name == "updated_at":
        return column.is_null() & ~(removed & pl.col("event_timestamp").is_not_null())
    return column.is_null() & ~removed


def _differs(keys: pl.Series, pattern: str) -> pl.Expr:
    """Return whether a key does not match as a whole.

    Python's `re` matches, with which settings checked the pattern: Polars has neither look-around nor back-references.
    """
    matches = re.compile(pattern).fullmatch
    return pl.lit(pl.Series([key is not None and matches(key) is None for key in keys], dtype=pl.Boolean))


def _when(broken: pl.Expr, reason: str) -> pl.Expr:
    return pl.when(broken).then(pl.lit(reason))
