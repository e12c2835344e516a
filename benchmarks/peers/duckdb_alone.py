"""DuckDB, one process: read, rank, ten sorted files."""

from pathlib import Path

import duckdb

from benchmarks.peers.arguments import FOLDER, arguments

TYPES = {
    "chargeback_id": "VARCHAR",
    "status": "VARCHAR",
    "merchant_id": "VARCHAR",
    "amount": "DECIMAL(18,2)",
    "currency": "VARCHAR",
    "created_at": "TIMESTAMP",
    "updated_at": "TIMESTAMP",
    "reason": "VARCHAR",
    "metadata": "STRUCT(transaction_id VARCHAR, customer_email VARCHAR)",
    "event_type": "VARCHAR",
    "event_timestamp": "TIMESTAMP",
}
FILES = 10

given = arguments()
folder = f"{given.landing}/{FOLDER}"
source = (
    f"read_json('{folder}/*.json', format = 'newline_delimited', columns = {TYPES})"
    if given.landing_format == "json"
    else f"read_parquet('{folder}/*.parquet')"
)
out = Path(given.out)
out.mkdir(parents=True, exist_ok=True)
columns = "*" if given.output_format == "parquet" else "* REPLACE (to_json(metadata) AS metadata)"
options = "FORMAT csv, HEADER" if given.output_format == "csv" else "FORMAT parquet, COMPRESSION zstd"
database = duckdb.connect()
database.execute(
    f"CREATE TABLE kept AS SELECT {columns}, hash(chargeback_id) % {FILES} AS bucket FROM {source} "
    "QUALIFY row_number() OVER (PARTITION BY chargeback_id ORDER BY updated_at DESC) = 1"
)
for n in range(FILES):
    database.execute(
        f"COPY (SELECT * EXCLUDE (bucket) FROM kept WHERE bucket = {n} ORDER BY chargeback_id) "
        f"TO '{out}/part-{n:05d}.{given.output_format}' ({options})"
    )
