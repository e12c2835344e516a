"""The job through a real Spark session: its output read back as a DataFrame and compared with chispa."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (as everybody calls it)

from chargebacks import record
from chargebacks.consolidation import job
from chargebacks.consolidation.report import RunReport
from chargebacks.consolidation.stages import post_mortem
from chargebacks.consolidation.stages.engine import SparkEngine
from chargebacks.partition import hive
from chargebacks.schedule import parse_date
from chargebacks.settings import JobSettings
from tests.unit.consolidation.builders import DAY, NOW, json_lines, land, newer, parquet, records
from tests.unit.consolidation.running import Broker, exact, log, view
from tests.unit.consolidation.running import run as run_in_process
from tests.unit.consolidation.test_post_mortem import dying

ROWS = "chargeback_id string, status string, merchant_id string, amount decimal(38,9), currency string"
ROWS += ", created_at timestamp, updated_at timestamp, reason string"
ROWS += ", metadata struct<transaction_id string, customer_email string>"
ROWS += ", event_type string, event_timestamp timestamp, extras string"
TINY = Path(__file__).parent.parent / "oracle" / "tiny_day"
AWKWARD = 'Says "no", twice,\r\nand\t\\ 😡 '


def run_on_spark(spark: SparkSession, root: Path, publisher: Broker | None = None, **given: str) -> RunReport:
    text = {
        "landing_path": str(root / "landing"),
        "output_path": str(root / "out"),
        "partition_date": DAY,
        "execution_time": f"{DAY}T06:30:00",
        "output_files": "3",
    }
    settings = JobSettings.parse(text | given, NOW)
    report = job.run(settings, SparkEngine(lambda: spark), publisher, lambda: NOW)
    report.raise_failures()
    return report


def read_back(spark: SparkSession, root: Path, output_format: str, day: str = DAY) -> DataFrame:
    """The output folder as Spark's own readers see it, in the types of ROWS."""
    folder = str(root / "out" / hive(parse_date(day)))
    types = {field.name: field.dataType for field in spark.createDataFrame([], ROWS).schema}
    if output_format == "parquet":
        return spark.read.parquet(folder)
    if output_format == "json":
        return spark.read.schema(ROWS).json(folder)
    reader = spark.read.option("header", True).option("multiLine", True).option("escape", '"')
    flat = ", ".join(f"{name} string" for name in types)
    texts = reader.option("enforceSchema", False).option("lineSep", "\n").schema(flat).csv(folder)
    metadata = F.from_json("metadata", types["metadata"].simpleString()).alias("metadata")
    return texts.select(
        *(metadata if name == "metadata" else F.col(name).cast(kind) for name, kind in types.items())
    )


def expected_frame(spark: SparkSession, rows: list[dict[str, Any]]) -> DataFrame:
    names = (*record.FIELDS, record.EXTRAS)
    return spark.createDataFrame([tuple(row.get(name) for name in names) for row in rows], ROWS)


@pytest.fixture(autouse=True)
def few_partitions(spark: SparkSession) -> None:
    """Comparing sorts: in two partitions, not two hundred."""
    spark.conf.set("spark.sql.shuffle.partitions", "2")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("output_format", ["csv", "json", "parquet"])
def test_mixed_files_in_both_layouts_become_one_row_a_chargeback(
    spark: SparkSession, tmp_path: Path, output_format: str
) -> None:
    full = {
        "status": "open",
        "amount": "10.129",
        "currency": "BRL",
        "reason": AWKWARD,
        "event_type": "INSERT",
    }
    land(tmp_path, "a.json", [*records("a", metadata={"transaction_id": "t"}, **full), *records("b")])  # type: ignore[arg-type]
    land(
        tmp_path,
        "year=2025/month=11/day=20/b.json",
        [*newer("b", status="won", new_field="kept"), *records("a")],
    )
    columns = {
        "chargeback_id": ["c", "b", None],
        "updated_at": [at("2025-11-20T09:00:00")] * 3,
        "day": [7, None, 7],
    }
    land(
        tmp_path,
        "year=2025/month=11/day=20/c.parquet",
        parquet(amount=[Decimal("0.10"), None, None], **columns),
    )
    report = run_on_spark(spark, tmp_path, output_format=output_format)
    found = read_back(spark, tmp_path, output_format)
    one, eleven = at("2025-11-20T01:00:00"), at("2025-11-20T11:00:00")
    a = full | {"chargeback_id": "a", "amount": Decimal("10.129"), "updated_at": one, "metadata": ("t", None)}
    b = {"chargeback_id": "b", "status": "won", "updated_at": eleven, "extras": '{"new_field":"kept"}'}
    c = {
        "chargeback_id": "c",
        "amount": Decimal("0.1"),
        "updated_at": at("2025-11-20T09:00:00"),
        "extras": '{"day":7}',
    }
    assert_df_equality(
        found,
        expected_frame(spark, [a, b, c]),
        ignore_row_order=True,
        ignore_nullable=True,
        ignore_metadata=True,
    )
    told = report.to_json()[0]
    counted = (
        "records_read",
        "records_processed",
        "duplicates_removed",
        "records_rejected",
        "chargebacks_announced",
    )
    assert [told[name] for name in counted] == [7, 3, 3, 1, 3]
    assert told["output_files"] <= 3


