"""Polars, one process: read, rank, ten sorted files."""

from pathlib import Path

import polars as pl

from benchmarks.peers.arguments import FOLDER, arguments

TIMES = ("created_at", "updated_at", "event_timestamp")
TEXTS = ("chargeback_id", "status", "merchant_id", "currency", "reason", "event_type", *TIMES)
METADATA = pl.Struct({"transaction_id": pl.String, "customer_email": pl.String})
FILES = 10

given = arguments()
pattern = f"{given.landing}/{FOLDER}/*.{given.landing_format}"
if given.landing_format == "json":
    schema = {**dict.fromkeys(TEXTS, pl.String), "amount": pl.Float64, "metadata": METADATA}
    rows = pl.scan_ndjson(pattern, schema=schema).with_columns(
        pl.col(TIMES).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC"),
        pl.col("amount").round(2).cast(pl.Decimal(18, 2)),
    )
else:
    rows = pl.scan_parquet(pattern)
newest = rows.sort("updated_at", descending=True).unique("chargeback_id", keep="first", maintain_order=True)
kept = newest.with_columns(bucket=pl.col("chargeback_id").hash() % FILES).collect()
out = Path(given.out)
out.mkdir(parents=True, exist_ok=True)
for (bucket,), part in kept.partition_by("bucket", include_key=False, as_dict=True).items():
    path, ordered = out / f"part-{bucket:05d}.{given.output_format}", part.sort("chargeback_id")
    if given.output_format == "csv":
        ordered.with_columns(pl.col("metadata").struct.json_encode()).write_csv(path)
    else:
        ordered.write_parquet(path, compression="zstd")
