"""Rejected records and unreadable files: kept for people, counted, and too many of them stop the commit."""

import json
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing.raw_rows import Raw, Reject
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.errors import StorageError
from tests.unit.consolidation.builders import json_lines, land, records
from tests.unit.consolidation.running import Broker, committed, log, run, run_day, snapshot, view


def with_rejects(good: int, bad: int) -> bytes:
    return json_lines(*records(*(f"cb-{n}" for n in range(good)))) + b"broken\n" * bad


def test_rejected_records_are_counted_and_put_into_the_quarantine_with_reason_text_and_place(
    tmp_path: Path,
) -> None:
    land(tmp_path, "a.json", json_lines(*records("a")) + b'broken \xff\n{"chargeback_id": " "}\n')
    entry = committed(tmp_path)
    assert (entry.counts.records_read, entry.counts.records_rejected) == (3, 2)
    [(name, data)] = snapshot(tmp_path / "_quarantine").items()
    assert name == "out/year=2025/month=11/day=20/rejected-c00000001.jsonl"
    told = [json.loads(line) for line in data.splitlines()]
    assert [(one["source_file"], one["line"], one["raw"]) for one in told] == [
        ("2025/11/20/a.json", 2, "broken \ufffd"),
        ("2025/11/20/a.json", 3, '{"chargeback_id": " "}'),
    ]
    assert told[1]["reason"] == "chargeback_id: blank"


@pytest.mark.parametrize(
    ("good", "bad", "share", "passes"),
    [
        (0, 10, "0.05", True),  # a handful is no flood
        (189, 11, "0.05", False),  # more than 10, and 5.5 %
        (209, 11, "0.05", True),  # more than 10, but exactly 5 %
        (208, 11, "0.05", False),
        (1, 11, "1", True),
        (100, 11, "0", False),
    ],
)
def test_more_rejects_than_allowed_fail_before_anything_can_be_seen(
    tmp_path: Path, good: int, bad: int, share: str, passes: bool
) -> None:
    land(tmp_path, "a.json", with_rejects(good, bad))
    report = run(tmp_path, Broker(), max_rejected_share=share)
    if passes:
        report.raise_failures()
        return
    [failed] = report.partitions
    assert failed.error
    assert failed.error.startswith(f"partition 2025-11-20: {bad} of {good + bad} records rejected, more than")
    assert log(tmp_path).head() is None
    assert not snapshot(tmp_path / "out")
    assert not snapshot(tmp_path / "_quarantine")
    assert not list((tmp_path / "_state/out/pending").rglob("*.json"))


@pytest.mark.parametrize(("good", "passes"), [(570, True), (569, False)])
def test_a_reject_that_holds_many_records_counts_as_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: int, passes: bool
) -> None:
    land(tmp_path, "a.json", records(*(f"cb-{n}" for n in range(good))))
    right = formats.read

    def with_many(path: str, data: bytes, *rules: ReadingRules) -> Raw:
        raw = right(path, data, *rules)
        raw.rejects.append(Reject(1, "record: cut off", "{" * 30, records=30))
        return raw

    monkeypatch.setattr(formats, "read", with_many)
    report = run(tmp_path)
    [one] = report.partitions
    if not passes:
        assert one.error
        assert one.error.startswith("partition 2025-11-20: 30 of 599 records rejected, more than 5.0%")
        return
    report.raise_failures()
    assert one.entry
    counts = one.entry.counts
    assert (counts.records_read, counts.records_processed, counts.records_rejected) == (600, 570, 30)
    [data] = snapshot(tmp_path / "_quarantine").values()
    [told] = map(json.loads, data.splitlines())
    assert (told["line"], told["records"]) == (1, 30)


def test_the_share_is_of_this_executions_records_not_of_the_whole_partitions(tmp_path: Path) -> None:
    land(tmp_path, "a.json", with_rejects(1000, 0))
    run_day(tmp_path)
    land(tmp_path, "b.json", with_rejects(0, 11))
    assert run(tmp_path, at="12:30").partitions[0].error
    assert len(view(tmp_path)) == 1000


@pytest.mark.parametrize(("files", "unreadable", "passes"), [(3, 3, True), (399, 4, False), (400, 4, True)])
def test_more_unreadable_files_than_allowed_fail_before_the_commit(
    tmp_path: Path, files: int, unreadable: int, passes: bool
) -> None:
    for n in range(files):
        land(tmp_path, f"{n:03d}.parquet", b"PAR1 broken" if n < unreadable else records("a"))
    report = run(tmp_path)
    [one] = report.partitions
    if passes:
        assert one.error is None
        told = one.to_json()
        assert (told["files_unreadable"], told["bytes_unreadable"]) == (unreadable, unreadable * 11)
        assert f"{unreadable} landing files ({unreadable * 11} bytes) cannot be read" in "\n".join(
            report.lines()
        )
        assert list(one.unreadable) == [f"2025/11/20/{n:03d}.parquet" for n in range(unreadable)]
    else:
        assert one.error
        assert one.error.startswith(
            f"partition 2025-11-20: {unreadable} of {files} landing files cannot be read, first"
        )
        assert log(tmp_path).head() is None


def test_an_unreadable_file_is_quarantined_by_name_outside_the_counts_and_not_read_again(
    tmp_path: Path,
) -> None:
    land(tmp_path, "a.parquet", b"PAR1 broken")
    land(tmp_path, "b.json", records("b"))
    entry = committed(tmp_path)
    assert (entry.counts.records_read, entry.counts.records_rejected, entry.landing_files) == (1, 0, 2)
    [data] = snapshot(tmp_path / "_quarantine").values()
    told = json.loads(data)
    assert (told["source_file"], told["line"], told["raw"]) == ("2025/11/20/a.parquet", None, None)
    assert told["reason"].startswith("file: 2025/11/20/a.parquet: damaged parquet: ")
    assert run_day(tmp_path, at="12:30").landing.new == []


def test_a_failure_of_storage_is_never_taken_for_bad_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "a.json", records("a"))

    def broken(self: Store, path: str, etag: str) -> bytes:
        raise StorageError(f"{path}: 503")

    monkeypatch.setattr(Store, "get_version", broken)
    [failed] = run(tmp_path).partitions
    assert failed.error == "2025/11/20/a.json: 503"
    assert log(tmp_path).head() is None
    monkeypatch.undo()
    assert committed(tmp_path).counts.records_read == 1


def test_a_generation_that_lost_records_is_noticed_before_the_commit(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    first = committed(tmp_path)
    file = tmp_path / "_state/out" / first.files[0].path
    file.unlink()
    file.write_bytes(b"")
    land(tmp_path, "b.json", records("c"))
    [failed] = run(tmp_path, at="12:30").partitions
    assert failed.error
    assert failed.error.startswith("partition 2025-11-20: entry 1 names 2 records but its files hold ")
    assert len(log(tmp_path).entries()) == 1
