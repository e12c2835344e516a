"""Table formats as peers of the fourth execution: made once from three quarters of a day, then given the last.

Their tables know their own paths, so each is put back in its place before every round.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contestants import SPARK_3_5, Options, script, with_jars
from benchmarks.data import Data
from benchmarks.harness import ROOT, BenchmarkError, Contestant, fresh, restored, tell, timed
from benchmarks.truth import checked

HERE = ROOT / "incremental"


@dataclass(frozen=True)
class Table:
    """A table format: its script, its Spark settings, and what we call the run that is timed."""

    name: str
    module: str
    settings: Mapping[str, str]
    goal: float | None = None  # how many times the job's time it is to take at least
    python: Path = Path(sys.executable)  # whose Spark runs it


def tables() -> list[Table]:
    """Those that are compared."""
    warehouse = str((HERE / "iceberg").absolute())
    return [
        Table(
            "Delta Lake, MERGE and OPTIMIZE",
            "delta",
            {
                "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
                "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
            },
            goal=3,
        ),
        Table(
            "Iceberg, MERGE and rewrite_data_files",
            "iceberg",
            {
                "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
                "spark.sql.catalog.bench": "org.apache.iceberg.spark.SparkCatalog",
                "spark.sql.catalog.bench.type": "hadoop",
                "spark.sql.catalog.bench.warehouse": warehouse,
            },
        ),
        Table(
            "Hudi, upsert, on Spark 3.5",
            "hudi",
            {
                "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
                "spark.sql.extensions": "org.apache.spark.sql.hudi.HoodieSparkSessionExtension",
            },
            goal=3,
            python=SPARK_3_5,  # Hudi 1.1.1 is not published for Spark 4.1
        ),
    ]


def contestant(options: Options, table: Table, day: Data, late: Path) -> Contestant | None:
    """The table's own way to take the new quarter, its result read back to be checked."""
    environment, out, result = _environment(options, table), HERE / table.module, HERE / "read" / table.module
    if environment is None:
        return None
    read = Contestant(
        f"{table.name}: read",
        _script(table, "read", "--result", str(result)),
        environment,
        before=fresh(result),
    )
    rows_agree = checked(table.name, day.truth, result, "parquet", files=None, in_order=False)

    def check() -> None:
        read.before()
        timed(read)
        rows_agree()

    merge = _script(table, "merge", "--landing", str(late))
    rounds = None if table.goal else 1  # nothing is judged by it
    return Contestant(
        table.name, merge, environment, before=restored(out, saved(out)), check=check, rounds=rounds
    )


def prepared(options: Options, table: Table, early: Path) -> bool:
    """Make the table of the first three quarters, and save it; false, and loud about it, when that fails."""
    tell(f"making the table of {table.name}")
    create = Contestant(
        f"{table.name}: create",
        _script(table, "create", "--landing", str(early)),
        _environment(options, table) or {},
    )
    try:
        timed(create)
    except BenchmarkError as error:
        tell(f"!!! {table.name} is left out: {error}")
        return False
    (HERE / table.module).rename(saved(HERE / table.module))
    return True


def _script(table: Table, step: str, *words: str) -> list[str]:
    return script(table.module, (HERE / table.module).absolute(), "--step", step, *words, python=table.python)


def _environment(options: Options, table: Table) -> dict[str, str] | None:
    if not table.python.exists():
        tell(
            f"!!! {table.module} is left out: no {table.python}, run make {table.python.parents[1].name}/.ready"
        )
        return None
    return with_jars(options, table.module, table.settings)


def saved(folder: Path) -> Path:
    """Where a folder is kept as it was before the first round."""
    return folder.with_name(f"{folder.name}-saved")
