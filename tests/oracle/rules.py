"""One record: what it says, whether it is rejected, whether it is an echo, and which of two wins.

Where the written rules leave a choice: an amount has at most 29 digits before and 9 after the point; an epoch
number has 9 to 19 digits before the point, unless they are a date and time written without separators, or a count from
another system; unknown fields keep their content as it is, except nulls at the
top; unknown fields of `metadata` go to the extras' `metadata`; only an INSERT or MODIFY can be an echo; a REMOVE
needs none of the required fields but its key and, where `updated_at` is required, one of its two instants.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Context, Decimal
from typing import Any, Final

from tests.oracle.exact_json import Literal, json_text, read_json

KEY: Final = "chargeback_id"
TEXTS: Final = ("status", "merchant_id", "currency", "reason", "event_type")
TIMES: Final = ("created_at", "updated_at", "event_timestamp")
INNER: Final = ("transaction_id", "customer_email")
EVENTS: Final = ("INSERT", "MODIFY", "REMOVE")
COLUMNS: Final = frozenset([KEY, "amount", "metadata", *TEXTS, *TIMES])
OUR_OWN: Final = frozenset(
    [
        "consolidation_status",
        "consolidation_s3_path",
        "consolidation_date",
        "consolidation_execution",
        "consolidation_job_name",
        "consolidation_position",
        "output_format",
        "records_in_consolidation",
    ]
)
NEVER: Final = datetime.min.replace(tzinfo=UTC)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
EPOCH_NUMBER: Final = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d\d?)?", re.ASCII)
DATE_AND_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?(.*))?", re.ASCII
)
ZONE: Final = re.compile(
    r" ?(?P<offset>UTC|GMT|[Zz]|[+-]\d\d(:?[0-5]\d)?)(?P<named>\[[\w+/:.-]+\]| ([A-Z]{3,5}|[+-]\d{2,4}))?",
    re.ASCII,
)
CURRENCY: Final = re.compile(r"[A-Za-z]{3}")


class Rejected(Exception):  # noqa: N818 - it is what happens to the record, not a failure of ours
    """The record cannot be taken; the text says why."""


@dataclass(frozen=True)
class Demands:
    """What settings ask of a record beside the rules: fields that must be there, and how its key must look."""

    fields: tuple[str, ...] = ()
    pattern: str = ""

    def check(self, record: dict[str, Any]) -> None:
        """Raise Rejected for a record that does not meet them."""
        for name in self.fields:
            if not _present(record, name):
                raise Rejected(f"{name} is required")
        if self.pattern and not re.fullmatch(self.pattern, record[KEY]):
            raise Rejected("the key is not of the pattern")


def _present(record: dict[str, Any], name: str) -> bool:
    if record["event_type"] == "REMOVE":
        return name != "updated_at" or bool(record["updated_at"] or record["event_timestamp"])
    outer, _, part = name.partition(".")
    value = record[outer]
    return (value or {}).get(part) is not None if part else value is not None


@dataclass(frozen=True, order=True)
class Version:
    """One record as the order compares it: the greatest wins. `content` is its canonical form."""

    updated: datetime
    happened: datetime
    rank: int
    content: bytes

    @property
    def dates(self) -> tuple[datetime, datetime, int]:
        """What decides before the content does."""
        return self.updated, self.happened, self.rank

    @property
    def removed(self) -> bool:
        return self.rank == 1 + EVENTS.index("REMOVE")


def understand(raw: object, demands: Demands | None = None) -> tuple[str, Version] | None:
    """(chargeback_id, version) of one landing record; None for an echo. Raises Rejected."""
    if not isinstance(raw, dict):
        raise Rejected("not an object")
    record = _record(raw)
    if demands:
        demands.check(record)
    if _is_echo(record, raw.get("consolidation_date")):
        return None
    event, updated, happened = record["event_type"], record["updated_at"], record["event_timestamp"]
    if event == "REMOVE" and updated is None:
        updated = happened
    rank = 1 + EVENTS.index(event) if event else 0
    return record[KEY], Version(updated or NEVER, happened or NEVER, rank, canonical(record))


def canonical(record: dict[str, Any]) -> bytes:
    """The record as JSON: sorted keys, no spaces, nulls spelled out; times in UTC with microseconds."""
    return json_text(record).encode()


def amount_of(value: Any) -> Decimal | None:
    """An exact decimal, or None for nothing. Raises Rejected."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Rejected("amount is no decimal")
    if not NUMBER.fullmatch(text := str(_exact(value))):
        raise Rejected("amount is no decimal")
    amount = Decimal(text)
    if amount and (amount.adjusted() > 28 or _places(amount) > 9):
        raise Rejected("amount is too large or too fine")
    return amount


