"""Another format, number of files, path or announce mode than the execution before had."""

from pathlib import Path

from tests.unit.consolidation.builders import land, newer, records
from tests.unit.consolidation.running import Broker, committed, exact, run_day, snapshot, view


def test_another_format_rewrites_the_output_and_announces_every_chargeback(tmp_path: Path) -> None:
    land(tmp_path, "a.json", [*records("a", "b", "c"), *newer("c", event_type="REMOVE")])
    before = committed(tmp_path)
    rows = view(tmp_path)
    for format_, time in (("parquet", "12:30"), ("csv", "18:30"), ("json", "19:30")):
        entry = committed(tmp_path, output_format=format_, at=time)
        assert (entry.counts, entry.announcement.ids) == (before.counts, 2)
        assert {name.rsplit(".", 1)[-1] for name in snapshot(tmp_path / "out")} == {format_}
        assert view(tmp_path) == rows


def test_another_compression_rewrites_the_output_and_announces_nothing(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b", "c"))
    before = committed(tmp_path)
    rows = view(tmp_path)
    for compression, ending, time in (("gzip", "json.gz", "12:30"), ("none", "json", "18:30")):
        entry = committed(tmp_path, output_compression=compression, at=time)
        assert (entry.output_format, entry.output_compression) == ("json", compression)
        assert (entry.counts, entry.announcement.ids) == (before.counts, 0)
        assert {name.partition(".")[2] for name in snapshot(tmp_path / "out")} == {ending}
        assert view(tmp_path) == exact(tmp_path) == rows


def test_parquet_is_rewritten_when_only_its_codec_changes(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*"abc"))
    committed(tmp_path, output_format="parquet")
    entry = committed(tmp_path, output_format="parquet", output_compression="snappy", at="12:30")
    assert {file.commit for file in entry.files} == {2}


def test_new_records_are_merged_onto_compressed_files(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    run_day(tmp_path, output_format="csv", output_compression="gzip")
    land(tmp_path, "b.json", newer("a", status="won"))
    entry = committed(tmp_path, output_format="csv", output_compression="gzip", at="12:30")
    assert (entry.counts.records_processed, entry.announcement.ids) == (2, 1)
    assert {key: row.get("status") for key, row in view(tmp_path).items()} == {"a": "won", "b": None}


def test_another_number_of_files_re_buckets_once_and_announces_nothing(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*(f"cb-{n}" for n in range(50))))
    run_day(tmp_path)
    rows = view(tmp_path)
    for files, time in (("7", "12:30"), ("1", "18:30")):
        entry = committed(tmp_path, output_files=files, at=time)
        assert (len(entry.files), entry.announcement.ids) == (int(files), 0)
        assert view(tmp_path) == rows
    again = committed(tmp_path, output_files="1", at="19:30")
    assert [file.commit for file in again.files] == [3]


def test_other_files_and_format_with_new_records_at_once(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b", "c"))
    run_day(tmp_path)
    land(tmp_path, "b.json", [*newer("a", status="won"), *records("d")])
    entry = committed(tmp_path, output_files="2", output_format="parquet", at="12:30")
    assert (entry.counts.records_read, entry.counts.records_processed, entry.counts.duplicates_removed) == (
        5,
        4,
        1,
    )
    assert entry.announcement.ids == 4
    assert {key: row.get("status") for key, row in view(tmp_path).items()} == {
        "a": "won",
        "b": None,
        "c": None,
        "d": None,
    }


def test_another_output_path_gets_everything_and_announces_every_chargeback(tmp_path: Path) -> None:
    state = str(tmp_path / "_state/out")
    land(tmp_path, "a.json", records("a", "b"))
    run_day(tmp_path)
    entry = committed(tmp_path, output_path=str(tmp_path / "other"), state_path=state, at="12:30")
    assert entry.announcement.ids == 2
    assert view(tmp_path, output="other") == view(tmp_path)


def test_announce_all_names_every_living_chargeback_even_when_nothing_is_new(tmp_path: Path) -> None:
    land(tmp_path, "a.json", [*records("a", "b"), *records("gone", event_type="REMOVE")])
    run_day(tmp_path)
    broker = Broker()
    run_day(tmp_path, broker, announce="all", at="12:30")
    assert sorted(broker.announced) == ["a", "a", "b", "b"]
