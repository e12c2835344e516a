"""Records as a landing file's bytes: parquet, JSON lines or CSV, times and amounts as the file's look says."""

import gzip
import io
import json
from typing import Any, Final

import polars as pl

from chargebacks.local.sample.looks import Look

TIMES: Final = ("created_at", "updated_at", "event_timestamp")
# One for each window's first JSON file, in turn: what a real upstream sends when it goes wrong.
FAULTY_LINES: Final = (
    '{"chargeback_id": "cb-cut-off", "amount": 12.',
    '["cb-a-list", 10.5]',
    '{"chargeback_id": "cb-amount", "amount": "12,50"}',
    '{"chargeback_id": "cb-time", "updated_at": "yesterday"}',
    '{"chargeback_id": "cb-event", "event_type": "UPSERT"}',
    '{"chargeback_id": "cb-currency", "currency": "real"}',
    '{"chargeback_id": "cb-metadata", "metadata": "none"}',
    '{"chargeback_id": 4711, "status": "open"}',
    '{"status": "open"}',
)
# The same for each window's first CSV file.
FAULTY_RECORDS: Final = (
    "cb-too-short,10.50",
    '"cb-quoted"badly,10.50',
    '"cb-two\nlines",10.50,and too long' + "," * 40,
    ",",
)


def encode(records: pl.DataFrame, look: Look, faulty: tuple[str, ...] = ()) -> bytes:
    """The file's bytes. `faulty` lines are set among the records of a text file; a parquet file takes none."""
    dressed = _dressed(records, look)
    match look.format:
        case "json":
            data = _json_lines(dressed, look, faulty)
        case "csv":
            data = _csv(dressed, look, faulty)
        case _:
            data = _parquet(dressed)
    return gzip.compress(data, mtime=0) if look.gzipped else data


def _dressed(records: pl.DataFrame, look: Look) -> pl.DataFrame:
    frame = records.with_columns(
        *(_time(name, look.clock) for name in TIMES),
        pl.col("amount").cast(pl.Decimal(18, look.scale)),
        *_own_attributes(records),
    )
    unwanted = [
        "echo_of",
        *(["channel"] if not look.channel else []),
        *(["dispute_stage"] if not look.stage else []),
    ]
    return frame.drop(unwanted)


def _time(name: str, clock: str) -> pl.Expr:
    column = pl.col(name)
    match clock:
        case "text":
            return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
        case "offset":
            return column.dt.convert_time_zone("America/Sao_Paulo").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z")
        case "naive":
            return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f")
        case "millis":
            return column.dt.epoch("ms")
        case "micros":
            return column.dt.epoch("us")
    return column


def _own_attributes(records: pl.DataFrame) -> list[pl.Expr]:
    """What the updater wrote into the items that echoes are images of. Absent where a file has no echo."""
    if records["echo_of"].null_count() == len(records):
        return []
    echo = pl.col("echo_of").is_not_null()
    written: dict[str, pl.Expr] = {
        "consolidation_status": pl.lit("completed"),
        "consolidation_s3_path": pl.lit("s3://bucket/consolidated/chargebacks"),
        "consolidation_execution": pl.lit(1, pl.Int64),
        "consolidation_job_name": pl.lit("poc-chargeback-dev-chargebacks-consolidation"),
        "output_format": pl.lit("csv"),
        "records_in_consolidation": pl.lit(5000, pl.Int64),
        "consolidation_position": pl.format(
            "{}#{}", pl.col("echo_of").dt.date(), pl.col("echo_of").dt.epoch("us")
        ),
    }
    own_time = pl.col("echo_of").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").alias("consolidation_date")
    return [own_time, *(pl.when(echo).then(value).alias(name) for name, value in written.items())]


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _csv(frame: pl.DataFrame, look: Look, faulty: tuple[str, ...]) -> bytes:
    """Columns in an order of their own; nested ones are JSON text."""
    nested = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Struct)]
    texts = frame.with_columns(pl.col(name).struct.json_encode() for name in nested)
    end = "\n" if look.scale == 2 else "\r\n"
    text = texts.select(sorted(texts.columns)).write_csv(None, line_terminator=end)
    header, _, records = text.partition(end)
    return end.join([header, *faulty, records]).encode()


def _json_lines(frame: pl.DataFrame, look: Look, faulty: tuple[str, ...]) -> bytes:
    lines = [_json_line(row, whole=look.scale == 2) for row in frame.iter_rows(named=True)]
    middle = len(lines) // 2
    return "".join(f"{line}\n" for line in [*lines[:middle], *faulty, *lines[middle:]]).encode()


def _json_line(row: dict[str, Any], *, whole: bool) -> str:
    """`whole`: nulls are spelled out and the amount is a number; else nulls are left out and it is text."""
    amount = row["amount"]
    # A float of at most 15 digits prints as the decimal that it came from.
    row["amount"] = amount if amount is None else float(amount) if whole else str(amount)
    return json.dumps(row if whole else {k: v for k, v in row.items() if v is not None}, ensure_ascii=False)