def instant_of(name: str, value: Any) -> datetime | None:
    """An instant in UTC, or None for nothing. Raises Rejected."""
    if value is None or value == "":
        return None
    try:
        return _instant(value)
    except (ValueError, OverflowError, TypeError):
        raise Rejected(f"{name} is no time") from None


def _record(raw: dict[str, Any]) -> dict[str, Any]:
    metadata = _metadata(raw.get("metadata"))
    record: dict[str, Any] = {KEY: _key(raw.get(KEY)), "amount": amount_of(raw.get("amount"))}
    record |= {name: _text(name, raw.get(name)) for name in TEXTS}
    record |= {name: instant_of(name, raw.get(name)) for name in TIMES}
    if record["currency"] and not CURRENCY.fullmatch(record["currency"]):
        raise Rejected("currency is not three letters")
    record["currency"] = record["currency"] and record["currency"].upper()
    if record["event_type"] not in (None, *EVENTS):
        raise Rejected("event_type is unknown")
    inner = {name: _text(name, metadata.get(name)) for name in INNER}
    record["metadata"] = inner if any(inner.values()) else None
    record["extras"] = _extras(raw, metadata)
    return record


def _key(value: Any) -> str:
    if value is None or value == "":
        raise Rejected("no key")
    key = _text(KEY, value) or ""
    if all(character.isspace() or character == "\ufeff" for character in key):
        raise Rejected("blank key")
    if len(key) > 256:
        raise Rejected("key is too long")
    return key


