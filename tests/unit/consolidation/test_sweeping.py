"""Sweeping and expiring, on a folder: superseded generations by every run, all the rest by the command."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chargebacks.adapters.store import Store
from chargebacks.adapters.stored import Stored
from chargebacks.cli import cli
from chargebacks.consolidation import job
from chargebacks.consolidation.commits.sweeping import sweep
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import StorageError
from chargebacks.schedule import parse_date
from tests.unit.consolidation.builders import DAY, json_lines, land, newer, records, settings
from tests.unit.consolidation.running import Broker, exact, log, run_day, snapshot, view

LATER = datetime(2100, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def executions(root: Path, broker: Broker | None) -> None:
    """Three: each with a reject; the second changes one chargeback, the third nothing."""
    land(root, "a.json", json_lines(*records(*"abcdef")) + b"broken\n")
    run_day(root, broker)
    land(root, "b.json", json_lines(*newer("a")) + b"broken\n")
    run_day(root, broker, at="12:30")
    run_day(root, broker, at="18:30")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    executions(tmp_path, Broker())
    return tmp_path


def state(root: Path) -> Store:
    return Store(str(root / "_state/out"))


def stored(root: Path, folder: str = "generations") -> set[str]:
    return {one.path for one in state(root).walk(folder)}


def swept(root: Path, window: timedelta = HOUR, now: datetime = LATER) -> set[str]:
    """What a sweep takes away."""
    before = stored(root)
    done = sweep(state(root), [parse_date(DAY)], now, window)
    assert done.problem is None
    gone = before - stored(root)
    assert done.objects == len(gone)
    return gone


def expire(root: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(cli, ["expire", "--output-path", str(root / "out"), *arguments])
    assert done.exit_code == 0, done.output
    return done


def test_a_sweep_takes_what_only_superseded_entries_name_and_readers_notice_nothing(root: Path) -> None:
    entries, seen = log(root).entries(), view(root)
    head = {file.path for file in entries[-1].files}
    assert swept(root) == {file.path for entry in entries for file in entry.files} - head
    assert exact(root) == seen == view(root)
    assert swept(root) == set()


def test_a_sweep_takes_nothing_before_its_time_nor_what_is_unpublished(tmp_path: Path) -> None:
    executions(tmp_path, None)
    assert swept(tmp_path) == set()
    run_day(tmp_path, Broker())
    assert swept(tmp_path, now=datetime.now(UTC)) == set()
    assert swept(tmp_path)


def test_the_next_run_and_a_repeated_one_go_on_from_what_was_left(root: Path) -> None:
    swept(root)
    expire(root, "--apply", "--superseded-hours", "0", "--side-object-days", "0")
    for at in ("06:30", "12:30", "18:30"):
        assert run_day(root, Broker(), at=at).status == "already committed"
    land(root, "c.json", newer("b"))
    broker = Broker()
    run_day(root, broker, at="23:30")
    assert broker.announced == ["b"]
    assert set(view(root)) == set("abcdef")


@pytest.mark.parametrize("hours", ["24", "48"])
def test_every_run_sweeps_its_partitions_once_its_messages_are_sent(root: Path, hours: str) -> None:
    """The clock of this run is a day and a bit after the files were superseded."""
    before = {path for path in stored(root) if "/data/" in path}
    land(root, "c.json", newer("b"))
    told = settings(root, superseded_hours=hours, execution_time=f"{DAY}T23:30:00")
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    report = job.run(told, InProcessEngine(), Broker(), lambda: tomorrow)
    report.raise_failures()
    gone = before - stored(root)
    assert (len(gone), report.swept.objects) == ((1, 1) if hours == "24" else (0, 0))
    assert any("1 superseded files were deleted" in line for line in report.lines()) == bool(gone)
    assert exact(root) == view(root)


def test_a_run_that_cannot_sweep_succeeds_and_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Store.walk

    def walk(self: Store, prefix: str) -> Iterator[Stored]:
        if prefix.startswith("generations/"):
            raise StorageError("access denied")
        return real(self, prefix)

    monkeypatch.setattr(Store, "walk", walk)
    report = job.run(settings(root, execution_time=f"{DAY}T23:30:00"), InProcessEngine(), Broker())
    report.raise_failures()
    assert report.swept.problem == "partition 2025-11-20: access denied"
    assert any("superseded files were left" in line for line in report.lines())


def test_a_sweep_that_the_store_fails_is_told_and_does_not_raise(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise StorageError("listing failed")

    monkeypatch.setattr(Store, "walk", fail)
    assert (
        sweep(state(root), [parse_date(DAY)], LATER, HOUR).problem == "partition 2025-11-20: listing failed"
    )


def test_expiring_tells_and_deletes_nothing_unless_it_is_told_to(root: Path) -> None:
    before = snapshot(root)
    told = expire(root, "--superseded-hours", "0", "--side-object-days", "0").output
    assert snapshot(root) == before
    lines = told.splitlines()
    assert [line.split(",")[0] for line in lines[:-1]] == [
        "2025-11-20: 1 files of superseded consolidations",
        "2025-11-20: 5 announced ids and rejects",
        "2025-11-20: 2 copies in the quarantine",
    ]
    assert lines[-1].startswith("8 objects, ")
    assert lines[-1].endswith("nothing was deleted; --apply deletes them")


def test_expiring_keeps_entries_markers_coverage_and_the_newest_files(root: Path) -> None:
    entries, kept = log(root).entries(), stored(root, "log")
    expire(root, "--apply", "--superseded-hours", "0", "--side-object-days", "0")
    assert stored(root, "log") == kept
    coverage = {entry.coverage for entry in entries if entry.coverage}
    assert stored(root) == coverage | {file.path for file in entries[-1].files}
    assert len(coverage) == 2
    assert snapshot(root / "_quarantine") == {}
    assert expire(root, "--superseded-hours", "0", "--side-object-days", "0").output == (
        "nothing is old enough to go\n"
    )


def test_expiring_keeps_what_is_young_by_each_setting_of_its_own(root: Path) -> None:
    """The entries were completed long ago by the clock of this test; their files are as new as they are."""
    before = snapshot(root / "_quarantine")
    expire(root, "--apply", "--side-object-days", "3000")
    assert snapshot(root / "_quarantine") == before
    entry = log(root).entries()[0]
    assert {*entry.announcement.chunks, entry.rejects} <= stored(root)
    assert {file.path for file in entry.files} <= stored(root)


def test_expiring_keeps_the_side_objects_of_the_head_and_of_the_unpublished(tmp_path: Path) -> None:
    land(tmp_path, "a.json", json_lines(*records("a", "b")) + b"broken\n")
    run_day(tmp_path)
    land(tmp_path, "b.json", json_lines(*newer("a")) + b"broken\n")
    run_day(tmp_path, at="12:30")
    arguments = ("--apply", "--superseded-hours", "0", "--side-object-days", "0")
    before = snapshot(tmp_path)
    expire(tmp_path, *arguments)
    assert snapshot(tmp_path) == before
    broker = Broker()
    run_day(tmp_path, broker, at="12:30")  # pays the debt
    assert sorted(broker.announced) == ["a", "a", "b"]
    expire(tmp_path, *arguments)
    head = log(tmp_path).head()
    assert head
    assert {*head.announcement.chunks, head.rejects} <= stored(tmp_path)
    assert [path.rsplit("-", 1)[-1] for path in snapshot(tmp_path / "_quarantine")] == ["c00000002.jsonl"]


def test_expiring_drops_markers_that_can_never_commit_and_leaves_those_that_may(root: Path) -> None:
    for name, commit in {"loser": 2, "at-work": 4}.items():
        state(root).put(f"pending/{DAY}/{name}.json", b'{"commit": %d}' % commit)
    assert "1 pending markers of runs that can never commit" in expire(root).output
    assert len(stored(root, "pending")) == 2
    expire(root, "--apply")
    assert stored(root, "pending") == {f"pending/{DAY}/at-work.json"}


def test_an_output_without_any_log_has_nothing_to_expire(tmp_path: Path) -> None:
    assert expire(tmp_path, "--apply").output == "nothing is old enough to go\n"
    assert list(tmp_path.iterdir()) == []
