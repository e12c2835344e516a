"""The values of a record in one form, whichever reader found them: a second reading of the rules, in plain Python."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tests.corpus.spec import Row

INSTANTS: Final = ("created_at", "updated_at", "event_timestamp")
TEXTS: Final = ("chargeback_id", "status", "merchant_id", "currency", "reason", "event_type")
FIELDS: Final = (*TEXTS, *INSTANTS, "amount", "metadata")
UNKNOWN: Final = "unknown"  # a column beside the known fields: compared where it holds instants
BEYOND: Final = "beyond the years 1 to 9999"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def plain(row: Row) -> Row | None:
    """The known fields in one form, nulls left out; None when a value is none that a record can hold."""
    known = {name: row.get(name) for name in FIELDS if row.get(name) not in (None, "", b"")}
    try:
        found = {name: _plain(name, value) for name, value in known.items()}
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError):
        return None
    found[UNKNOWN] = _unknown_moment(row)
    filled = {name: value for name, value in found.items() if value not in (None, {})}
    return filled if "chargeback_id" in filled else None


def _unknown_moment(row: Row) -> datetime | None:
    """The instant in the unknown column, which the job keeps as text within `extras`."""
    value = row.get(UNKNOWN)
    if isinstance(row.get("extras"), str):
        value = json.loads(row["extras"], parse_int=str).get(UNKNOWN)
        value = _moment(value) if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", str(value)) else None
    return _moment(value) if isinstance(value, datetime) else None


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        raise TypeError(name)
    if name in INSTANTS:
        return _moment(value)
    if name == "amount":
        return _amount(value)
    if name == "metadata":
        inner = json.loads(value) if isinstance(value, str | bytes) else value
        return {key: inner[key] for key in ("transaction_id", "customer_email") if inner.get(key)}
    if not isinstance(value, str | bytes):
        raise TypeError(name)
    text = value.decode() if isinstance(value, bytes) else value
    return _currency(text) if name == "currency" else text


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise ValueError(text)
    return text.upper()


def _amount(value: Any) -> Decimal:
    exact = Decimal(repr(value) if isinstance(value, float) else value)
    if isinstance(value, str) and value != value.strip():
        raise ValueError(value)
    if not exact.is_finite() or abs(exact) >= Decimal(10) ** 29 or exact != round(exact, 9):
        raise ValueError(value)
    return exact.normalize()


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, int | Decimal):
        micros = {10: 10**6, 13: 10**3, 16: 1}[len(str(int(value)))]
        return EPOCH + timedelta(microseconds=int(value * micros))
    return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)  # type: ignore[no-any-return]


def _from_text(text: str) -> datetime | Decimal:
    if re.fullmatch(r"[0-9.]+(e[+]?[0-9]+)?", text):
        return Decimal(text)
    plain = text.removesuffix(" UTC").removesuffix("[UTC]").replace(",", ".")
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", plain))


def by_id(rows: Iterable[Row]) -> dict[str, Row]:
    """The rows that are records, in plain values, by their id."""
    return {row["chargeback_id"]: row for row in map(plain, rows) if row is not None}
