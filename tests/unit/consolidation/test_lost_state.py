"""The state is lost and the output is not: no second generation is put beside the first, and there is a way out."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.announce.replaying import replay
from chargebacks.consolidation.commits import sweeping
from chargebacks.consolidation.commits.converge import Places
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.errors import ConsolidationError, StorageError
from tests.unit.consolidation.builders import NOW, land, newer, records
from tests.unit.consolidation.running import Broker, committed, exact, log, run, run_day, snapshot, view

FOLDER = "out/year=2025/month=11/day=20"
IDS = [f"cb-{n:02d}" for n in range(12)]


def history(root: Path, **given: str) -> dict[str, object]:
    """Three executions, a removal among them; their rows."""
    land(root, "a.json", records(*IDS))
    committed(root, "00:30", **given)
    land(root, "b.json", [*newer("cb-03", status="won"), *newer("cb-04", event_type="REMOVE")])
    committed(root, "01:30", **given)
    land(root, "c.json", newer(*IDS[5:], status="lost"))
    committed(root, "02:30", **given)
    return dict(exact(root))


def lose_state(root: Path) -> None:
    shutil.rmtree(root / "_state")


def refusal(root: Path, **given: str) -> str:
    """Why a run is refused; output and log stay as they were."""
    before = snapshot(root / "out"), snapshot(root / "_state/out/log")
    with pytest.raises(ConsolidationError) as refused:
        run(root, None, None, "12:30", **given).raise_failures()
    assert (snapshot(root / "out"), snapshot(root / "_state/out/log")) == before
    return str(refused.value)


def commits(root: Path) -> set[str]:
    """The commits that wrote the files in the view."""
    return {path.name.split("-c")[1].split(".")[0] for path in (root / FOLDER).iterdir()}


def test_a_run_without_a_log_refuses_to_put_a_second_generation_beside_our_files(tmp_path: Path) -> None:
    history(tmp_path)
    lose_state(tmp_path)
    files = len(list((tmp_path / FOLDER).iterdir()))
    for given in ({}, {"full": "true"}, {"dry_run": "true"}):
        assert refusal(tmp_path, **given) == (
            f"partition 2025-11-20: {tmp_path}/{FOLDER} holds {files} files of this job, the newest of commit 3, "
            f"but the log in {tmp_path}/_state/out/log/2025-11-20 has no entry: nothing was committed; restore the "
            "state or correct --state-path, or give --restart-log to consolidate all landing files again, as entry 4"
        )


@pytest.mark.parametrize(("output_format", "output_compression"), [("csv", "gzip"), ("parquet", "zstd")])
def test_a_log_that_is_restarted_begins_above_our_files_and_replaces_them_and_announces_everything(
    tmp_path: Path, output_format: str, output_compression: str
) -> None:
    rows = history(tmp_path, output_format=output_format, output_compression=output_compression)
    lose_state(tmp_path)
    broker = Broker()
    entry = run_day(tmp_path, broker, "12:30", restart_log="true", output_files="2").entry
    assert entry
    assert (entry.commit, entry.full, entry.landing_files) == (4, True, 3)
    assert (entry.counts.records_read, entry.counts.records_processed) == (21, 12)
    assert view(tmp_path) == exact(tmp_path) == rows
    assert commits(tmp_path) == {"00000004"}
    assert sorted(broker.announced) == [one for one in IDS if one != "cb-04"]


def test_after_a_restart_the_log_goes_on_like_any_other(tmp_path: Path) -> None:
    history(tmp_path)
    lose_state(tmp_path)
    run_day(tmp_path, None, "12:30", restart_log="true")
    again = run_day(tmp_path, None, "12:30", restart_log="true")
    assert (again.status, again.entry and again.entry.commit) == ("already committed", 4)
    land(tmp_path, "d.json", newer("cb-00", "new"))
    broker = Broker()
    following = run_day(tmp_path, broker, "18:30", restart_log="true", superseded_hours="0")
    assert following.entry
    assert (following.entry.commit, following.entry.full) == (5, False)
    assert [file.path for file in following.landing.new] == ["2025/11/20/d.json"]
    assert [event["commit"] for event in broker.events] == [4, 4, 5, 5]  # a slice and a summary each
    assert len(view(tmp_path)) == 13
    places = Places(Store(str(tmp_path / "_state/out")), Store(str(tmp_path / "_quarantine/out")))
    windows = sweeping.Windows(timedelta(0), timedelta(0))
    [expiry] = sweeping.expiries(places, NOW + timedelta(days=400), windows)
    assert {one.path.split("/")[-1].split("-")[0] for one in expiry.side} == {"ids"}
    assert log(tmp_path).entries()[0].commit == 4


def test_a_restart_refuses_to_lose_chargebacks_whose_landing_files_have_expired(tmp_path: Path) -> None:
    history(tmp_path)
    lose_state(tmp_path)
    (tmp_path / "landing/2025/11/20/a.json").unlink()
    assert refusal(tmp_path, restart_log="true") == (
        "partition 2025-11-20: the output would lose 3 chargebacks of the previous output, first 'cb-00', 'cb-01', "
        "'cb-02': nothing was committed; restore the landing files and settings that it was made of, or give "
        "--allow-shrink if this is meant"
    )
    (tmp_path / "landing/2025/11/20/b.json").unlink()
    assert "lose 5 chargebacks" in refusal(tmp_path, restart_log="true")
    land(tmp_path, "a.json", records(*IDS))
    told = "lose 0 chargebacks of the previous output; 2 would go back to an older version"
    assert told in refusal(tmp_path, restart_log="true")
    report = run(tmp_path, None, None, "13:30", restart_log="true", allow_shrink="true")
    report.raise_failures()
    assert (commits(tmp_path), len(view(tmp_path))) == ({"00000004"}, 12)


def test_a_restart_whose_landing_files_have_all_expired_is_refused_too(tmp_path: Path) -> None:
    history(tmp_path)
    lose_state(tmp_path)
    shutil.rmtree(tmp_path / "landing/2025/11/20")
    (tmp_path / "landing/2025/11/20").mkdir()
    assert "lose 12 chargebacks" in refusal(tmp_path, restart_log="true")


def test_an_output_that_holds_two_generations_already_is_refused_and_mended_by_a_restart(
    tmp_path: Path,
) -> None:
    """What a release without this check left behind: a new log that began at 1, all ids twice in the output."""
    rows = history(tmp_path)
    first = snapshot(tmp_path / FOLDER)
    lose_state(tmp_path)
    shutil.rmtree(tmp_path / "out")
    committed(tmp_path, "03:30")
    for name, data in first.items():
        (tmp_path / FOLDER / name).write_bytes(data)
    assert len(commits(tmp_path)) > 1
    assert "ends at entry 1: nothing was committed" in refusal(tmp_path)
    assert "ends at entry 1: nothing was committed" in refusal(tmp_path, execution_time="2025-11-20T03:30:00")
    run_day(tmp_path, Broker(), "12:30", restart_log="true")
    assert [entry.commit for entry in log(tmp_path).entries()] == [1, 4]
    assert view(tmp_path) == exact(tmp_path) == rows
    assert run_day(tmp_path, None, "18:30").landing.new == []


def test_an_older_state_that_was_restored_puts_none_of_its_files_beside_newer_ones(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*IDS))
    run_day(tmp_path)  # unpublished: its pending marker is restored, too
    shutil.copytree(tmp_path / "_state", tmp_path / "backup")
    land(tmp_path, "b.json", newer(*IDS))
    run_day(tmp_path, at="07:30")
    rows = view(tmp_path)
    lose_state(tmp_path)
    (tmp_path / "backup").rename(tmp_path / "_state")
    assert "the newest of commit 2, but the log in " in refusal(tmp_path)
    assert view(tmp_path) == rows


def test_a_run_that_dies_after_the_restart_was_committed_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = history(tmp_path)
    lose_state(tmp_path)

    def fails(*_: object) -> list[str]:
        raise StorageError("503")

    with monkeypatch.context() as patch:
        patch.setattr(job, "converge", fails)
        assert run(tmp_path, None, None, "12:30", restart_log="true").partitions[0].status == "unfinished"
    assert log(tmp_path).newest() == 4
    assert run_day(tmp_path, None, "12:30").status == "already committed"
    assert (view(tmp_path), commits(tmp_path)) == (rows, {"00000004"})


def test_restart_log_changes_nothing_where_the_log_is_whole(tmp_path: Path) -> None:
    history(tmp_path)
    before = log(tmp_path).head()
    assert before
    entry = committed(tmp_path, "12:30", restart_log="true")
    assert (entry.commit, entry.full, entry.files, entry.counts) == (4, False, before.files, before.counts)


def test_another_run_that_commits_while_a_run_begins_is_not_taken_for_a_lost_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "a.json", records("a"))
    real, others = CommitLog.entries, iter(["05:30"])

    def entries(self: CommitLog) -> list[Entry]:
        found = real(self)
        if at := next(others, None):
            with monkeypatch.context() as patch:
                patch.setattr(CommitLog, "entries", real)
                committed(tmp_path, at)
        return found

    monkeypatch.setattr(CommitLog, "entries", entries)
    run(tmp_path).raise_failures()
    assert [entry.commit for entry in real(log(tmp_path))] == [1, 2]


def test_files_of_another_writer_that_look_like_ours_are_reported_and_left(tmp_path: Path) -> None:
    spark = "part-00000-5f0c9a1e-5b52-4b8e-8b0a-3a3c7d0a2f11-c000.csv"
    land(tmp_path, "a.json", records("a"))
    for name in (spark, "part-0-c00000009.parquet", "_SUCCESS"):
        (tmp_path / FOLDER).mkdir(parents=True, exist_ok=True)
        (tmp_path / FOLDER / name).write_bytes(b"x")
    report = run(tmp_path)
    report.raise_failures()
    told = "2 files in the output folder are another writer's data files, and read with ours: move them away"
    assert f"2025-11-20: {told}, first part-0-c00000009.parquet" in list(report.lines())
    assert "2025-11-20: 1 files in the output folder are not ours and were left, first _SUCCESS" in list(
        report.lines()
    )
    assert (tmp_path / FOLDER / spark).exists()


def test_a_file_that_is_named_like_ours_but_is_not_stops_a_restart_and_is_named(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    file = tmp_path / FOLDER / "part-00000-c00000007.csv"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"something else\n")
    assert f"{file} is named like a data file of this job and cannot be read as one" in refusal(
        tmp_path, restart_log="true"
    )
    file.unlink()
    run_day(tmp_path)


def test_the_messages_of_a_restarted_log_can_be_sent_again(tmp_path: Path) -> None:
    history(tmp_path)
    lose_state(tmp_path)
    broker = Broker()
    run_day(tmp_path, broker, "12:30", restart_log="true")
    sent, again = list(broker.sent), Broker()
    entries = log(tmp_path).entries()
    list(replay(Store(str(tmp_path / "_state/out")), entries, entries[-1], again, None))
    assert again.sent == sent
    assert {event["commit"] for event in again.events} == {4}
