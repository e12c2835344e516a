"""Files by DuckDB: parquet with its codecs and types, CSV with its options, JSON lines and arrays."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import duckdb

from tests.corpus.readers import arrow, csv_rows, inside, json_array, json_lines, none
from tests.corpus.records import table
from tests.corpus.spec import Fate, Spec

CODECS: Final = ("uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4", "lz4_raw")
BASE: Final = "SELECT * FROM base"
FLAT: Final = "SELECT * REPLACE (metadata::JSON AS metadata) FROM base"
ZONES: Final = "SELECT * REPLACE (updated_at::TIMESTAMP AS updated_at, metadata::JSON AS metadata) FROM base"


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    for version in ("V1", "V2"):
        for codec in CODECS:
            options = f"FORMAT parquet, CODEC '{codec}', PARQUET_VERSION {version}"
            make = partial(copied, BASE, options)
            yield Spec(f"duckdb/parquet/{version}/{codec}", ".parquet", make, arrow)
    for name, value in UNKNOWN.items():
        make = partial(copied, _with("unknown", value), "FORMAT parquet")
        yield Spec(f"duckdb/unknown/{name}", ".parquet", make, arrow)
    for name, value in INSTANTS.items():
        make = partial(copied, _with("updated_at", value), "FORMAT parquet")
        yield Spec(f"duckdb/updated_at/{name}", ".parquet", make, arrow)
    for name, value in KEYS.items():
        make = partial(copied, _with("chargeback_id", value), "FORMAT parquet")
        yield Spec(f"duckdb/chargeback_id/{name}", ".parquet", make, arrow)
    yield from _csv()
    yield from _json()


def _with(name: str, value: str) -> str:
    """A query of the records with a column more, or with another value in a known one."""
    column = f"{value} AS {name}"
    return f"SELECT *, {column} FROM base" if name == "unknown" else f"SELECT * REPLACE ({column}) FROM base"  # noqa: S608


def copied(query: str, options: str) -> bytes:
    """The file that DuckDB writes of that query on the records, `base`."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
        connection.register("base", table())
        path = Path(folder) / "file"
        connection.execute(f"COPY ({query}) TO '{path}' ({options})")
        return path.read_bytes()


