"""Values of any type → exact amounts, or null where a value is none: never rounded, never guessed."""

from decimal import Decimal, InvalidOperation
from typing import Final

import polars as pl

from chargebacks.consolidation.records.frame import AMOUNT

_PLAIN: Final = r"^[+-]?([0-9]{1,29}(\.[0-9]{0,9})?|\.[0-9]{1,9})$"
_GREATEST: Final = Decimal("9" * (AMOUNT.precision - AMOUNT.scale) + "." + "9" * AMOUNT.scale)
_LEAST: Final = _GREATEST.copy_negate()  # unary minus and abs() would round to the arithmetic's context


def amounts(values: pl.Series) -> pl.Series:
    """Decimals of at most 29 digits before the point and 9 after it, or null."""
    kind = values.dtype
    if kind.is_integer() or (isinstance(kind, pl.Decimal) and (kind.scale or 0) <= AMOUNT.scale):
        typed = values.cast(AMOUNT, strict=False)
        within = typed.is_between(_LEAST, _GREATEST).fill_null(value=True)  # the type holds a little more
        return typed if within.all() else typed.zip_with(within, _nulls(len(values)))
    if kind.is_float() or isinstance(kind, pl.Decimal):
        values = values.cast(pl.String)  # the shortest text that means the number
    if values.dtype != pl.String:
        return _nulls(len(values))
    plain = values.str.contains(_PLAIN).fill_null(value=True)
    if plain.all():
        return values.cast(AMOUNT, strict=False)
    odd = (~plain).arg_true()
    exact = pl.Series([_exact(text) for text in values.gather(odd)], dtype=AMOUNT)
    nothing = pl.Series([None], dtype=pl.String)
    return values.zip_with(plain, nothing).cast(AMOUNT, strict=False).scatter(odd, exact)


def _exact(text: str | None) -> Decimal | None:
    if not text or not text.isascii() or "_" in text or text != text.strip():
        return None  # Decimal takes more for a number than we do
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or _places(value) > AMOUNT.scale:
        return None
    return value if value.copy_abs() <= _GREATEST else None


def _places(value: Decimal) -> int:
    """Decimal places without trailing zeros; by digits, because arithmetic would round to its context."""
    _, digits, exponent = value.as_tuple()
    if not value or not isinstance(exponent, int):
        return 0
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return -exponent - zeros


def _nulls(count: int) -> pl.Series:
    return pl.Series([None] * count, dtype=AMOUNT)
