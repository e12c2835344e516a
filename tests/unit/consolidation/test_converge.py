"""The projections of the newest entry: prefix view, quarantine and symlink manifest, brought there by anyone."""

from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.converge import Places, converge, quarantine_rejects
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.commits.recovery import Finished, finish
from chargebacks.errors import StorageError
from chargebacks.partition import hive
from chargebacks.schedule import parse_date
from tests.unit.consolidation.builders import DAY, json_lines, land, newer, records
from tests.unit.consolidation.running import Broker, exact, log, run, run_day, snapshot, view

FOLDER = f"out/{hive(parse_date(DAY))}"


def places(root: Path) -> Places:
    return Places(Store(str(root / "_state/out")), Store(str(root / "_quarantine/out")))


def two_executions(root: Path) -> None:
    land(root, "a.json", records(*"abcdef"))
    run_day(root)
    land(root, "b.json", newer("a"))
    run_day(root, at="12:30")


def test_the_view_holds_the_newest_entrys_files_and_nothing_else_of_ours(tmp_path: Path) -> None:
    two_executions(tmp_path)
    head = log(tmp_path).head()
    assert head
    names = {path.name for path in (tmp_path / FOLDER).iterdir()}
    assert names == {file.view_name for file in head.files}
    assert view(tmp_path) == exact(tmp_path)


def test_converging_again_changes_nothing(tmp_path: Path) -> None:
    two_executions(tmp_path)
    before = snapshot(tmp_path)
    assert converge(log(tmp_path), places(tmp_path)) == []
    assert snapshot(tmp_path) == before


def test_a_view_that_was_emptied_or_lost_files_is_restored(tmp_path: Path) -> None:
    two_executions(tmp_path)
    before = snapshot(tmp_path / "out")
    for path in sorted((tmp_path / FOLDER).iterdir())[1:]:
        path.unlink()
    converge(log(tmp_path), places(tmp_path))
    assert snapshot(tmp_path / "out") == before


def test_a_file_of_the_view_that_was_cut_off_is_put_right(tmp_path: Path) -> None:
    two_executions(tmp_path)
    before = snapshot(tmp_path / "out")
    damaged = next((tmp_path / FOLDER).iterdir())
    damaged.unlink()
    damaged.write_bytes(b"{")
    converge(log(tmp_path), places(tmp_path))
    assert snapshot(tmp_path / "out") == before


def test_files_that_are_not_ours_are_left_and_told(tmp_path: Path) -> None:
    names = [
        "notes.txt",
        "part-00000.json",
        "part-00000-c1.json",
        "part-00000-c00000001.txt",
        "sub/part-00000-c00000001.json",
    ]
    for name in names:
        path = tmp_path / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"theirs")
    land(tmp_path, "a.json", records("a"))
    report = run(tmp_path)
    assert report.partitions[0].foreign == sorted(names)
    assert all((tmp_path / FOLDER / name).read_bytes() == b"theirs" for name in names)
    assert any(
        "files in the output folder are not ours and were left, first notes.txt" in one
        for one in report.lines()
    )


def test_older_copies_are_deleted_and_newer_ones_are_not(tmp_path: Path) -> None:
    """A newer copy was put there by a run that committed after we read the log."""
    two_executions(tmp_path)
    old, same, new = (tmp_path / FOLDER / f"part-00009-c{n:08d}.json" for n in (1, 2, 3))
    for path in (old, same, new):
        path.write_bytes(b"{}")
    converge(log(tmp_path), places(tmp_path))
    assert [path.exists() for path in (old, same, new)] == [False, False, True]


def test_copies_come_before_deletes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land(tmp_path, "a.json", records(*"abcdef"))
    run_day(tmp_path)
    land(tmp_path, "b.json", newer(*"abcdef"))
    seen: list[set[str]] = []
    real = Store.delete

    def delete(self: Store, path: str) -> None:
        if path.startswith("part-"):
            ids = [
                line for data in snapshot(tmp_path / FOLDER).values() for line in data.decode().splitlines()
            ]
            seen.append({one[18:19] for one in ids})
        real(self, path)

    monkeypatch.setattr(Store, "delete", delete)
    run_day(tmp_path, at="12:30")
    assert seen
    assert all(ids == set("abcdef") for ids in seen)


def test_the_symlink_manifest_names_the_newest_entrys_files_in_the_generation(tmp_path: Path) -> None:
    two_executions(tmp_path)
    head = log(tmp_path).head()
    assert head
    manifest = tmp_path / "_state/out/symlink_manifest" / hive(parse_date(DAY)) / "manifest"
    assert manifest.read_text().splitlines() == [f"{tmp_path}/_state/out/{file.path}" for file in head.files]


