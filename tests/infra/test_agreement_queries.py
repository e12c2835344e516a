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
