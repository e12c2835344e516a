"""Many partitions in one run: a range of days, worked on in parallel, each committed and failing on its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job, parallel
from chargebacks.consolidation.report import RunReport
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import ConsolidationError, PublishError, SettingsError, StorageError
from chargebacks.schedule import parse_dates
from tests.unit.consolidation.builders import land, newer, records, settings
from tests.unit.consolidation.running import Broker, exact, log, run, view

RANGE = "2025-11-03..2025-11-08"


def days(report: RunReport) -> list[int]:
    """The days of November that a run consolidated."""
    return [one.day.day for one in report.partitions]


def land_on(root: Path, *november: int) -> None:
    """A landing file on each of those days, its one chargeback named by the day."""
    for day in november:
        land(root, f"2025/11/{day:02d}/a.json", records(f"cb-{day}"))


def backfill(root: Path, publisher: Broker | None = None, at: str = "06:30", **given: str) -> RunReport:
    return run(root, publisher, None, at, **{"partition_date": RANGE} | given)


# --- which days ------------------------------------------------------------------------------------------------


def test_a_range_is_inclusive_and_takes_the_days_that_hold_landing_files_or_have_a_log(
    tmp_path: Path,
) -> None:
    land_on(tmp_path, 2, 3, 5, 8, 9)
    land(tmp_path, "2025/11/06/_SUCCESS", b"")
    once = land(tmp_path, "2025/11/04/a.json", records("a"))
    run(tmp_path, None, None, partition_date="2025-11-04", execution_time="2025-11-04T06:30:00")
    once.unlink()
    report = backfill(tmp_path)
    report.raise_failures()
    assert days(report) == [3, 4, 5, 8]
    assert {one.entry and one.entry.commit for one in report.partitions} == {1, 2}
    assert [day.day for day in report.empty] == [6, 7]
    assert "2025-11-06: neither landing files nor a log: nothing to consolidate" in list(report.lines())
    assert set(view(tmp_path, "2025-11-05")) == {"cb-5"}


def test_before_a_range_no_day_is_looked_at_unless_asked_for(tmp_path: Path) -> None:
    land_on(tmp_path, 1, 2, 3, 4)
    assert (days(backfill(tmp_path)), backfill(tmp_path, at="07:30").left) == ([3, 4], {})
    asked = backfill(tmp_path, at="12:30", lookback_days="1")
    assert (days(asked), asked.left) == ([2, 3, 4], {date(2025, 11, 1): 1})


def test_a_range_of_one_day_is_that_day(tmp_path: Path) -> None:
    land_on(tmp_path, 2)
    assert days(backfill(tmp_path, partition_date="2025-11-03..2025-11-03")) == [3]


def test_each_day_of_a_range_has_its_own_entry_and_summary_and_the_oldest_is_told_first(
    tmp_path: Path,
) -> None:
    land_on(tmp_path, 8, 3, 5)
    broker = Broker()
    backfill(tmp_path, broker, parallel_partitions="3").raise_failures()
    summaries = [one["partition_date"] for one in broker.events if "slice" not in one]
    assert summaries == ["2025-11-03", "2025-11-05", "2025-11-08"]
    assert broker.announced == ["cb-3", "cb-5", "cb-8"]


def test_the_same_backfill_again_does_only_what_is_unfinished(tmp_path: Path) -> None:
    land_on(tmp_path, 3, 4)
    backfill(tmp_path).raise_failures()
    land_on(tmp_path, 5)
    broker = Broker()
    again = backfill(tmp_path, broker)
    assert [one.status for one in again.partitions] == [
        "already committed",
        "already committed",
        "consolidated",
    ]
    assert broker.announced == ["cb-3", "cb-4", "cb-5"]


def test_full_recomputes_every_day_of_a_range(tmp_path: Path) -> None:
    land_on(tmp_path, 3, 4)
    backfill(tmp_path).raise_failures()
    land_on(tmp_path, 2)
    report = backfill(tmp_path, at="12:30", full="true", lookback_days="1")
    assert [(one.day.day, one.entry and one.entry.full) for one in report.partitions] == [
        (2, False),
        (3, True),
        (4, True),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2025-11-20..2025-11-01", "ends before it begins: give the earlier day first"),
        ("2025-01-01..2026-01-02", "spans 367 days: give at most 366 at a time"),
        ("2025-11-01..", "is no range: give both ends, like 2025-11-01..2025-11-20"),
        ("..2025-11-01", "is no range: give both ends, like 2025-11-01..2025-11-20"),
        ("..", "is no range: give both ends, like 2025-11-01..2025-11-20"),
    ],
)
def test_a_wrong_range_is_explained(text: str, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_dates(text)
    assert str(refused.value) == f"partition_date {text!r} {told}"


@pytest.mark.parametrize("text", ["2025-11-01..2025-11-31", "2025-11-01..11-20", "2025-11-01...2025-11-20"])
def test_a_range_of_what_are_no_dates_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="is no date: give YYYY-MM-DD, like 2025-11-20"):
        parse_dates(text)


def test_a_leap_year_fits_into_a_range() -> None:
    assert parse_dates("2024-01-01..2024-12-31") == (date(2024, 1, 1), date(2024, 12, 31))


# --- in parallel -----------------------------------------------------------------------------------------------


class Meeting(InProcessEngine):
    """An engine in which that many partitions must meet before any goes on."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties, timeout=20)

    def run(self, *arguments: Any) -> list[Any]:
        """The stages, once all are there."""
        self._barrier.wait()
        return super().run(*arguments)


