"""New landing files that change no row: committed, covered, and nothing is written, copied or announced for them."""

from pathlib import Path

import pytest

from chargebacks.settings import FORMATS
from tests.unit.consolidation.builders import land, newer, records
from tests.unit.consolidation.running import Broker, committed, run_day, view

Stamp = dict[str, tuple[int, int]]
MANY = tuple(f"cb-{n}" for n in range(30))
RICH = {"amount": "10.10", "reason": 'says "no",\r\nü ', "currency": "BRL", "new": "kept"}


def stamps(folder: Path) -> Stamp:
    """Which file is behind each name, and when it was last changed."""
    found = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (stat.st_ino, stat.st_mtime_ns) for path, stat in found}


def data_files(root: Path) -> Stamp:
    return {
        name: stamp for name, stamp in stamps(root / "_state/out/generations").items() if "/data/" in name
    }


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_same_records_again_write_no_data_file_and_leave_the_view_untouched(
    tmp_path: Path, output_format: str
) -> None:
    land(
        tmp_path,
        "a.json",
        [*records(*MANY, **RICH), *newer("gone", event_type="REMOVE"), {"chargeback_id": "x"}],
    )
    first = committed(tmp_path, output_format=output_format)
    shown, written = stamps(tmp_path / "out"), data_files(tmp_path)
    land(tmp_path, "again.json", [*records(*MANY, **RICH), *records("gone", event_type="INSERT")])
    broker = Broker()
    second = run_day(tmp_path, broker, at="12:30", output_format=output_format).entry
    assert second
    assert (stamps(tmp_path / "out"), data_files(tmp_path)) == (shown, written)
    assert (second.commit, second.files) == (2, first.files)
    assert second.counts.duplicates_removed == first.counts.duplicates_removed + 31
    assert [(one["commit"], one["slices"]) for one in broker.events if "slice" not in one] == [(1, 1), (2, 0)]
    assert run_day(tmp_path, at="18:30", output_format=output_format).landing.new == []


def test_only_the_files_of_buckets_that_changed_are_written(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*MANY))
    first = {file.bucket: file for file in committed(tmp_path).files}
    land(tmp_path, "b.json", newer("cb-7"))
    second = {file.bucket: file for file in committed(tmp_path, at="12:30").files}
    changed = [bucket for bucket, file in second.items() if file != first[bucket]]
    assert (len(first), len(changed)) == (3, 1)
    assert view(tmp_path)["cb-7"]["updated_at"].hour == 11


def test_a_removal_changes_its_file_although_it_is_not_announced(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*MANY))
    first = committed(tmp_path)
    land(tmp_path, "b.json", newer("cb-7", event_type="REMOVE"))
    second = committed(tmp_path, at="12:30")
    assert (second.announcement.ids, len(set(second.files) - set(first.files))) == (0, 1)
    assert view(tmp_path)["cb-7"]["event_type"] == "REMOVE"


def test_announcing_all_of_an_unchanged_partition_writes_no_data_file_either(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*MANY))
    first = committed(tmp_path)
    second = committed(tmp_path, at="12:30", announce="all")
    assert (second.files, second.announcement.ids) == (first.files, 30)


def test_another_output_path_is_given_copies_of_the_files_there_are(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*MANY))
    first = committed(tmp_path)
    moved = {"output_path": str(tmp_path / "other"), "state_path": str(tmp_path / "_state/out")}
    second = committed(tmp_path, at="12:30", **moved)
    assert (second.files, second.announcement.ids) == (first.files, 30)
    assert view(tmp_path, output="other") == view(tmp_path)


def test_after_any_number_of_executions_without_news_a_change_still_merges_with_the_old_file(
    tmp_path: Path,
) -> None:
    land(tmp_path, "a.json", records(*MANY))
    committed(tmp_path)
    for turn in range(3):
        land(tmp_path, f"again-{turn}.json", records(*MANY))
        committed(tmp_path, at=f"0{7 + turn}:00")
    land(tmp_path, "b.json", [*newer("cb-1"), *records("late")])
    last = committed(tmp_path, at="12:30")
    assert (last.counts.records_read, last.counts.records_processed, last.announcement.ids) == (122, 31, 2)
    assert set(view(tmp_path)) == {*MANY, "late"}
