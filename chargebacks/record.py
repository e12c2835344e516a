"""The chargeback record's vocabulary: field names, our own attributes, the normalised record's canonical form.

Standard library only, so that the job, the updater and the tests can share the words.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Final

KEY: Final = "chargeback_id"
MAX_ID_LENGTH: Final = 256
MAX_PLAIN_DIGITS: Final = 100
INSTANT_FIELDS: Final = ("created_at", "updated_at", "event_timestamp")
METADATA_FIELDS: Final = ("transaction_id", "customer_email")
FIELDS: Final = (
    "chargeback_id",
    "status",
    "merchant_id",
    "amount",
    "currency",
    "created_at",
    "updated_at",
    "reason",
    "metadata",
    "event_type",
    "event_timestamp",
)
# What the setting `required_fields` may name.
REQUIRABLE: Final = (
    *(name for name in FIELDS if name != "metadata"),
    *(f"metadata.{name}" for name in METADATA_FIELDS),
)
TEXT_FIELDS: Final = tuple(
    name for name in FIELDS if name not in ("chargeback_id", "amount", "metadata", *INSTANT_FIELDS)
)
EXTRAS: Final = "extras"
EVENT_TYPES: Final = ("INSERT", "MODIFY", "REMOVE")  # in rising order: at a tie the later one wins

_encode: Final = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make one for each value

POSITION: Final = "consolidation_position"
CONSOLIDATION_DATE: Final = "consolidation_date"
# What our own update writes into an item, `updated_at` apart: taken out of landing records first.
OWN_ATTRIBUTES: Final = (
    "consolidation_status",
    "consolidation_s3_path",
    CONSOLIDATION_DATE,
    "consolidation_execution",
    "consolidation_job_name",
    "output_format",
    "records_in_consolidation",
    POSITION,
)


def instant_text(moment: datetime) -> str:
    """An instant as fixed-width UTC text with microseconds: sorts as text the way it sorts in time.

    One without a zone is UTC, whatever this machine's own zone is.
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def decimal_text(value: Decimal) -> str:
    """A plain decimal without trailing zeros: `10.50` → `10.5`, `1E+3` → `1000`, `-0.00` → `0`."""
    if not value.is_finite() or abs(value.adjusted()) > MAX_PLAIN_DIGITS:
        return str(value)  # an upstream's 1E+999999 must not become a megabyte of zeros
    plain = format(value, "f") if value else "0"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def float_text(value: float) -> str:
    """A finite one as the decimal that its shortest text says: a file that holds 2.0 and one that says 2 agree."""
    return decimal_text(Decimal(repr(value)))


def canonical(record: Mapping[str, object]) -> bytes:
    """The normalised record as canonical JSON: sorted keys, no spaces, UTF-8.

    Order and equality of records are defined on these bytes. Instants are text in UTC with microseconds,
    amounts plain decimals; an empty string, or an object with nothing in it, is null.
    """
    return _json({key: _held(value) for key, value in record.items()}).encode()


def extras_text(unknown: Mapping[str, object]) -> str | None:
    """Fields that the record does not know, as canonical JSON text; None when there are none.

    Raises ValueError for text that is no Unicode (a lone surrogate).
    """
    text = _json(unknown)
    text.encode()
    return None if text == "{}" else text


def _held(value: object) -> object:
    if isinstance(value, Mapping):
        inner = {key: _held(item) for key, item in value.items()}
        return inner if any(item is not None for item in inner.values()) else None
    return None if value == "" else value


def _json(value: object) -> str:
    match value:
        case Mapping():
            pairs = (f"{_json(str(key))}:{_json(value[key])}" for key in sorted(value))
            return f"{{{','.join(pairs)}}}"
        case list() | tuple():
            return f"[{','.join(_json(item) for item in value)}]"
        case Decimal():
            return decimal_text(value)
        case datetime():
            return _json(instant_text(value))
        case date() | time() | timedelta():
            return _json(str(value))
        case bytes():
            return _json(value.hex())
        case float():
            return float_text(value) if isfinite(value) else _json(str(value))
    return _encode(value)