def test_as_many_partitions_as_told_are_worked_on_at_once(tmp_path: Path) -> None:
    land_on(tmp_path, 3, 4, 5, 6, 7, 8)
    report = run(tmp_path, None, Meeting(3), partition_date=RANGE, parallel_partitions="3")
    report.raise_failures()
    assert len(report.partitions) == 6


def test_never_more_partitions_than_told_are_worked_on_at_once(tmp_path: Path) -> None:
    class Watched(InProcessEngine):
        at_work, most, lock = 0, 0, threading.Lock()

        def run(self, *arguments: Any) -> list[Any]:
            with self.lock:
                self.at_work += 1
                self.most = max(self.most, self.at_work)
            try:
                return super().run(*arguments)
            finally:
                with self.lock:
                    self.at_work -= 1

    land_on(tmp_path, 3, 4, 5, 6, 7, 8)
    watched = Watched()
    run(tmp_path, None, watched, partition_date=RANGE, parallel_partitions="2").raise_failures()
    assert watched.most <= 2


def test_partitions_worked_on_in_parallel_end_as_one_after_the_other(tmp_path: Path) -> None:
    ways = {"1": tmp_path / "one", "4": tmp_path / "four"}
    for at_once, root in ways.items():
        for day in range(3, 9):
            land(root, f"2025/11/{day:02d}/a.json", records(*(f"cb-{n}" for n in range(day * 3))))
        backfill(root, parallel_partitions=at_once).raise_failures()
        land(root, "2025/11/05/b.json", [*newer("cb-1"), *records("new")])
        backfill(root, at="12:30", parallel_partitions=at_once).raise_failures()
    for day in range(3, 9):
        one, four = (exact(root, f"2025-11-{day:02d}") for root in ways.values())
        assert one == four == view(ways["4"], f"2025-11-{day:02d}")


def test_an_interrupt_begins_no_more_partitions() -> None:
    begun: list[int] = []
    told = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number:  # the other threads are busy until the first one's interrupt has been heard
            told.wait(60)
        raise KeyboardInterrupt

    try:
        with pytest.raises(KeyboardInterrupt):
            parallel.each(work, range(1000), 2)
        assert len(begun) <= 3
    finally:
        told.set()


# --- failures --------------------------------------------------------------------------------------------------


@contextmanager
def failing(name: str, when: Callable[[str], bool], error: Exception) -> Iterator[None]:
    """A method of every store that fails for the paths told."""
    real = getattr(Store, name)

    def method(self: Store, path: str, *rest: Any) -> Any:
        if when(path):
            raise error
        return real(self, path, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, name, method)
        yield


ERRORS = [
    (StorageError("read of x failed: 503"), "read of x failed: 503"),
    (ZeroDivisionError("division by zero\nand more"), "ZeroDivisionError: division by zero"),
]


@pytest.mark.parametrize(("error", "told"), ERRORS)
@pytest.mark.parametrize("at_once", ["1", "4"])
def test_a_partition_that_fails_for_whatever_reason_does_not_stop_the_others(
    tmp_path: Path, at_once: str, error: Exception, told: str
) -> None:
    land_on(tmp_path, 3, 4, 5)
    broker = Broker()
    with failing("get_version", lambda path: "/04/" in path, error):
        report = backfill(tmp_path, broker, parallel_partitions=at_once)
    assert [one.status for one in report.partitions] == ["consolidated", "failed", "consolidated"]
    assert [one.published for one in report.partitions] == [True, False, True]
    assert broker.announced == ["cb-3", "cb-5"]
    assert f"2025-11-04: failed: partition 2025-11-04: {told}" in list(report.lines())
    assert list(report.lines())[-1].startswith("METRICS: partitions=2, partitions_failed=1, records_read=2, ")
    with pytest.raises(ConsolidationError) as failed:
        report.raise_failures()
    assert str(failed.value) == f"partition 2025-11-04: {told}"
    assert log(tmp_path, "2025-11-04").head() is None
    assert not list((tmp_path / "_state/out/pending").rglob("*.json"))


def test_how_many_more_partitions_failed_is_told(tmp_path: Path) -> None:
    land_on(tmp_path, 3, 4, 5)
    with failing("get_version", lambda path: "/04/" not in path, StorageError("down")):
        report = backfill(tmp_path)
    with pytest.raises(
        ConsolidationError, match=r"^partition 2025-11-03: down \(and 1 more partitions failed\)$"
    ):
        report.raise_failures()