def _text(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise Rejected(f"{name} is no text")
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise Rejected(f"{name} holds half a character") from None
    return value or None


def _metadata(value: Any) -> dict[str, Any]:
    """The object; also one that comes as JSON text, as it does from a format without nesting."""
    if isinstance(value, str) and value:
        value = _parsed(value)
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise Rejected("metadata is no object")
    return value


def _parsed(text: str) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        raise Rejected("metadata is no object") from None


def _extras(raw: dict[str, Any], metadata: dict[str, Any]) -> str | None:
    others = {k: v for k, v in raw.items() if k not in COLUMNS | OUR_OWN and v is not None}
    inner = {k: v for k, v in metadata.items() if k not in INNER and v is not None}
    others, inner = _told_again(others, inner)
    if _depth(others) > 32 or _depth(inner) > 32:
        raise Rejected("nested too deep")
    if inner:
        others["metadata"] = inner
    return json_text(others) if others else None


def _depth(value: Any) -> int:
    """How many lists and objects are around the innermost value, counted level by level."""
    level, depth = [value], 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def _told_again(others: dict[str, Any], inner: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A field `extras` that could be one of ours, as in a data file of ours that lands, says what it says."""
    text = others.get("extras")
    try:
        ours = read_json(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        ours = None
    if not isinstance(ours, dict) or not isinstance(ours.get("metadata", {}), dict):
        return others, inner
    rest = {k: v for k, v in others.items() if k != "extras"}
    nested = ours.pop("metadata", {})
    if set(ours) & (COLUMNS | OUR_OWN | set(rest)) or set(nested) & {*INNER, *inner}:
        return others, inner
    return (
        {k: v for k, v in {**rest, **ours}.items() if v is not None},
        {k: v for k, v in {**inner, **nested}.items() if v is not None},
    )


def _instant(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | date):
        raise TypeError
    if isinstance(value, str):
        value = value.strip(" \t\r\n")
    if isinstance(value, int | float | Decimal) or (isinstance(value, str) and EPOCH_NUMBER.fullmatch(value)):
        return _epoch(Decimal(_exact(value)), value if isinstance(value, str) and value.isdigit() else "")
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if not isinstance(value, str | datetime):
        raise TypeError
    moment: datetime = _from_iso(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _from_iso(text: str) -> datetime:
    found = DATE_AND_TIME.fullmatch(text)
    if not found:
        raise ValueError(text)
    day, clock, fraction, zone = found.groups()
    moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}")
    if fraction and clock.count(":") < 2:
        raise ValueError(text)
    moment += timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))
    return moment.replace(tzinfo=_zone(zone) if zone else UTC)


def _zone(text: str) -> timezone:
    found = ZONE.fullmatch(text)
    if not found or (found["named"] and found["offset"] in ("UTC", "GMT")):
        raise ValueError(text)
    if found["offset"].upper() in ("Z", "UTC", "GMT"):
        return UTC
    sign, digits = found["offset"][0], found["offset"][1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(size if sign == "+" else -size)


def _epoch(number: Decimal, digits: str) -> datetime:
    """Seconds below 10^11, milliseconds below 10^14, microseconds below 10^17, else nanoseconds."""
    size = abs(number)
    if not 10**8 <= size < 10**19:
        raise ValueError(number)
    if number > 0 and _is_no_epoch(digits or str(int(number))):
        raise ValueError(number)
    power = 6 if size < 10**11 else 3 if size < 10**14 else 0 if size < 10**17 else -3
    exact = Context(prec=1000).scaleb(number, power)
    return EPOCH + timedelta(microseconds=int(exact))


def _is_no_epoch(digits: str) -> bool:
    """Whether these digits are a date and time, or ticks that .NET, Windows or Chrome count (1900 or 1970 to 2100)."""
    ticks = timedelta(microseconds=1)
    since_0001 = [(datetime(year, 1, 1) - datetime(1, 1, 1)) // ticks for year in (1900, 1970, 2101)]  # noqa: DTZ001
    before_1601 = (datetime(1601, 1, 1) - datetime(1, 1, 1)) // ticks  # noqa: DTZ001
    number = int(digits)
    return (
        _is_compact_date(digits)
        or since_0001[0] * 10 <= number < since_0001[2] * 10
        or (since_0001[1] - before_1601) * 10 <= number < (since_0001[2] - before_1601) * 10
        or since_0001[1] - before_1601 <= number < since_0001[2] - before_1601
    )


def _is_compact_date(digits: str) -> bool:
    """yyyyMMddHHmm of the years 1900 to 2100 and 9999; yyyyMMddHHmmss and yyyyMMddHHmmssSSS of any year."""
    if len(digits) not in (12, 14, 17):
        return False
    try:
        moment = datetime.strptime(digits[:14], "%Y%m%d%H%M" if len(digits) == 12 else "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return False
    return len(digits) != 12 or 1900 <= moment.year <= 2100 or moment.year == 9999


def _exact(value: str | float | Decimal) -> Decimal | str:
    """The number as it was written; a float from a binary format as the shortest text that means it."""
    if isinstance(value, Literal):
        return value.exact
    return (
        Decimal(repr(value))
        if isinstance(value, float)
        else value
        if isinstance(value, str)
        else Decimal(value)
    )


def _places(number: Decimal) -> int:
    exponent = number.normalize(Context(prec=1000)).as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _is_echo(record: dict[str, Any], own_time: Any) -> bool:
    if record["event_type"] not in ("INSERT", "MODIFY") or record["updated_at"] is None:
        return False
    try:
        ours = instant_of("consolidation_date", own_time)
    except Rejected:
        return False
    return ours is not None and ours == record["updated_at"]