def test_the_tiny_day_made_by_hand_comes_out_as_it_was_worked_out(
    spark: SparkSession, tmp_path: Path
) -> None:
    story = json.loads((TINY / "expected.json").read_bytes())
    broker = Broker()
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for execution in story["executions"]:
        for name in execution["arrived"]:
            land(tmp_path, name, (TINY / "landing" / name).read_bytes())
        given = {"partition_date": execution["partition_date"], "execution_time": execution["execution_time"]}
        report = run_on_spark(spark, tmp_path, broker, **given, lookback_days=str(story["lookback_days"]))
        told |= {(one["partition_date"], one["execution_time"]): one for one in report.to_json()}
    assert set(told) == {(one["partition_date"], one["execution_time"]) for one in story["expected"]}
    for expected in story["expected"]:
        key = (expected["partition_date"], expected["execution_time"])
        assert expected["counts"].items() <= told[key].items()
        assert told[key]["execution_sequence"] == expected["execution_sequence"]
        slices = [
            one
            for one in broker.events
            if "slice" in one and (one["partition_date"], one["execution_time"]) == key
        ]
        assert sorted(i for one in slices for i in one["chargeback_ids"]) == expected["announced"]
    newest = {one["partition_date"]: one for one in story["expected"] if "rows" in one}
    for day, expected in newest.items():
        assert_df_equality(
            read_back(spark, tmp_path, "csv", day),
            expected_frame(spark, [typed(row) for row in expected["rows"]]),
            ignore_row_order=True,
            ignore_nullable=True,
        )


