"""Saved queries parse what the code prints: run on lines of real invocations and runs, with sums done by hand."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from tests.fixtures.insights import Row
from tests.fixtures.insights import run as ask
from tests.fixtures.msk import Handler, Queue, of, put, slice_of
from tests.fixtures.terraform import TREE
from tests.unit.consolidation.builders import NOW, json_lines, land, settings
from tests.unit.consolidation.running import Broker

pytest_plugins = ["tests.fixtures.updater"]

QUERIES = TREE / "modules/insights/queries"
SAMPLES = Path(__file__).parents[1] / "samples"
AT = datetime(2025, 11, 20, 6, 45, tzinfo=UTC)
HOUR, DAY = AT.replace(minute=0), AT.replace(hour=0, minute=0)


def answer(query: str, lines: list[str]) -> list[Row]:
    return ask((QUERIES / f"{query}.txt").read_text(), [(AT, line) for line in lines])


@pytest.fixture
def updater_lines(
    queue: Queue, handler: Handler, table: Any, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """Two invocations: three chargebacks with an item, one without, a message that nobody understands."""
    put(table, dict.fromkeys(("a", "b", "c"), "2025-11-20T10:00:00Z"))
    handler(of(slice_of("a", "b", "gone"), b"poison"))
    handler(of(slice_of("c")))
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def job_lines(tmp_path: Path) -> list[str]:
    """Two runs: one that keeps two chargebacks of four records, one whose partition fails."""
    land(tmp_path, "1.json", json_lines(*[{"chargeback_id": name} for name in "aab"], {"x": "1"}))
    good = settings(tmp_path)
    land(tmp_path / "bad", "2.json", json_lines(*[{"x": "1"}] * 20))
    bad = settings(tmp_path / "bad")
    reports = [job.run(one, InProcessEngine(), Broker(), lambda: NOW) for one in (good, bad)]
    return [line for report in reports for line in report.lines()]


@pytest.mark.parametrize(
    ("saved", "sample"),
    [
        ("updater/Processing summary", "insights_processing_summary"),
        ("updater/Error analysis", "insights_error_analysis"),
    ],
)
def test_users_queries_are_saved_word_for_word(saved: str, sample: str) -> None:
    assert (QUERIES / f"{saved}.txt").read_bytes() == (SAMPLES / f"{sample}.txt").read_bytes()


def test_users_queries_add_up_what_the_updater_printed(updater_lines: list[str]) -> None:
    (row,) = answer("updater/Processing summary", updater_lines)
    assert row == {"bin": HOUR, "total_processed": 2, "total_failed": 1, "total_updated": 3}
    assert answer("updater/Error analysis", updater_lines) == [{"bin": HOUR, "count()": 1}]


def test_chargebacks_without_an_item_are_added_up(updater_lines: list[str]) -> None:
    assert answer("updater/Chargebacks without an item", updater_lines) == [
        {"bin": HOUR, "messages": 1, "chargebacks_missing": 1}
    ]


@pytest.fixture
def reports() -> list[str]:
    """A hundred invocations of 1 to 100 ms, three of them cold starts of 250, 300 and 900 ms.

    Lambda writes these lines, in this form ("View logs for Python Lambda functions", AWS Lambda Developer Guide).
    """
    cold = {3: "900.12", 50: "250.00", 99: "300.50"}
    return [
        f"REPORT RequestId: 8f507cfc-{n:04d}-4697-b07a-ac58fc914c95\tDuration: {n}.00 ms\t"
        f"Billed Duration: {n + 1} ms\tMemory Size: 256 MB\tMax Memory Used: 90 MB\t"
        + (f"Init Duration: {cold[n]} ms\t" if n in cold else "")
        for n in range(100, 0, -1)
    ]


def test_cold_starts_are_counted_with_their_time(updater_lines: list[str], reports: list[str]) -> None:
    assert answer("updater/Cold starts", updater_lines + reports) == [
        {
            "bin": HOUR,
            "invocations": 100,
            "cold_starts": 3,
            "median_init_ms": 300.5,
            "longest_init_ms": 900.12,
        }
    ]


def test_an_hour_without_cold_starts_has_none(reports: list[str]) -> None:
    (row,) = answer("updater/Cold starts", [line for line in reports if "Init Duration" not in line])
    assert (row["invocations"], row["cold_starts"], row["median_init_ms"]) == (97, 0, None)


def test_latency_is_the_duration_and_neither_the_billed_one_nor_the_start(
    updater_lines: list[str], reports: list[str]
) -> None:
    assert answer("updater/Latency", updater_lines + reports) == [
        {"bin": HOUR, "invocations": 100, "p50_ms": 50, "p95_ms": 95, "p99_ms": 99, "longest_ms": 100}
    ]


def test_the_jobs_runs_are_added_up(job_lines: list[str]) -> None:
    assert answer("job/Run summary", job_lines) == [
        {
            "bin": DAY,
            "partitions_consolidated": 1,
            "partitions_failed": 1,
            "chargebacks_in_output": 2,
            "records_rejected": 1,
            "entries_unpublished": 0,
        }
    ]


def test_failed_partitions_are_counted(job_lines: list[str]) -> None:
    assert answer("job/Failed partitions", job_lines) == [{"bin": DAY, "failures": 1}]


def test_every_saved_query_is_asked_here() -> None:
    saved = {str(path.relative_to(QUERIES).with_suffix("")) for path in QUERIES.rglob("*.txt")}
    text = Path(__file__).read_text()
    assert [query for query in saved if f'"{query}"' not in text] == []