UNKNOWN: Final = {
    "hugeint": "170141183460469231731687303715884105727::HUGEINT",
    "uhugeint": "7::UHUGEINT",
    "bignum": "12345678901234567890123456789012345678901234567890::BIGNUM",
    "interval": "INTERVAL '1 month 2 days 3 seconds'",
    "uuid": "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID",
    "enum": "status::ENUM('open', 'won', 'lost')",
    "blob": "'\\xff\\x00'::BLOB",
    "bit": "'0101'::BIT",
    "time": "TIME '23:59:59.999999'",
    "time_ns": "'23:59:59.999999999'::TIME_NS",
    "time-with-zone": "'23:59:59+05:30'::TIMETZ",
    "timestamp_s": "'9999-12-31'::TIMESTAMP_S",
    "timestamp_ms": "'9999-12-31'::TIMESTAMP_MS",
    "timestamp_ns": "'2262-01-01'::TIMESTAMP_NS",
    "timestamp-year-294246": "TIMESTAMP '294246-01-01'",
    "timestamp-infinity": "'infinity'::TIMESTAMP",
    "timestamptz-bc": "'0044-03-15 (BC) 00:00:00+00'::TIMESTAMPTZ",
    "date-infinity": "'-infinity'::DATE",
    "decimal-38-38": "0.5::DECIMAL(38, 38)",
    "utinyint": "255::UTINYINT",
    "float-nan": "'nan'::FLOAT",
    "map": "MAP {'a': 1, 'b': NULL}",
    "map-of-structs": "MAP {1: {'x': [DATE '2025-01-01']}}",
    "struct": "{'x': 1, 'y': [1.5, NULL]}",
    "union": "union_value(n := 1)",
    "list-of-lists": "[[1], [], NULL]",
    "array": "[1, 2, 3]::INTEGER[3]",
    "json": "'{\"a\": [1, null]}'::JSON",
    "variant": "42::VARIANT",
    "variant-struct": "{'a': 1}::VARIANT",
    "null": "NULL",
}
INSTANTS: Final = {
    "timestamp_s": "updated_at::TIMESTAMP::TIMESTAMP_S",
    "timestamp_ms": "updated_at::TIMESTAMP::TIMESTAMP_MS",
    "timestamp_ns": "updated_at::TIMESTAMP::TIMESTAMP_NS",
    "timestamptz-infinity": "CASE WHEN score % 7 = 0 THEN 'infinity' ELSE updated_at END",
    "timestamp-bc": "CASE WHEN score % 7 = 0 THEN TIMESTAMP '0044-03-15 (BC) 00:00:00' ELSE updated_at::TIMESTAMP END",
    "year-one": "'0001-01-01 00:00:00+00'::TIMESTAMPTZ",
    "date": "updated_at::DATE",
    "date-9999": "DATE '9999-12-31'",
    "interval": "INTERVAL 1 DAY",
    "time-with-zone": "'23:59:59+05:30'::TIMETZ",
    "text": "updated_at::TEXT",
}
KEYS: Final = {
    "enum": "(CASE WHEN score = 1 THEN 'a' ELSE 'b' END)::ENUM('a', 'b')",
    "blob": "chargeback_id::BLOB",
    "json": "to_json(chargeback_id)",
}
CSV: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "plain": ("", {}),
    "force-quote": (", FORCE_QUOTE *", {}),
    "escape-backslash": (", ESCAPE '\\', FORCE_QUOTE *", {"escapechar": "\\", "doublequote": ""}),
    "iso-dates": (", TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ'", {}),
    "null-as-text": (", NULLSTR ''", {}),
}
FOREIGN: Final = {
    "semicolon": ", DELIMITER ';'",
    "tab": ", DELIMITER '\t'",
    "pipe": ", DELIMITER '|'",
    "no-header": ", HEADER false",
    "single-quote": ", QUOTE '''', FORCE_QUOTE *",
}


def _csv() -> Iterator[Spec]:
    for name, (options, dialect) in CSV.items():
        for zone, query in (("timestamptz", FLAT), ("timestamp", ZONES)):
            make = partial(copied, query, f"FORMAT csv{options}")
            yield Spec(f"duckdb/csv/{zone}/{name}", ".csv", make, csv_rows(**dialect))
    for codec, ending in (("gzip", ".csv.gz"), ("zstd", ".csv.zst")):
        make = partial(copied, FLAT, f"FORMAT csv, COMPRESSION {codec}")
        yield Spec(f"duckdb/csv/{codec}", ending, make, inside(codec, csv_rows()))
    for name, options in FOREIGN.items():
        make = partial(copied, FLAT, f"FORMAT csv{options}")
        yield Spec(f"duckdb/csv/{name}", ".csv", make, none, Fate.UNREADABLE)


def _json() -> Iterator[Spec]:
    yield Spec("duckdb/json/lines", ".json", partial(copied, BASE, "FORMAT json"), json_lines)
    yield Spec("duckdb/json/array", ".json", partial(copied, BASE, "FORMAT json, ARRAY true"), json_array)
    for codec, ending in (("gzip", ".json.gz"), ("zstd", ".json.zst")):
        make = partial(copied, BASE, f"FORMAT json, COMPRESSION {codec}")
        yield Spec(f"duckdb/json/{codec}", ending, make, inside(codec, json_lines))
    epochs = "SELECT * REPLACE (epoch_ms(updated_at) AS updated_at) FROM base"
    yield Spec("duckdb/json/epochs", ".jsonl", partial(copied, epochs, "FORMAT json"), json_lines)
    nested = "SELECT *, MAP {'a': [1.5]} AS m, INTERVAL 1 DAY AS i, 7::HUGEINT AS h FROM base"
    yield Spec("duckdb/json/unknown-types", ".ndjson", partial(copied, nested, "FORMAT json"), json_lines)
