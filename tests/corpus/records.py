"""The records that most files of the corpus hold: forty chargebacks with the texts that writers stumble over."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from tests.corpus.spec import Row

COUNT: Final = 40  # enough for the fast paths of the text readers, which take files of more than 32 records
MOMENT: Final = datetime(2025, 11, 20, 1, 2, 3, 123456, UTC)
TEXTS: Final = (
    "plain",
    'screen 15"',
    "a, b; c",
    "two\nlines",
    "é ü 😡 中",
    None,
    " padded ",
    "tab\there",
    'says "no", twice',
    "'single'",
)
METADATA: Final = pa.struct([("transaction_id", pa.string()), ("customer_email", pa.string())])
SCHEMA: Final = pa.schema(
    [
        ("chargeback_id", pa.string()),
        ("status", pa.string()),
        ("merchant_id", pa.string()),
        ("amount", pa.decimal128(12, 2)),
        ("currency", pa.string()),
        ("created_at", pa.timestamp("us", "UTC")),
        ("updated_at", pa.timestamp("us", "UTC")),
        ("reason", pa.string()),
        ("metadata", METADATA),
        ("score", pa.int64()),
    ]
)


def typed(count: int = COUNT) -> list[Row]:
    """Return the records as Python values."""
    return [
        {
            "chargeback_id": f"c{n:05}",
            "status": ("open", "won", "lost")[n % 3],
            "merchant_id": f"{n:05}",
            "amount": Decimal(n * 137) / 100,
            "currency": ("BRL", "USD", "JPY")[n % 3],
            "created_at": MOMENT - timedelta(days=n),
            "updated_at": MOMENT + timedelta(seconds=n),
            "reason": TEXTS[n % len(TEXTS)],
            "metadata": {"transaction_id": f"t{n}", "customer_email": None if n % 4 else f"u{n}@example.com"},
            "score": n,
        }
        for n in range(count)
    ]


def as_json(count: int = COUNT) -> list[Row]:
    """Return the records as JSON can say them: instants as ISO 8601 text, amounts as numbers."""
    return [
        row
        | {
            "amount": float(row["amount"]),
            "created_at": row["created_at"].isoformat(),
            "updated_at": row["updated_at"].isoformat().replace("+00:00", "Z"),
        }
        for row in typed(count)
    ]


def as_text(count: int = COUNT) -> list[dict[str, str]]:
    """Return the records as CSV can say them: text, nulls as empty text, metadata as JSON text."""
    return [{name: _text(value) for name, value in row.items()} for row in as_json(count)]


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value)


def table(count: int = COUNT, **columns: pa.Array) -> pa.Table:
    """Return the records as an Arrow table, with more columns or others in place of those of that name."""
    found = pa.Table.from_pylist(typed(count), SCHEMA)
    for name, values in columns.items():
        place = found.schema.get_field_index(name)
        found = found.append_column(name, values) if place < 0 else found.set_column(place, name, values)
    return found
