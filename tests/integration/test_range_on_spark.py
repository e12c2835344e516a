"""A range of days on one Spark session: worked on in parallel, equal to one after the other without Spark."""

import threading
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import SparkEngine
from tests.unit.consolidation.builders import NOW, json_lines, land, newer, records, settings
from tests.unit.consolidation.running import Broker, exact, log, run, view

RANGE = {"partition_date": "2025-11-03..2025-11-06"}
DAYS = [f"2025-11-{day:02d}" for day in range(3, 7)]


class Meeting(SparkEngine):
    """Two partitions must meet before either's stages go on."""

    def __init__(self, spark: SparkSession) -> None:
        self.starts = 0
        self._spark = spark
        self._barrier = threading.Barrier(2, timeout=60)
        super().__init__(self._started)

    def _started(self) -> SparkSession:
        self.starts += 1
        return self._spark

    def run(self, *arguments: Any) -> list[Any]:
        """The stages of two partitions at once."""
        self._barrier.wait()
        return super().run(*arguments)


def land_days(root: Path) -> None:
    for number, day in enumerate(DAYS):
        rows = [*records(*(f"cb-{n}" for n in range(20 + number))), *newer(f"cb-{number}")]
        bad = b"broken\n" * (11 if number == 2 else 1)
        land(root, f"{day.replace('-', '/')}/a.json", json_lines(*rows) + bad)


def test_days_worked_on_at_once_end_as_one_after_the_other_and_one_that_fails_stops_no_other(
    spark: SparkSession, tmp_path: Path
) -> None:
    roots, brokers, engine = (tmp_path / "spark", tmp_path / "process"), (Broker(), Broker()), Meeting(spark)
    for root in roots:
        land_days(root)
    given = settings(roots[0], **RANGE, parallel_partitions="2")
    together = job.run(given, engine, brokers[0], lambda: NOW)
    alone = run(roots[1], brokers[1], None, **RANGE)
    statuses = [[one.status for one in report.partitions] for report in (together, alone)]
    assert statuses == [["consolidated", "consolidated", "failed", "consolidated"]] * 2
    assert engine.starts == 1
    for day in (DAYS[0], DAYS[1], DAYS[3]):
        assert exact(roots[0], day) == exact(roots[1], day) == view(roots[0], day)
        entries = [log(root, day).head() for root in roots]
        assert entries[0]
        assert entries[1]
        assert entries[0].counts == entries[1].counts
    assert log(roots[0], DAYS[2]).head() is None
    assert sorted(brokers[0].announced) == sorted(brokers[1].announced)
