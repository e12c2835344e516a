"""What docs/reading.md tells readers to do gives them exactly what was consolidated, in every format."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from chargebacks import record
from chargebacks.consolidation.records import datafile
from chargebacks.consolidation.records.frame import SCHEMA, nested
from tests.fixtures.reading import Row, blocks, rows_of
from tests.unit.consolidation.builders import DAY, land, newer, records
from tests.unit.consolidation.running import run_day

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WAYS = [
    ("csv", "none"),
    ("csv", "gzip"),
    ("json", "none"),
    ("json", "gzip"),
    ("parquet", "zstd"),
    ("parquet", "snappy"),
]
TRAPS = [
    "00123",
    "1e3",
    "NULL",
    "null",
    "NA",
    "nan",
    "None",
    "true",
    "\\N",
    "\\",
    'a\\"b',
    '"',
    '""',
    "a,b",
    " lead",
]
TRAPS += [
    "trail ",
    "\ttab\t",
    "l\nf",
    "c\rr",
    "cr\r\nlf",
    "\r",
    "\n",
    "😡",
    "#c",
    "\ufeff",
    "\x00",
    "\x1a",
    "\u2028",
]
TRAPS += ["2025-11-20", "=1+1", "'", ";", "|", "-", "[]", "{}", "\x7f", "\u0085", "'a','b'"]
TEXT = st.one_of(
    st.sampled_from(TRAPS),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
    st.text('",\n\r\t\\ {}é😡#', min_size=1, max_size=8),
)
AMOUNTS = st.integers(-(10**15) + 1, 10**15 - 1).flatmap(
    lambda n: st.sampled_from([Decimal(n).scaleb(-places) for places in (0, 2, 4, 9)])
)
INSTANTS = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
OPTIONAL = {name: st.one_of(st.none(), TEXT) for name, kind in SCHEMA.items() if kind == pl.String}
OPTIONAL |= {name: st.one_of(st.none(), INSTANTS) for name in record.INSTANT_FIELDS}
OPTIONAL |= {
    "amount": st.one_of(st.none(), AMOUNTS),
    "extras": st.sampled_from([None, '{"a":"x\\ny"}', "{}"]),
}
ROWS = st.lists(st.fixed_dictionaries(OPTIONAL | {"chargeback_id": TEXT}), min_size=20, max_size=30)
EMPTY: Row = dict.fromkeys(SCHEMA) | {"chargeback_id": "nothing"}
HARD = [
    EMPTY
    | {
        "chargeback_id": trap[:200],
        "reason": trap,
        "customer_email": trap,
        "amount": Decimal(n).scaleb(-9) * (-1) ** n,
    }
    for n, trap in enumerate([*TRAPS, "x" * 200_000])
]


@pytest.mark.parametrize(("output_format", "compression"), WAYS)
@settings(
    max_examples=2,  # of many rows each: every one costs a Spark job
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@example(rows=[*HARD, EMPTY])
@given(rows=ROWS)
def test_every_reader_of_the_page_reads_the_values_that_were_written(
    spark: "SparkSession", output_format: str, compression: str, rows: list[Row]
) -> None:
    frame = pl.DataFrame(rows, schema=dict(SCHEMA), orient="row")
    expected = rows_of([_as_written(row) for row in frame.to_dicts()])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"part.{datafile.suffix(output_format, compression)}")
        file.write_bytes(datafile.write(frame, output_format, compression))
        readers = list(blocks("python", output_format))
        assert len(readers) >= 3
        for reader, code in readers:
            found = rows_of(_chargebacks(code, [str(file)], spark))
            if (reader, output_format) == ("DuckDB", "json"):
                assert _below_two_million(found) == _below_two_million(expected)
            else:
                assert found == expected, reader


def _below_two_million(rows: list[Row]) -> list[Row]:
    """The rows without greater amounts: the page says that DuckDB makes floats of those."""
    return [row | {"amount": None} if abs(Decimal(row["amount"] or 0)) >= 2 * 10**6 else row for row in rows]


def _as_written(row: Row) -> Row:
    found = nested(row)
    inner: Any = found["metadata"]
    return found | {"metadata": inner if any(inner.values()) else None}


def _chargebacks(code: str, files: list[str], spark: "SparkSession") -> Any:
    namespace: dict[str, Any] = {"files": files, "spark": spark}
    exec(code, namespace)  # noqa: S102  (the page's own text)
    return namespace["chargebacks"]


def test_parquet_has_the_right_types_for_every_reader(spark: "SparkSession", tmp_path: Path) -> None:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = str(tmp_path / "part.parquet")
    Path(file).write_bytes(
        datafile.write(pl.DataFrame(HARD, schema=dict(SCHEMA), orient="row"), "parquet", "zstd")
    )
    arrow = pq.read_schema(file)
    assert (arrow.field("amount").type, arrow.field("updated_at").type) == (
        pa.decimal128(38, 9),
        pa.timestamp("us", "UTC"),
    )
    duck = dict(
        zip(*(lambda found: (found.columns, map(str, found.types)))(duckdb.read_parquet(file)), strict=True)
    )
    assert (duck["amount"], duck["updated_at"]) == ("DECIMAL(38,9)", "TIMESTAMP WITH TIME ZONE")
    types = dict(spark.read.parquet(file).dtypes)
    assert (types["amount"], types["updated_at"]) == ("decimal(38,9)", "timestamp")
    assert types["metadata"] == "struct<transaction_id:string,customer_email:string>"


@pytest.fixture
def consolidated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two days of chargebacks below consolidated/, the newer day with a second execution; we stand beside it."""
    land(
        tmp_path,
        "2025/11/19/a.json",
        [*records("a", "b", "gone", "twice"), *records("lost", event_type="INSERT")],
    )
    land(tmp_path, "a.json", [*newer("a", status="new day"), {"chargeback_id": "b", "status": "no instant"}])
    _run(tmp_path, "06:30", partition_date="2025-11-19", lookback_days="0")
    _run(tmp_path, "06:31")
    gone = {"chargeback_id": "gone", "event_type": "REMOVE", "event_timestamp": f"{DAY}T02:00:00Z"}
    land(tmp_path, "b.json", [gone, *records("twice", status="the later day")])
    _run(tmp_path, "12:30")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return tmp_path


