"""Read instants from text and numbers: one grammar for the job's columns and the updater's single values.

Standard library only. `ISO` is written so that Python's `re` (with ASCII) and Rust's regex, which Polars uses, agree on
it. docs/landing-zone.md has the table of spellings.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal, DecimalException
from typing import Final

BLANKS: Final = " \t\r\n"  # ignored around a text: exports pad columns
# Groups: day, minute, second, fraction, offset. A name of a zone after an offset adds nothing: Java prints
# `+01:00[Europe/Paris]`, Go prints `-0300 -03`. No part is ambiguous: that lets Rust's regex match in one pass.
ISO: Final = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2})(?::([0-5][0-9])(?:[.,]([0-9]+))?)?"
    r"(?: ?(?:UTC|GMT|([Zz]|[+-][0-9]{2}(?::?[0-5][0-9])?)(?:\[[A-Za-z0-9_+/:.-]+\]| (?:[A-Z]{3,5}|[+-][0-9]{2,4}))?))?"
    r")?$"
)
# Epochs that need no second look: 12, 14, 17 and 18 digits may mean something else and are read one by one.
PLAIN_EPOCH: Final = r"^-?[1-9](?:[0-9]{8,10}|[0-9]{12}|[0-9]{14,15}|[0-9]{18})(?:\.[0-9]{1,9})?$"
# The unit of an epoch number follows from its size: seconds until the year 5138, then ms, µs, ns.
EPOCH_UNITS: Final = ((10**11, 10**6), (10**14, 10**3), (10**17, 1))
EPOCH_RANGE: Final = (10**8, 10**19)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ISO: Final = re.compile(ISO, re.ASCII)
_NUMBER: Final = re.compile(r"(-?)([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,2})?)", re.ASCII)
_CUT: Final = Context(prec=60, rounding=ROUND_DOWN)  # finer than a microsecond is cut off, never rounded up
_COMPACT: Final = {8: "yyyyMMdd", 12: "yyyyMMddHHmm", 14: "yyyyMMddHHmmss", 17: "yyyyMMddHHmmssSSS"}
# Twelve digits are also milliseconds of the years 1973 to 2001: only these years make them a compact date.
_YEARS_OF_TWELVE: Final = (*range(1900, 2101), 9999)
# Counters of other systems since other years, for the years 1970 to 2100 (.NET: 1900 to 2100).
_COUNTERS: Final = (
    (599_266_080_000_000_000, 662_695_776_000_000_000, ".NET ticks"),
    (116_444_736_000_000_000, 157_784_544_000_000_000, "a Windows file time"),
    (11_644_473_600_000_000, 15_778_454_400_000_000, "microseconds since 1601"),
)


def read(text: str) -> datetime | None:
    """Return the instant in UTC, or None for text that is not one. Without an offset the text is in UTC."""
    text = text.strip(BLANKS)
    found = _ISO.fullmatch(text)
    try:
        return _of_parts(*found.groups()) if found else _of_number(text)
    except (ValueError, OverflowError, DecimalException):
        return None


def look_alike(text: str) -> str | None:
    """Return what digits mean that are not an epoch, such as `yyyyMMddHHmmss`; None for other text."""
    found = _NUMBER.fullmatch(text.strip(BLANKS))
    try:
        return _other_meaning(found[2]) if found and not found[1] else None
    except DecimalException:
        return None


def _of_parts(
    day: str, minute: str | None, second: str | None, fraction: str | None, offset: str | None
) -> datetime:
    micros = (fraction or "").ljust(6, "0")[:6]
    zone = (offset or "Z").upper()
    return datetime.fromisoformat(f"{day}T{minute or '00:00'}:{second or '00'}.{micros}{zone}").astimezone(
        UTC
    )


def _of_number(text: str) -> datetime | None:
    found = _NUMBER.fullmatch(text)
    if not found or look_alike(text):
        return None
    value = Decimal(found[2])
    low, high = EPOCH_RANGE
    if not low <= value < high:
        return None
    factor = next((Decimal(factor) for limit, factor in EPOCH_UNITS if value < limit), Decimal("0.001"))
    micros = int(_CUT.multiply(value, factor))
    return _EPOCH + timedelta(microseconds=-micros if found[1] else micros)


def _other_meaning(digits: str) -> str | None:
    whole = int(digits) if digits.isdigit() and len(digits) < 20 else _whole(Decimal(digits))
    text = digits if digits.isdigit() else str(whole)
    if (form := _COMPACT.get(len(text))) and _is_compact(text):
        return form
    return next((name for low, high, name in _COUNTERS if low <= whole < high), None)


def _whole(value: Decimal) -> int:
    return int(value) if value.adjusted() < len(str(EPOCH_RANGE[1])) else 0


def _is_compact(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    hour, minute, second = (int(digits[n : n + 2] or 0) for n in (8, 10, 12))
    try:
        datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return False
    return len(digits) != 12 or year in _YEARS_OF_TWELVE
