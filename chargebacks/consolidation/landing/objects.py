"""Objects with values of any type → a raw frame, all text: the slow and exact way of every format."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import polars as pl

from chargebacks import record
from chargebacks.consolidation.landing.exact_json import parse
from chargebacks.consolidation.landing.extras import extras, unknown
from chargebacks.consolidation.landing.raw_rows import COLUMNS, JUDGED, LINE, TEXTS, Raw, Reject

_SCHEMA: Final = {LINE: pl.UInt32} | dict.fromkeys(COLUMNS, pl.String)
_INNER: Final = frozenset(record.METADATA_FIELDS)


def from_objects(
    objects: Iterable[tuple[int, Mapping[str, Any]]],
    raw_text: Callable[[int], str],
    rejects: Iterable[Reject] = (),
) -> Raw:
    """A raw frame of COLUMNS, all text, from numbered objects; those with a value of a wrong type are rejected."""
    rows, refused = [], list(rejects)
    for n, found in objects:
        try:
            rows.append((n, *_as_text(found)))
        except (TypeError, ValueError) as error:
            refused.append(Reject(n, str(error), raw_text(n)))
    return Raw(pl.DataFrame(rows, schema=_SCHEMA, orient="row"), raw_text, refused)


def _as_text(found: Mapping[str, Any]) -> list[str | None]:
    """The values of COLUMNS."""
    metadata = _metadata(found.get("metadata"))
    row = [_text(name, found.get(name)) for name in TEXTS]
    row += [_text(f"metadata.{name}", metadata.get(name)) for name in record.METADATA_FIELDS]
    row += [_number_or_text(name, found.get(name)) for name in JUDGED]
    row.append(_own_date(found.get(record.CONSOLIDATION_DATE)))
    other = {name: value for name, value in metadata.items() if name not in _INNER}
    row.append(extras(unknown(found), other))
    return row


def _metadata(value: object) -> Mapping[str, Any]:
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
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{name}: not text")
    return _unicode(name, value)


def _unicode(name: str, value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{name}: not Unicode text (a lone surrogate)") from None
    return value


def _number_or_text(name: str, value: object) -> str | None:
    """Numbers as plain decimals: an upstream may write 1.7636e9 for an epoch."""
    if value is None:
        return None
    if isinstance(value, str):
        return _unicode(name, value)
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