def _run(root: Path, at: str, **given: str) -> None:
    where = {"output_path": str(root / "consolidated/chargebacks"), "output_format": "parquet"}
    run_day(root, at=at, **where | {"lookback_days": "0"} | given)


def test_every_way_to_the_files_leads_to_the_newest_consolidations(consolidated: Path) -> None:
    found = []
    for _, code in blocks("python", "files"):
        namespace: dict[str, Any] = {}
        exec(code, namespace)  # noqa: S102
        found.append(namespace["files"])
    manifest = (
        consolidated / "consolidated/_state/chargebacks/symlink_manifest/year=2025/month=11/day=20/manifest"
    )
    assert len(found) == 2
    assert found[0] == found[1] == manifest.read_text().splitlines()
    assert ids(pl.read_parquet(found[0]).to_dicts()) == ["a", "b", "gone", "twice"]


def test_the_commands_of_the_page_run(consolidated: Path) -> None:
    ((_, script),) = blocks("sh")
    for line in script.splitlines():
        done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
        assert done.returncode == 0, done.stderr
        assert done.stdout


def ids(rows: Iterable[Row]) -> list[str]:
    return sorted(row["chargeback_id"] for row in rows)


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_the_newest_of_each_chargeback_across_days(
    consolidated: Path, spark: "SparkSession", engine: str
) -> None:
    ((_, latest),) = blocks("sql", "latest")
    ((_, code),) = blocks("python", "latest", engine)
    namespace: dict[str, Any] = {"LATEST": latest, "spark": spark, "subprocess": subprocess}
    exec(code, namespace)  # noqa: S102
    newest = {row["chargeback_id"]: row for row in rows_of(namespace["newest"])}
    assert {key: (row["partition_date"], row["status"]) for key, row in newest.items()} == {
        "a": (DAY, "new day"),
        "b": ("2025-11-19", None),
        "lost": ("2025-11-19", None),
        "twice": (DAY, "the later day"),
    }
