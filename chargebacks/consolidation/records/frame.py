"""The normalised record as a Polars frame: one schema for landing rows, data files and everything between.

`metadata` is two flat columns here; the codecs in `datafile` nest it again on the way out.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from chargebacks import record

AMOUNT: Final = pl.Decimal(38, 9)  # ISO 4217 needs four decimal places at most; 29 digits before the point
INSTANT: Final = pl.Datetime("us", "UTC")

SCHEMA: Final[Mapping[str, pl.DataType]] = {
    "chargeback_id": pl.String(),
    "status": pl.String(),
    "merchant_id": pl.String(),
    "amount": AMOUNT,
    "currency": pl.String(),
    "created_at": INSTANT,
    "updated_at": INSTANT,
    "reason": pl.String(),
    "transaction_id": pl.String(),
    "customer_email": pl.String(),
    "event_type": pl.String(),
    "event_timestamp": INSTANT,
    record.EXTRAS: pl.String(),
}


def empty() -> pl.DataFrame:
    """No rows."""
    return pl.DataFrame(schema=dict(SCHEMA))


def canonical_bytes(frame: pl.DataFrame) -> list[bytes]:
    """`record.canonical` of every row."""
    rows = frame.select(list(SCHEMA)).to_dicts()
    return [record.canonical(nested(row)) for row in rows]


def nested(row: Mapping[str, object]) -> dict[str, object]:
    """A row with its metadata nested, as the contract has it."""
    flat = dict(row)
    flat["metadata"] = {name: flat.pop(name) for name in record.METADATA_FIELDS}
    return flat


def to_ipc(frame: pl.DataFrame) -> bytes:
    """The frame as an Arrow IPC stream, for Spark's shuffle: sooner written than Arrow's file format."""
    return frame.write_ipc_stream(None, compression="lz4").getvalue()


def from_ipc(data: bytes) -> pl.DataFrame:
    """The inverse of `to_ipc`."""
    return pl.read_ipc_stream(data)
