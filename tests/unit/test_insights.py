"""The users' saved queries on hand-written log lines, with sums done by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from tests.fixtures.insights import run
from tests.fixtures.terraform import TREE
from tests.unit.consolidation.builders import NOW, json_lines, land, settings

QUERIES = TREE / "modules/insights/queries"
SAMPLES = Path(__file__).parents[1] / "samples"
PROCESSING = (SAMPLES / "insights_processing_summary.txt").read_text()
ERRORS = (SAMPLES / "insights_error_analysis.txt").read_text()
SIX = datetime(2025, 11, 20, 6, 0, tzinfo=UTC)
SEVEN = SIX + timedelta(hours=1)

LOG = [
    (SIX, "START RequestId: 8f507cfc-example Version: $LATEST"),
    (SIX, "METRICS: messages_processed=3, messages_failed=0, chargebacks_updated=1250"),
    (SIX, '{"level": "INFO", "message": "message processed", "applied": 1250}'),
    (
        SIX + timedelta(minutes=59),
        "METRICS: messages_processed=99, messages_failed=1, chargebacks_updated=4000",
    ),
    (SIX + timedelta(minutes=59), '{"level": "ERROR", "message": "message dead-lettered: no JSON"}'),
    (SEVEN, "METRICS: messages_processed=1, messages_failed=0, chargebacks_updated=7"),
    (SEVEN, "METRICS: the day is quiet"),
    (SEVEN, '{"_aws": {"CloudWatchMetrics": []}, "MessagesProcessed": [1.0]}'),
    (SEVEN, '{"level": "ERROR", "message": "message reported as failed"}'),
    (SEVEN, "[ERROR] Runtime.ImportModuleError: no module"),
    (SEVEN, '{"level": "WARNING", "message": "message comes again: an error in lower case"}'),
]


def test_the_processing_query_sums_each_hour() -> None:
    assert run(PROCESSING, LOG) == [
        {"bin": SIX, "total_processed": 102, "total_failed": 1, "total_updated": 5250},
        {"bin": SEVEN, "total_processed": 1, "total_failed": 0, "total_updated": 7},
    ]


def test_the_error_query_counts_each_hour() -> None:
    assert run(ERRORS, LOG) == [{"bin": SIX, "count()": 1}, {"bin": SEVEN, "count()": 2}]


def test_a_line_that_does_not_parse_still_makes_its_hour() -> None:
    [row] = run(PROCESSING, [(SIX, "METRICS: none today")])
    assert row == {"bin": SIX, "total_processed": None, "total_failed": None, "total_updated": None}


@pytest.mark.parametrize("tail", ["}", " chargebacks", '"', ", chargebacks_stale=2", "."])
def test_anything_after_the_last_number_breaks_the_sum(tail: str) -> None:
    line = f"METRICS: messages_processed=3, messages_failed=0, chargebacks_updated=1250{tail}"
    [row] = run(PROCESSING, [(SIX, line)])
    assert (row["total_processed"], row["total_updated"]) == (3, None)


def test_a_line_wrapped_in_json_loses_its_last_number() -> None:
    line = '{"message": "METRICS: messages_processed=3, messages_failed=0, chargebacks_updated=12"}'
    [row] = run(PROCESSING, [(SIX, line)])
    assert row["total_updated"] is None


def test_a_middle_star_takes_as_little_as_it_can_and_the_last_takes_all() -> None:
    [row] = run('parse @message "a=*, b=*" as a, b', [(SIX, "x a=1, b=2, b=3\n")])
    assert (row["a"], row["b"]) == ("1", "2, b=3\n")


def test_as_many_aliases_as_stars_are_demanded() -> None:
    with pytest.raises(ValueError, match="2 stars and 1 aliases"):
        run('parse @message "a=*, b=*" as a', [])


def test_the_jobs_line_of_files_changes_no_answer_of_a_saved_query(tmp_path: Path) -> None:
    """Neither of the queries that the infrastructure saves, nor of those that users have."""
    land(tmp_path, "a.json", json_lines({"chargeback_id": "a"}, {"chargeback_id": "a"}, {"x": "1"}))
    land(tmp_path, "b.parquet", b"PAR1 broken")
    lines = list(job.run(settings(tmp_path), InProcessEngine(), None, lambda: NOW).lines())
    without = [line for line in lines if "files_unreadable=" not in line]
    assert len(without) == len(lines) - 1
    for query in [*QUERIES.rglob("*.txt"), *SAMPLES.glob("insights_*.txt")]:
        with_it, before = (
            run(query.read_text(), [(SIX, line) for line in some]) for some in (lines, without)
        )
        assert with_it == before, query.name
    [summary] = run((QUERIES / "job/Run summary.txt").read_text(), [(SIX, line) for line in lines])
    assert (summary["partitions_consolidated"], summary["chargebacks_in_output"]) == (1, 1)