def test_a_head_that_moves_meanwhile_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two_executions(tmp_path)
    for path in (tmp_path / FOLDER).iterdir():
        path.unlink()
    land(tmp_path, "c.json", newer("new"))
    real, once = Store.copy_to, [1]

    def copy_to(self: Store, path: str, target: Store, target_path: str) -> None:
        if once:
            once.pop()
            run_day(tmp_path, at="18:30")
        real(self, path, target, target_path)

    monkeypatch.setattr(Store, "copy_to", copy_to)
    converge(log(tmp_path), places(tmp_path))
    assert view(tmp_path) == exact(tmp_path)
    assert "new" in view(tmp_path)


def test_a_partition_without_a_log_has_nothing_to_converge_to(tmp_path: Path) -> None:
    assert converge(log(tmp_path), places(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_finishing_passes_over_a_marker_that_another_run_clears_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "a.json", records("a"))
    run_day(tmp_path)
    marker = next((tmp_path / "_state/out/pending").rglob("*.json"))
    real = Store.get

    def get(self: Store, path: str) -> bytes:
        if path.startswith("pending/"):
            marker.unlink()
        return real(self, path)

    monkeypatch.setattr(Store, "get", get)
    assert finish(places(tmp_path)) == Finished()


def test_a_marker_whose_number_another_run_took_is_dropped_and_one_still_open_is_left(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    folder = tmp_path / "_state/out/pending" / DAY
    folder.mkdir(parents=True)
    (folder / "loser.json").write_text('{"commit": 1}')
    (folder / "at-work.json").write_text('{"commit": 2}')
    entry = run_day(tmp_path).entry  # its own marker stays: it is still to be published
    finish(places(tmp_path))
    assert entry
    assert sorted(path.stem for path in folder.iterdir()) == sorted(["at-work", entry.run])


@pytest.mark.parametrize(
    "name",
    ["pending/notes.txt", "pending/2025-13-99/x.json", "log/.DS_Store", "log/tmp/x", "log/2025-11-20/x"],
)
def test_what_others_leave_in_our_state_folder_stops_no_run(tmp_path: Path, name: str) -> None:
    stray = tmp_path / "_state/out" / name
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"theirs")
    land(tmp_path, "a.json", records("a"))
    run_day(tmp_path, Broker())
    assert set(view(tmp_path)) == {"a"}
    assert stray.read_bytes() == b"theirs"


def test_files_of_an_outdated_head_that_were_swept_are_left_for_the_newer_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a process that was stopped between reading the head and copying."""
    land(tmp_path, "a.json", records(*"abcdef"))
    old = run_day(tmp_path).entry
    land(tmp_path, "b.json", newer(*"abcdef"))
    run_day(tmp_path, at="12:30")
    assert old
    for file in old.files:
        Store(str(tmp_path / "_state/out")).delete(file.path)
    real, once = CommitLog.head, [old]
    monkeypatch.setattr(CommitLog, "head", lambda self: once.pop() if once else real(self))
    assert converge(log(tmp_path), places(tmp_path)) == []
    assert view(tmp_path) == exact(tmp_path)


def test_a_file_of_the_newest_entry_that_is_not_there_is_a_storage_error_of_one_line(tmp_path: Path) -> None:
    two_executions(tmp_path)
    head = log(tmp_path).head()
    assert head
    Store(str(tmp_path / "_state/out")).delete(head.files[0].path)
    (tmp_path / FOLDER / head.files[0].view_name).unlink()
    told = "partition 2025-11-20: entry 2 is the newest, and of its files .* is not there: restore it"
    with pytest.raises(StorageError, match=told) as failed:
        converge(log(tmp_path), places(tmp_path))
    assert "\n" not in str(failed.value)


def test_a_manifest_that_another_run_writes_meanwhile_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replacement that is refused is no reason to leave older copies in view."""
    two_executions(tmp_path)
    stale = tmp_path / FOLDER / "part-00009-c00000001.json"
    stale.write_bytes(b"{}")
    manifest = next((tmp_path / "_state/out/symlink_manifest").rglob("manifest"))
    right = manifest.read_bytes()
    manifest.write_bytes(b"old")

    def refuse(*_: object) -> bool:
        manifest.write_bytes(right)
        return False

    monkeypatch.setattr(Store, "replace", refuse)
    converge(log(tmp_path), places(tmp_path))
    assert not stale.exists()


def test_rejects_that_expired_are_not_missed(tmp_path: Path) -> None:
    land(tmp_path, "a.json", json_lines(*records("a")) + b"broken\n")
    entry = run_day(tmp_path).entry
    assert entry
    assert entry.rejects
    Store(str(tmp_path / "_state/out")).delete(entry.rejects)
    quarantine_rejects(entry, places(tmp_path))
