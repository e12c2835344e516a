"""JSON, read with its numbers exact and written in one canonical form."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from json.encoder import encode_basestring
from math import isfinite
from typing import Any


class Literal(float):
    """A JSON number with a fraction or exponent, and its value exactly as it was written."""

    exact: Decimal

    @classmethod
    def read(cls, digits: str) -> "Literal":
        number = cls(digits)
        number.exact = Decimal(digits)
        return number


def read_json(text: str) -> Any:
    """The value. Raises ValueError: no JSON, NaN or Infinity, or an object that names a key twice."""
    return json.loads(text, parse_float=Literal.read, parse_constant=_no_number, object_pairs_hook=_object)


def json_text(value: Any) -> str:
    """Sorted keys, no spaces; times as text in UTC with microseconds, decimals plain, no trailing zeros."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join([f"{encode_basestring(key)}:{json_text(value[key])}" for key in sorted(value)])
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return _scalar_text(value)


def _scalar_text(value: Any) -> str:
    if isinstance(value, Literal):
        value = value.exact
    if isinstance(value, float):  # of a binary format: as the shortest text that means it; JSON has no NaN
        value = Decimal(repr(value)) if isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date | time | timedelta):
        value = str(value)
    if isinstance(value, bytes):
        value = value.hex()
    return json.dumps(value, ensure_ascii=False)


def decimal_text(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _no_number(name: str) -> None:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found
