"""One execution after another on a partition: incremental, complete, and never half of anything."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from tests.unit.consolidation.builders import land, newer, parquet, records
from tests.unit.consolidation.running import Broker, committed, exact, log, run, run_day, snapshot, view


def test_a_first_execution_keeps_one_row_a_chargeback_in_at_most_the_files_asked_for(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b", "c", "d", "e", "f"))
    land(tmp_path, "b.parquet", parquet(chargeback_id=["a", "g"], status=["won", "open"]))
    report = run_day(tmp_path)
    entry = report.entry
    assert entry
    assert (entry.commit, entry.counts.records_read, entry.counts.records_processed) == (1, 8, 7)
    assert (entry.counts.duplicates_removed, entry.announcement.ids) == (1, 7)
    assert len(entry.files) <= 3
    assert sum(file.rows for file in entry.files) == 7
    assert set(view(tmp_path)) == set("abcdefg")
    assert view(tmp_path) == exact(tmp_path)
    assert report.status == "consolidated"


def test_rows_are_sorted_by_id_within_each_file(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*(f"cb-{n}" for n in range(200, 0, -1))))
    run_day(tmp_path)
    for data in snapshot(tmp_path / "out").values():
        ids = [json.loads(line)["chargeback_id"] for line in data.splitlines()]
        assert ids == sorted(ids)


def test_a_second_execution_reads_only_what_is_new_and_equals_reading_everything_at_once(
    tmp_path: Path,
) -> None:
    first, both = tmp_path / "first", tmp_path / "both"
    files = {
        "a.json": records("a", "b", "c"),
        "b.json": newer("a", "d"),
        "c.json": records("d", "b", status="x"),
    }
    for name, rows in files.items():
        land(both, name, rows)
    at_once = committed(both)
    land(first, "a.json", files["a.json"])
    run_day(first)
    (first / "landing/2025/11/20/a.json").unlink()  # were it needed again, its records would be gone
    land(first, "b.json", files["b.json"])
    land(first, "c.json", files["c.json"])
    second = run_day(first, at="12:30")
    assert second.entry
    assert view(first) == view(both)
    assert second.entry.counts == at_once.counts
    assert [file.path.rsplit("/", 1)[-1] for file in second.landing.new] == ["b.json", "c.json"]


def test_the_second_announces_only_chargebacks_whose_winner_changed(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b", "c"))
    run_day(tmp_path)
    land(tmp_path, "b.json", [*records("a"), *newer("b"), *newer("c", event_type="REMOVE"), *records("d")])
    broker = Broker()
    run_day(tmp_path, broker, at="12:30")
    by_entry = [set(event["chargeback_ids"]) for event in broker.events if "chargeback_ids" in event]
    assert by_entry == [{"a", "b", "c"}, {"b", "d"}]


def test_nothing_new_carries_the_files_forward_and_still_has_its_summary(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    first = committed(tmp_path)
    before = snapshot(tmp_path / "out")
    broker = Broker()
    second = run_day(tmp_path, broker, at="12:30").entry
    assert second
    assert (second.commit, second.files, second.counts) == (2, first.files, first.counts)
    assert snapshot(tmp_path / "out") == before
    assert [(event["commit"], event.get("slices")) for event in broker.events if "slice" not in event] == [
        (1, 1),
        (2, 0),
    ]


def test_no_landing_file_at_all_is_a_normal_execution(tmp_path: Path) -> None:
    broker = Broker()
    report = run_day(tmp_path, broker)
    assert report.status == "nothing to consolidate"
    [summary] = broker.events
    assert (summary["records_processed"], summary["output_files"], summary["slices"]) == (0, 0, 0)
    land(tmp_path, "a.json", records("a"))
    assert run_day(tmp_path, broker, at="12:30").status == "consolidated"
    assert set(view(tmp_path)) == {"a"}


def test_the_same_execution_again_does_nothing_new(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    broker = Broker()
    run_day(tmp_path, broker)
    before, sent = snapshot(tmp_path), len(broker.sent)
    land(tmp_path, "b.json", records("b"))
    report = run_day(tmp_path, broker)
    assert report.status == "already committed"
    assert len(broker.sent) == sent
    (tmp_path / "landing/2025/11/20/b.json").unlink()
    assert snapshot(tmp_path) == before


def test_an_overwritten_landing_file_is_read_as_a_new_one(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    run_day(tmp_path)
    land(tmp_path, "a.json", newer("b", "c"))
    report = run_day(tmp_path, at="12:30")
    assert report.landing.overwritten == ["2025/11/20/a.json"]
    assert set(view(tmp_path)) == {"a", "b", "c"}
    assert report.entry
    assert (report.entry.counts.records_read, report.entry.counts.duplicates_removed) == (4, 1)
    assert run_day(tmp_path, at="18:30").landing.new == []


def test_a_vanished_landing_file_changes_nothing_and_is_told(tmp_path: Path) -> None:
    file = land(tmp_path, "a.json", records("a"))
    run_day(tmp_path)
    file.unlink()
    report = run_day(tmp_path, at="12:30")
    assert report.landing.vanished == ["2025/11/20/a.json"]
    assert set(view(tmp_path)) == {"a"}


def test_a_file_that_vanishes_between_listing_and_reading_is_left_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "a.json", records("a"))
    gone = land(tmp_path, "b.json", records("b"))
    real = Store.get_version

    def vanish(self: Store, path: str, etag: str) -> bytes | None:
        gone.unlink(missing_ok=True)
        return real(self, path, etag)

    monkeypatch.setattr(Store, "get_version", vanish)
    report = run(tmp_path)
    told = "2025-11-20: 1 landing files vanished or changed before they were read: left for the next run"
    assert f"{told}, first 2025/11/20/b.json" in list(report.lines())
    assert [(one["files_missed"], one["records_read"]) for one in report.to_json()] == [(1, 1)]
    assert list(log(tmp_path).covered(log(tmp_path).entries())) == ["2025/11/20/a.json"]
    monkeypatch.undo()
    land(tmp_path, "b.json", records("b"))
    assert committed(tmp_path, at="12:30").counts.records_read == 2


def test_a_file_that_is_overwritten_between_listing_and_reading_is_covered_as_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "a.json", records("a"))
    real, pending = Store.get_version, [1]

    def overwrite(self: Store, path: str, etag: str) -> bytes | None:
        if pending:
            pending.pop()
            land(tmp_path, "a.json", records("a", "b"))
        return real(self, path, etag)

    monkeypatch.setattr(Store, "get_version", overwrite)
    assert committed(tmp_path).counts.records_read == 2
    assert run_day(tmp_path, at="12:30").landing.new == []


def test_markers_are_told_and_never_read(tmp_path: Path) -> None:
    land(tmp_path, "_SUCCESS", b"")
    land(tmp_path, "a.json", records("a"))
    report = run_day(tmp_path)
    assert report.landing.ignored == ["2025/11/20/_SUCCESS"]
    assert report.entry
    assert report.entry.landing_files == 1


def test_completed_at_grows_even_when_the_clock_stands_still(tmp_path: Path) -> None:
    times = [committed(tmp_path, at=f"0{n}:00").completed_at for n in range(3)]
    assert times[1] - times[0] == times[2] - times[1] == timedelta(microseconds=1)
