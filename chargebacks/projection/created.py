"""Reading an item's `created_at`: an instant, however its writer wrote it (as the job reads them)."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The unit of an epoch number is told by its size: seconds until the year 5138, then ms, µs, ns.
_UNITS: Final = ((10**11, Decimal(10**6)), (10**14, Decimal(10**3)), (10**17, Decimal(1)))
_NUMBER: Final = re.compile(r"-?\d{9,19}(\.\d{1,9})?", re.ASCII)
_TEXT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)


def instant(value: str) -> datetime | None:
    """The UTC instant of ISO 8601 text (UTC when it names no offset), or of a number since 1970 as text.

    None when it cannot be read.
    """
    text = value.strip()
    try:
        return _of_number(Decimal(text)) if _NUMBER.fullmatch(text) else _of_text(text)
    except (ValueError, OverflowError, InvalidOperation):
        return None


def _of_text(text: str) -> datetime:
    found = _TEXT.fullmatch(text)
    if not found:
        raise ValueError(text)
    day, minute, second, fraction, offset = found.groups()
    clock = f"{minute or '00:00'}:{second or '00'}.{(fraction or '').ljust(6, '0')[:6]}"
    return datetime.fromisoformat(f"{day}T{clock}{(offset or 'Z').upper()}").astimezone(UTC)


def _of_number(value: Decimal) -> datetime:
    scale = next((scale for limit, scale in _UNITS if abs(value) < limit), Decimal("0.001"))
    return _EPOCH + timedelta(microseconds=int(value * scale))