def typed(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the hand-made expectations, in Spark's types."""
    instants = {name: at(row[name].removesuffix("Z")) for name in record.INSTANT_FIELDS if row.get(name)}
    metadata = row.get("metadata")
    nested = tuple(metadata.get(name) for name in record.METADATA_FIELDS) if metadata else None
    return (
        row | instants | {"amount": Decimal(row["amount"]) if "amount" in row else None, "metadata": nested}
    )


def test_spark_and_one_process_give_the_same_files_and_messages(spark: SparkSession, tmp_path: Path) -> None:
    roots, brokers = [tmp_path / "spark", tmp_path / "process"], [Broker(), Broker()]
    for time in ("06:30", "12:30"):
        for root in roots:
            for n in range(12):
                rows = [
                    *records(*(f"cb-{n * i}" for i in range(20)), status=time),
                    *newer(f"cb-{n}", status=time),
                ]
                land(
                    root,
                    f"{time}-{n}.json".replace(":", ""),
                    json_lines(*rows) + (b"broken\n" if n == 3 else b""),
                )
        run_on_spark(spark, roots[0], brokers[0], execution_time=f"{DAY}T{time}:00", output_format="json")
        run_in_process(roots[1], brokers[1], at=time).raise_failures()
    assert view(roots[0]) == view(roots[1]) == exact(roots[0])
    assert sorted(brokers[0].announced) == sorted(brokers[1].announced)
    first, second = (
        [one["records_rejected"] for one in broker.events if "slice" not in one] for broker in brokers
    )
    assert first == second == [1, 2]


class Unlucky(SparkEngine):
    """Every task of both stages does all its work, then is lost the first time."""

    def run(self, shares: Sequence[Any], read: Any, write: Any, numbers: int) -> list[Any]:
        """The stages, each task twice."""

        def lost() -> None:
            context = TaskContext.get()
            if context and context.attemptNumber() == 0:
                raise ConnectionResetError("the worker was lost")

        def read_twice(share: Any) -> Iterator[Any]:
            yield from read(share)
            lost()

        def write_twice(number: int, parcels: Iterable[Any], attempt: str) -> Any:
            result = write(number, parcels, attempt)
            lost()
            return result

        return super().run(shares, read_twice, write_twice, numbers)


def test_tasks_that_are_lost_and_run_again_are_counted_once(spark: SparkSession, tmp_path: Path) -> None:
    for root in (tmp_path / "lucky", tmp_path / "unlucky"):
        land(root, "a.json", json_lines(*records("a", "b", "c")) + b"broken\n")
        land(root, "b.json", [*newer("b"), *records("d")])
    run_on_spark(spark, tmp_path / "lucky", output_format="json")
    engine, broker = Unlucky(lambda: spark), Broker()
    run_in_process(tmp_path / "unlucky", broker, engine).raise_failures()
    assert view(tmp_path / "unlucky") == view(tmp_path / "lucky")
    assert sorted(broker.announced) == ["a", "b", "c", "d"]
    summary = broker.events[-1]
    counted = ("records_read", "records_processed", "duplicates_removed", "records_rejected")
    assert [summary[name] for name in counted] == [6, 4, 1, 1]
    head = log(tmp_path / "unlucky").head()
    assert head
    written = list((tmp_path / "unlucky/_state/out/generations").rglob("part-*"))
    assert len(written) == 2 * len(head.files)  # both tries wrote; the entry names one of each


def test_a_task_that_is_lost_again_and_again_fails_the_partition_and_commits_nothing(
    spark: SparkSession, tmp_path: Path
) -> None:
    class Doomed(SparkEngine):
        def run(self, shares: Sequence[Any], read: Any, write: Any, numbers: int) -> list[Any]:
            def fail(number: int, parcels: Iterable[Any], attempt: str) -> Any:
                raise ConnectionResetError("the disk is full")

            return super().run(shares, read, fail, numbers)

    land(tmp_path, "a.json", records("a"))
    [one] = run_in_process(tmp_path, Broker(), Doomed(lambda: spark)).partitions
    assert one.error == "a Spark task failed, nothing was committed: ConnectionResetError: the disk is full"
    assert log(tmp_path).head() is None
    assert not (tmp_path / "out").exists()


class Crashing(SparkEngine):
    """The worker that comes to `bad.json` dies, or every one of the second stage, as native code makes it."""

    def __init__(self, spark: SparkSession, stage: str) -> None:
        super().__init__(lambda: spark)
        self._stage = stage

    def run(self, shares: Sequence[Any], read: Any, write: Any, numbers: int) -> list[Any]:
        """The stages, in one of which processes die."""
        stage = self._stage

        def read_or_die(share: Any) -> Iterator[Any]:
            if stage == "read" and any(file.path.endswith("bad.json") for file in share.landing):
                os.abort()
            yield from read(share)

        def write_or_die(number: int, parcels: Iterable[Any], attempt: str) -> Any:
            if stage == "write":
                os.abort()
            return write(number, parcels, attempt)

        return super().run(shares, read_or_die, write_or_die, numbers)


@pytest.mark.parametrize("stage", ["read", "write"])
def test_when_a_worker_dies_the_file_is_named_that_ended_it(
    stage: str, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        land(tmp_path, f"{n}.json", records(f"cb-{n}"))
    land(tmp_path, "bad.json", records("bad"))
    monkeypatch.setattr(post_mortem.explain, "__defaults__", (dying(),))
    [failed] = run_in_process(tmp_path, Broker(), Crashing(spark, stage)).partitions
    assert failed.error
    if stage == "read":
        assert failed.error.startswith("landing file '2025/11/20/bad.json' (")
        assert failed.error.endswith("quarantine it with --skip-file '2025/11/20/bad.json'")
    else:
        assert "Python worker exited unexpectedly" in failed.error
        assert failed.error.endswith("memory was probably short: use workers with more memory")
    assert log(tmp_path).head() is None