def test_a_day_that_cannot_be_listed_is_reported_as_failed_and_the_others_are_consolidated(
    tmp_path: Path,
) -> None:
    land_on(tmp_path, 3, 4, 5)
    with failing("walk", lambda path: path.startswith("2025/11/04"), StorageError("list failed: 403")):
        report = backfill(tmp_path)
    assert [(one.day.day, one.error) for one in report.partitions] == [
        (3, None),
        (4, "list failed: 403"),
        (5, None),
    ]


def test_a_lookback_day_that_cannot_be_listed_does_not_stop_the_target(tmp_path: Path) -> None:
    land_on(tmp_path, 3, 4)
    with failing("walk", lambda path: path.startswith("2025/11/03"), StorageError("list failed: 403")):
        report = run(tmp_path, partition_date="2025-11-04")
    assert [one.status for one in report.partitions] == ["failed", "consolidated"]


def test_a_partition_that_is_committed_but_not_in_view_is_told_so_and_announced_by_the_run_that_finishes_it(
    tmp_path: Path,
) -> None:
    land_on(tmp_path, 3, 4, 5)
    broker = Broker()
    with failing("copy_to", lambda path: "2025-11-04" in path, StorageError("copy failed: 503")):
        report = backfill(tmp_path, broker)
    assert [one.status for one in report.partitions] == ["consolidated", "unfinished", "consolidated"]
    assert broker.announced == ["cb-3", "cb-5"]
    assert report.unpublished == {date(2025, 11, 4): 1}
    with pytest.raises(ConsolidationError) as failed:
        report.raise_failures()
    assert str(failed.value) == (
        "partition 2025-11-04: copy failed: 503: entry 1 is committed; the next run, or chargebacks recover, "
        "does the rest"
    )
    again = run(tmp_path, broker, partition_date="2025-11-20")
    again.raise_failures()
    assert (broker.announced, set(view(tmp_path, "2025-11-04"))) == (["cb-3", "cb-5", "cb-4"], {"cb-4"})


def test_a_partition_whose_messages_cannot_be_read_does_not_keep_the_others_from_being_announced(
    tmp_path: Path,
) -> None:
    land_on(tmp_path, 3, 4, 5)
    broker = Broker()
    with failing("get", lambda path: "2025-11-04" in path and "/announced/" in path, StorageError("503")):
        report = backfill(tmp_path, broker)
    assert broker.announced == ["cb-3", "cb-5"]
    assert [one.published for one in report.partitions] == [True, False, True]
    with pytest.raises(PublishError, match=r"^partition 2025-11-04: 503$"):
        report.raise_failures()
    backfill(tmp_path, broker).raise_failures()
    assert broker.announced == ["cb-3", "cb-5", "cb-4"]


def test_an_older_debt_is_paid_although_its_partition_fails_in_this_run(tmp_path: Path) -> None:
    land_on(tmp_path, 3)
    backfill(tmp_path).raise_failures()
    land(tmp_path, "2025/11/03/bad.json", b"broken\n" * 11)
    broker = Broker()
    report = backfill(tmp_path, broker, at="12:30")
    assert [one.status for one in report.partitions] == ["failed"]
    assert (broker.announced, report.unpublished) == (["cb-3"], {})


def test_earlier_work_that_cannot_be_finished_stops_no_other_partition_and_is_told_each_time(
    tmp_path: Path,
) -> None:
    land_on(tmp_path, 3, 20)
    backfill(tmp_path).raise_failures()
    head = log(tmp_path, "2025-11-03").head()
    assert head
    (tmp_path / "_state/out" / head.files[0].path).unlink()
    (tmp_path / "out/year=2025/month=11/day=03" / head.files[0].view_name).unlink()
    broker = Broker()
    report = run(tmp_path, broker, partition_date="2025-11-20")
    assert [(one.day.day, one.status) for one in report.partitions] == [(3, "failed"), (20, "consolidated")]
    assert broker.announced == ["cb-20"]
    with pytest.raises(ConsolidationError, match=r"^partition 2025-11-03: .*part-00000"):
        report.raise_failures()
    told = job.recover(settings(tmp_path), broker)
    assert [(one.day.day, one.status) for one in told.partitions] == [(3, "failed")]


# --- two runs at once ------------------------------------------------------------------------------------------


def test_a_backfill_and_a_scheduled_run_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    land_on(tmp_path, 3, 4, 5)

    class Disturbed(InProcessEngine):
        done = False

        def run(self, *arguments: Any) -> list[Any]:
            results = super().run(*arguments)
            if not self.done:
                self.done = True
                land(tmp_path, "2025/11/03/late.json", records("late"))
                run(tmp_path, None, None, "12:30", partition_date="2025-11-03").raise_failures()
            return results

    broker = Broker()
    run(tmp_path, broker, Disturbed(), partition_date=RANGE).raise_failures()
    assert set(view(tmp_path, "2025-11-03")) == {"cb-3", "late"}
    assert sorted(broker.announced) == ["cb-3", "cb-4", "cb-5", "late"]
    assert [entry.counts.records_read for entry in log(tmp_path, "2025-11-03").entries()] == [2, 2]
