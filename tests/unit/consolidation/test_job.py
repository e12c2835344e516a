"""A run of the job: which days it takes, what it publishes, what it leaves alone, what it tells."""

import json
from datetime import date
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import ConsolidationError, PublishError, StorageError
from tests.unit.consolidation.builders import DAY, land, newer, records, settings
from tests.unit.consolidation.running import Broker, log, run, run_day, snapshot, view

YESTERDAY = "2025-11-19"


def days(root: Path, publisher: Broker | None = None, at: str = "06:30", **given: str) -> list[str]:
    """The partitions that a run consolidated."""
    report = run(root, publisher, None, at, **given)
    report.raise_failures()
    return [one.day.isoformat() for one in report.partitions]


# --- which days ------------------------------------------------------------------------------------------------


def test_a_late_file_for_yesterday_is_consolidated_before_the_target(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    land(tmp_path, "2025/11/19/late.json", records("late"))
    broker = Broker()
    assert days(tmp_path, broker) == [YESTERDAY, DAY]
    assert set(view(tmp_path, YESTERDAY)) == {"late"}
    assert [(one["partition_date"], one["execution_sequence"]) for one in broker.events] == [
        *[(YESTERDAY, 2)] * 2,
        *[(DAY, 2)] * 2,
    ]


def test_yesterday_gets_an_entry_only_when_it_has_uncovered_files(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/19/late.json", records("late"))
    land(tmp_path, "2025/11/19/_SUCCESS", b"")
    assert days(tmp_path) == [YESTERDAY, DAY]
    assert days(tmp_path, at="12:30") == [DAY]
    land(tmp_path, "2025/11/19/later.json", records("later"))
    assert days(tmp_path, at="18:30") == [YESTERDAY, DAY]
    assert set(view(tmp_path, YESTERDAY)) == {"late", "later"}


def test_the_lookback_says_how_far_late_files_are_taken(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/18/a.json", records("a"))
    assert days(tmp_path) == [DAY]
    assert days(tmp_path, at="12:30", lookback_days="2") == ["2025-11-18", DAY]


def test_files_out_of_reach_are_reported_and_left(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/10/a.json", records("a"))
    land(tmp_path, "2025/11/10/_SUCCESS", b"")
    report = run(tmp_path)
    assert report.left == {date(2025, 11, 10): 1}
    told = (
        "2025-11-10: 1 landing files are not covered and out of reach: run with --partition-date 2025-11-10"
    )
    assert told in list(report.lines())


def test_a_marker_beside_covered_files_is_no_uncovered_file(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/10/a.json", records("a"))
    land(tmp_path, "2025/11/10/_SUCCESS", b"")
    run_day(tmp_path, partition_date="2025-11-10", execution_time="2025-11-11T00:30:00")
    assert run(tmp_path).left == {}


def test_an_outage_of_days_heals_by_itself(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/10/a.json", records("a"))
    run_day(tmp_path, partition_date="2025-11-10", execution_time="2025-11-10T23:30:00")
    for day in ("2025/11/10/late.json", "2025/11/12/b.json", "2025/11/09/before.json"):
        land(tmp_path, day, records("b"))
    report = run(tmp_path)
    assert [one.day.isoformat() for one in report.partitions] == ["2025-11-10", "2025-11-12", DAY]
    assert report.left == {date(2025, 11, 9): 1}
    land(tmp_path, "2025/11/12/late.json", records("c"))
    assert run(tmp_path, at="12:30").left == {date(2025, 11, 9): 1, date(2025, 11, 12): 1}


def test_files_out_of_reach_are_told_by_what_is_covered_not_by_their_number(tmp_path: Path) -> None:
    old = land(tmp_path, "2025/11/10/a.json", records("a"))
    land(tmp_path, "2025/11/10/b.json", records("b"))
    run_day(tmp_path, partition_date="2025-11-10", execution_time="2025-11-11T00:30:00")
    land(tmp_path, "2025/11/10/b.json", newer("b"))
    run_day(tmp_path, partition_date="2025-11-10", execution_time="2025-11-11T06:30:00")
    old.unlink()
    assert run(tmp_path).left == {}
    land(tmp_path, "2025/11/10/new.json", records("c"))
    assert run(tmp_path, at="12:30").left == {date(2025, 11, 10): 1}


def test_a_partition_that_fails_does_not_stop_the_others_and_fails_the_run(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/19/bad.json", b"broken\n" * 11)
    land(tmp_path, "a.json", records("a"))
    broker = Broker()
    report = run(tmp_path, broker)
    assert [(one.status, one.published) for one in report.partitions] == [
        ("failed", False),
        ("consolidated", True),
    ]
    assert {one["partition_date"] for one in broker.events} == {DAY}
    with pytest.raises(ConsolidationError, match="partition 2025-11-19: 11 of 11 records rejected"):
        report.raise_failures()


# --- publishing ------------------------------------------------------------------------------------------------


def test_without_a_broker_the_consolidation_is_committed_and_the_debt_told(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    report = run(tmp_path)
    assert report.unpublished == {date(2025, 11, 20): 1}
    assert [one["published"] for one in report.to_json()] == [False]
    assert set(view(tmp_path)) == {"a"}


def test_the_next_run_with_a_broker_publishes_what_was_left_oldest_first(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    run_day(tmp_path)
    land(tmp_path, "b.json", newer("b"))
    run_day(tmp_path, at="12:30")
    broker = Broker()
    report = run(tmp_path, broker, at="18:30")
    assert report.unpublished == {}
    summaries = [event["commit"] for event in broker.events if "slice" not in event]
    assert (summaries, broker.announced) == ([1, 2, 3], ["a", "b"])
    sent = len(broker.sent)
    run(tmp_path, broker, at="18:30")
    assert len(broker.sent) == sent


def test_a_run_for_another_day_publishes_what_was_left_whatever_its_date(tmp_path: Path) -> None:
    land(tmp_path, "2025/10/01/a.json", records("a"))
    run_day(tmp_path, partition_date="2025-10-01", execution_time="2025-10-01T06:30:00")
    broker = Broker()
    assert run(tmp_path, broker).unpublished == {}
    assert broker.announced == ["a"]


def test_recovering_publishes_what_is_owed_and_consolidates_nothing(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    run_day(tmp_path)
    land(tmp_path, "b.json", records("b"))
    broker = Broker()
    assert job.recover(settings(tmp_path), broker).unpublished == {}
    assert broker.announced == ["a"]
    assert len(log(tmp_path).entries()) == 1


@pytest.mark.parametrize("capacity", range(5))
def test_a_broker_that_goes_down_leaves_the_commit_and_the_debt(tmp_path: Path, capacity: int) -> None:
    land(tmp_path, "a.json", records(*(f"cb-{n:04d}" for n in range(1001))))  # three slices and a summary
    down = Broker(capacity=capacity)
    report = run(tmp_path, down)
    assert len(view(tmp_path)) == 1001
    if capacity == 4:
        report.raise_failures()
        return
    assert report.unpublished == {date(2025, 11, 20): 1}
    with pytest.raises(PublishError, match="down"):
        report.raise_failures()
    down.capacity = None
    run(tmp_path, down).raise_failures()
    assert sorted(one for event in down.distinct().values() for one in event.get("chargeback_ids", [])) == [
        f"cb-{n:04d}" for n in range(1001)
    ]
    assert len(down.distinct()) == 4


# --- dry run ---------------------------------------------------------------------------------------------------


def test_a_dry_run_counts_and_writes_and_sends_nothing_at_all(tmp_path: Path) -> None:
    land(tmp_path, "a.json", [*records("a", "b"), *newer("a")])
    land(tmp_path, "2025/11/19/late.json", records("late"))
    before, broker = snapshot(tmp_path), Broker()
    report = run(tmp_path, broker, dry_run="true")
    assert [(one.status, one.entry and one.entry.counts.records_read) for one in report.partitions] == [
        ("dry run", 1),
        ("dry run", 3),
    ]
    assert snapshot(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["landing"]
    assert broker.sent == []


def test_a_dry_run_on_top_of_a_log_leaves_everything_as_it_is_debts_too(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    run_day(tmp_path)
    land(tmp_path, "b.json", [*records("b"), *newer("a")])
    before, broker = snapshot(tmp_path), Broker()
    [one] = run(tmp_path, broker, at="12:30", dry_run="true", output_format="csv").partitions
    assert one.entry
    assert (
        one.entry.counts.records_read,
        one.entry.counts.records_processed,
        one.entry.announcement.ids,
    ) == (3, 2, 2)
    assert (snapshot(tmp_path), broker.sent) == (before, [])


# --- what a run tells ------------------------------------------------------------------------------------------


def test_the_report_has_the_summary_messages_fields_and_is_json(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    broker = Broker()
    [told] = json.loads(json.dumps(run(tmp_path, broker).to_json()))
    assert broker.events[-1].items() <= told.items()
    assert (told["status"], told["published"], told["chargebacks_announced"]) == ("consolidated", True, 1)


def test_the_last_line_is_the_metrics_line_and_ends_with_a_number(tmp_path: Path) -> None:
    land(tmp_path, "a.json", [*records("a", "b"), *newer("a")])
    *_, last = run(tmp_path).lines()
    assert last == (
        "METRICS: partitions=1, partitions_failed=0, records_read=3, records_processed=2, duplicates_removed=1, "
        "records_rejected=0, entries_unpublished=1"
    )


def test_unreadable_files_have_a_metrics_line_of_their_own_before_the_last(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    land(tmp_path, "b.parquet", b"PAR1 broken")
    *_, line, _ = run(tmp_path).lines()
    assert line == "METRICS: files_new=2, files_missed=0, files_unreadable=1, bytes_unreadable=11"


def test_no_report_names_a_customer(tmp_path: Path) -> None:
    line = b'{"chargeback_id": " ", "metadata": {"customer_email": "jane@example.com"}}\n'
    land(tmp_path, "a.json", line + b'{"metadata": "jane@example.com"}\n' + line * 9)
    report = run(tmp_path)
    assert report.partitions[0].error
    assert "jane@" not in "".join(report.lines()) + json.dumps(report.to_json())


def test_a_run_needs_no_engine_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    class NoEngine(InProcessEngine):
        @property
        def tasks(self) -> int:  # type: ignore[override]
            raise AssertionError("asked for an engine")

    run(tmp_path, None, NoEngine()).raise_failures()


def test_all_that_is_written_lies_below_state_output_and_quarantine(tmp_path: Path) -> None:
    land(tmp_path, "a.json", [*records("a")])
    run(tmp_path, Broker())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["_state", "landing", "out"]
    assert Store(str(tmp_path / "_state/out")).folders("") == [
        "generations",
        "log",
        "pending",
        "symlink_manifest",
    ]


def test_a_store_that_fails_at_the_last_look_does_not_hide_what_was_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("list of the log failed: no route")

    monkeypatch.setattr(job, "owed", fail)
    land(tmp_path, "a.json", records("a"))
    report = run(tmp_path, Broker())
    assert [(one.status, one.published) for one in report.partitions] == [("consolidated", False)]
    with pytest.raises(PublishError, match="still owed cannot be told: list of the log failed"):
        report.raise_failures()
