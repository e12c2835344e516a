"""The raw frame: what one landing file held, before any rule of the record is applied.

A raw frame has the record's columns as upstream typed them (text, native or decimal), metadata flat, everything
unknown as JSON text in `extras`, and `line` (1-based row or line number). Of our own attributes it keeps only
`consolidation_date`, by which an echo is known.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import polars as pl

from chargebacks import record

FILE: Final = "file"
LINE: Final = "line"
MAX_DEPTH: Final = 32  # of nesting in a field that the record does not know, as in messages
KNOWN: Final = frozenset({*record.FIELDS, *record.OWN_ATTRIBUTES})
TEXTS: Final = ("chargeback_id", *record.TEXT_FIELDS)
JUDGED: Final = ("amount", *record.INSTANT_FIELDS)
VALUES: Final = (*JUDGED, record.CONSOLIDATION_DATE)
COLUMNS: Final = (*TEXTS, *record.METADATA_FIELDS, *VALUES, record.EXTRAS)


@dataclass(frozen=True)
class Reject:
    """A record set apart: its line or row (1-based), why, and its raw text."""

    line: int
    reason: str
    raw: str


@dataclass
class Raw:
    """What one file held: readable rows, `raw_text` by line for those rejected later, and rejects already known."""

    frame: pl.DataFrame
    raw_text: Callable[[int], str]
    rejects: list[Reject] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records the file held, rejects included."""
        return self.frame.height + len(self.rejects)


def nothing() -> Raw:
    """The raw frame of an empty or unreadable file."""
    return Raw(pl.DataFrame(schema={"chargeback_id": pl.String, LINE: pl.UInt32}), lambda _: "")


def unknown(found: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the record does not know, our own attributes left out."""
    return {name: value for name, value in found.items() if name not in KNOWN}


def extras(found: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    """Unknown fields, and unknown fields of `metadata`, as canonical JSON text; nulls are left out.

    Raises ValueError when they are nested more than MAX_DEPTH deep or hold text that is no Unicode.
    """
    held = {name: value for name, value in found.items() if value is not None}
    inner = {name: value for name, value in metadata.items() if value is not None}
    _shallow(held, MAX_DEPTH)
    _shallow(inner, MAX_DEPTH)
    return record.extras_text({**held, "metadata": inner} if inner else held)


def from_objects(
    objects: Iterable[tuple[int, Mapping[str, Any]]],
    raw_text: Callable[[int], str],
    parse: Callable[[str], Any],
    rejects: Iterable[Reject] = (),
) -> Raw:
    """A raw frame, all text, from objects whose values may be of any type; wrong types are rejected.

    `parse` reads metadata that comes as JSON text, and raises ValueError.
    """
    rows, refused = [], list(rejects)
    for n, found in objects:
        try:
            rows.append({**_as_text(found, parse), LINE: n})
        except (TypeError, ValueError) as error:
            refused.append(Reject(n, str(error), raw_text(n)))
    schema = dict.fromkeys(COLUMNS, pl.String) | {LINE: pl.UInt32}
    return Raw(pl.DataFrame(rows, schema=schema), raw_text, refused)


def _as_text(found: Mapping[str, Any], parse: Callable[[str], Any]) -> dict[str, str | None]:
    metadata = _metadata(found.get("metadata"), parse)
    row = {name: _text(name, found.get(name)) for name in TEXTS}
    row |= {name: _text(f"metadata.{name}", metadata.get(name)) for name in record.METADATA_FIELDS}
    row |= {name: _number_or_text(name, found.get(name)) for name in JUDGED}
    row[record.CONSOLIDATION_DATE] = _own_date(found.get(record.CONSOLIDATION_DATE))
    other = {name: value for name, value in metadata.items() if name not in record.METADATA_FIELDS}
    return row | {record.EXTRAS: extras(unknown(found), other)}


def _metadata(value: object, parse: Callable[[str], Any]) -> Mapping[str, Any]:
    if isinstance(value, str) and value:
        try:
            value = parse(value)
        except ValueError as error:
            raise ValueError(f"metadata: {error}") from None
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise TypeError("metadata: not an object")
    return value


def _text(name: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and _encodable(name, value)):
        return value
    raise TypeError(f"{name}: not text")


def _encodable(name: str, value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name}: not Unicode text (a lone surrogate)") from None
    return True


def _number_or_text(name: str, value: object) -> str | None:
    """Numbers as plain decimals: an upstream may write 1.7636e9 for an epoch."""
    if value is None or (isinstance(value, str) and _encodable(name, value)):
        return value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return record.decimal_text(Decimal(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"{name}: neither number nor text")


def _own_date(value: object) -> str | None:
    """Our own attribute is no ground to reject a record: whatever is no instant is just none of ours."""
    try:
        return _number_or_text(record.CONSOLIDATION_DATE, value)
    except (TypeError, ValueError):
        return None


def _shallow(value: object, levels: int) -> None:
    if not isinstance(value, Mapping | list):
        return
    if not levels:
        raise ValueError(f"record: nested more than {MAX_DEPTH} deep")
    for inner in value.values() if isinstance(value, Mapping) else value:
        _shallow(inner, levels - 1)
