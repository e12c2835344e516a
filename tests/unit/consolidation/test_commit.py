"""The commit: one create-only write decides, and whoever loses or does not hear the answer does no harm."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.errors import StorageError
from tests.unit.consolidation.builders import land, newer, records
from tests.unit.consolidation.running import Broker, Interrupted, committed, exact, log, run, run_day, view

Create = Callable[[Store, str, bytes], bool]
REAL: Create = Store.create


def on_log_entries(patch: pytest.MonkeyPatch, instead: Create, times: int) -> list[str]:
    """Replace the creation of log entries, that many times. The paths asked for, as they come."""
    asked: list[str] = []

    def create(self: Store, path: str, data: bytes) -> bool:
        if path.startswith("log/") and ".published" not in path:
            asked.append(path)
            if len(asked) <= times:
                return instead(self, path, data)
        return REAL(self, path, data)

    patch.setattr(Store, "create", create)
    return asked


def pending(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "_state/out/pending").rglob("*.json"))


def test_a_run_that_loses_the_race_plans_again_and_merges_on_top_of_the_winner(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))

    def other(_: int) -> None:
        land(tmp_path, "b.json", [*newer("a"), *records("c")])
        run_day(tmp_path, at="12:30")

    broker = Broker()
    [one] = run(tmp_path, broker, Interrupted(other)).partitions
    assert one.entry
    assert (one.entry.commit, one.error, one.published) == (2, None, True)
    assert [entry.counts.records_read for entry in log(tmp_path).entries()] == [4, 4]
    assert set(view(tmp_path)) == set(exact(tmp_path)) == {"a", "b", "c"}
    assert sorted(broker.announced) == ["a", "b", "c"]
    assert pending(tmp_path) == []


def test_a_run_that_reads_what_the_winner_did_not_see_keeps_it(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    hidden = tmp_path / "landing/2025/11/20/b.json"

    def other(_: int) -> None:
        kept = hidden.read_bytes()
        hidden.unlink()
        run_day(tmp_path, at="12:30")
        hidden.write_bytes(kept)

    land(tmp_path, "b.json", records("b"))
    [one] = run(tmp_path, Broker(), Interrupted(other)).partitions
    assert one.entry
    assert (one.entry.commit, one.entry.counts.records_read, one.entry.announcement.ids) == (2, 2, 1)
    assert set(view(tmp_path)) == {"a", "b"}


def test_a_run_that_loses_twice_fails_and_says_who_won(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    unseen = land(tmp_path, "b.json", records("b"))  # by the others, so that there is work for a second try

    def other(turn: int) -> None:
        kept = unseen.rename(tmp_path / "kept")
        run_day(tmp_path, at=f"12:3{turn}", job_name=f"other-{turn}")
        kept.rename(unseen)

    [one] = run(tmp_path, Broker(), Interrupted(other, times=2)).partitions
    assert one.error
    assert one.error.startswith("partition 2025-11-20: entry 2 was written by run ")
    assert "of job other-2, 2 times in a row: run the job again" in one.error
    assert [entry.job_name for entry in log(tmp_path).entries()] == ["other-1", "other-2"]
    assert run_day(tmp_path).status == "consolidated"


def test_two_runs_of_the_same_execution_commit_it_once(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))

    def other(_: int) -> None:
        run_day(tmp_path)

    [one] = run(tmp_path, Broker(), Interrupted(other)).partitions
    assert (one.status, one.published) == ("already committed", True)
    assert len(log(tmp_path).entries()) == 1
    assert pending(tmp_path) == []


def test_who_loses_its_execution_to_another_run_says_so(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))

    def other(_: int) -> None:
        run_day(tmp_path, job_name="faster")

    report = run(tmp_path, None, Interrupted(other))
    [one] = report.partitions
    assert (one.status, len(log(tmp_path).entries())) == ("already committed", 1)
    told = f"another run committed this execution meanwhile: entry 1 was written by run {one.entry and one.entry.run}"
    assert f"2025-11-20: {told} of job faster" in list(report.lines())
    assert set(view(tmp_path)) == {"a"}
    assert not [line for line in run(tmp_path).lines() if "another run" in line]  # the same again is no race


def test_a_run_that_loses_twice_the_second_time_its_own_execution_has_nothing_left_to_do(
    tmp_path: Path,
) -> None:
    land(tmp_path, "a.json", records("a"))

    def other(turn: int) -> None:
        run_day(tmp_path, at="05:00" if turn == 1 else "06:30")
        land(tmp_path, f"{turn}.json", records(f"{turn}"))  # unseen by the other: work for a second try

    [one] = run(tmp_path, Broker(), Interrupted(other, times=2)).partitions
    assert (one.status, one.error, len(log(tmp_path).entries())) == ("already committed", None, 2)
    assert pending(tmp_path) == []


def test_our_own_entry_whose_answer_was_lost_counts_as_won(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def done_but_exists(self: Store, path: str, data: bytes) -> bool:
        assert REAL(self, path, data)
        return False

    land(tmp_path, "a.json", records("a"))
    on_log_entries(monkeypatch, done_but_exists, 1)
    report = run_day(tmp_path, Broker())
    assert (report.status, report.published, len(log(tmp_path).entries())) == ("consolidated", True, 1)


def test_a_store_that_refuses_and_holds_nothing_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "a.json", records("a"))
    asked = on_log_entries(monkeypatch, lambda *_: False, 2)
    assert run_day(tmp_path).status == "consolidated"
    assert asked == ["log/2025-11-20/00000001.json"] * 3


def test_a_store_that_always_refuses_and_holds_nothing_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "a.json", records("a"))
    on_log_entries(monkeypatch, lambda *_: False, 99)
    [one] = run(tmp_path, Broker()).partitions
    assert one.error
    assert "the store refuses entry 1 and yet holds none" in one.error
    assert not (tmp_path / "out").exists()
    monkeypatch.undo()
    assert run_day(tmp_path).status == "consolidated"


@pytest.mark.parametrize("happened", [True, False])
def test_an_unknown_outcome_deletes_nothing_and_the_next_run_learns_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, happened: bool
) -> None:
    def lost(self: Store, path: str, data: bytes) -> bool:
        if happened:
            REAL(self, path, data)
        raise StorageError("timed out")

    land(tmp_path, "a.json", records("a"))
    on_log_entries(monkeypatch, lost, 1)
    unheard = Broker()
    [failed] = run(tmp_path, unheard).partitions
    assert (failed.error, unheard.sent) == ("timed out", [])
    assert len(pending(tmp_path)) == 1
    written = sorted((tmp_path / "_state/out/generations").rglob("*.json"))
    assert written
    broker = Broker()
    report = run_day(tmp_path, broker)
    assert report.status == ("already committed" if happened else "consolidated")
    assert all(path.exists() for path in written)
    assert (set(view(tmp_path)), broker.announced, len(log(tmp_path).entries())) == ({"a"}, ["a"], 1)
    run_day(tmp_path, broker, at="12:30")  # the first run's marker is dropped once its number is taken
    assert pending(tmp_path) == []


def test_nothing_is_announced_of_a_partition_whose_commit_has_an_unknown_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the older debt either: with it would go the entry that may be there, its files not in view."""

    def lost(self: Store, path: str, data: bytes) -> bool:
        REAL(self, path, data)
        raise StorageError("timed out")

    land(tmp_path, "a.json", records("a"))
    run_day(tmp_path)
    land(tmp_path, "b.json", records("b"))
    on_log_entries(monkeypatch, lost, 1)
    broker = Broker()
    [failed] = run(tmp_path, broker, at="12:30").partitions
    assert (failed.error, broker.sent, set(view(tmp_path))) == ("timed out", [], {"a"})
    run(tmp_path, broker, at="18:30").raise_failures()
    assert (broker.announced, set(view(tmp_path))) == (["a", "b"], {"a", "b"})


def test_an_entry_once_written_never_changes(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    committed(tmp_path)
    file = tmp_path / "_state/out/log/2025-11-20/00000001.json"
    before = file.read_bytes()
    land(tmp_path, "b.json", records("b"))
    committed(tmp_path, at="12:30", output_format="csv")
    run(tmp_path, Broker(), at="18:30")
    assert file.read_bytes() == before
