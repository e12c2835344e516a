"""The chargeback record's vocabulary: field names, our own attributes, the normalised record's canonical form.

Standard library only, so that the job, the updater and the tests can share the words.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

MAX_ID_LENGTH: Final = 256
TEXT_FIELDS: Final = ("status", "merchant_id", "currency", "reason", "event_type")
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
EXTRAS: Final = "extras"
EVENT_TYPES: Final = ("INSERT", "MODIFY", "REMOVE")  # in rising order: at a tie the later one wins

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
    """An instant as fixed-width UTC text with microseconds: sorts as text the way it sorts in time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def decimal_text(value: Decimal) -> str:
    """A plain decimal without trailing zeros: `10.50` → `10.5`, `1E+3` → `1000`, `-0.00` → `0`."""
    plain = format(value.normalize() if value else Decimal(0), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def canonical(record: Mapping[str, object]) -> bytes:
    """The normalised record as canonical JSON: sorted keys, no spaces, nulls left out.

    Order and equality of records are defined on these bytes. Instants are UTC in microseconds, amounts plain
    decimals; an empty string counts as null.
    """
    return json.dumps(
        _plain(record), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_scalar
    ).encode()


def _plain(record: Mapping[str, object]) -> dict[str, object]:
    held = {
        key: _plain(value) if isinstance(value, Mapping) else value
        for key, value in record.items()
        if value is not None and value != ""
    }
    return {key: value for key, value in held.items() if value != {}}


def _scalar(value: object) -> str:
    match value:
        case datetime():
            return instant_text(value)
        case Decimal():
            return decimal_text(value)
    raise TypeError(f"a normalised record holds no {type(value).__name__}")
