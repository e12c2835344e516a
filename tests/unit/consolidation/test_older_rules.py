"""What was read, or could not be, under other rules than now; and state that a newer release wrote."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing.raw_rows import Raw
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.errors import ConsolidationError, UnreadableFileError
from tests.unit.consolidation.builders import land, newer, records
from tests.unit.consolidation.running import Broker, committed, run, run_day, snapshot, view

OTHER = {"id_pattern": ".*"}  # other rules, by which the same is read
HARD = "2025/11/20/hard.json"
YESTERDAY = {"partition_date": "2025-11-19", "execution_time": "2025-11-19T23:59:00"}


@pytest.fixture(autouse=True)
def hard_files() -> Iterator[None]:
    """Files that are called hard can be read only by rules that have an `id_pattern`."""
    real = formats.read

    def read(path: str, data: bytes, rules: ReadingRules) -> Raw:
        if "hard" in path and not rules.id_pattern:
            raise UnreadableFileError(f"{path}: too hard")
        return real(path, data, rules)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formats, "read", read)
        yield


def reads(root: Path, at: str, **given: str) -> list[str]:
    """The landing files that a run reads."""
    return [file.path for file in run_day(root, None, at, **given).landing.new]


def test_a_file_that_could_not_be_read_is_read_again_once_the_rules_change_and_adds_its_records(
    tmp_path: Path,
) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    land(tmp_path, "hard.json", [*records("b", "c"), *newer("a")])
    first = committed(tmp_path)
    assert (first.counts.records_read, first.landing_files) == (2, 2)
    assert reads(tmp_path, "07:30") == []
    broker = Broker()
    report = run_day(tmp_path, broker, "08:30", **OTHER)
    entry = report.entry
    assert entry
    assert (report.landing.retried, [file.path for file in report.landing.new]) == ([HARD], [HARD])
    assert (entry.counts.records_read, entry.counts.records_processed) == (5, 3)
    assert (entry.counts.duplicates_removed, set(view(tmp_path))) == (2, {"a", "b", "c"})
    assert (entry.landing_files, entry.landing_digest) == (2, first.landing_digest)
    assert broker.announced[-2:] == ["a", "c"]
    assert reads(tmp_path, "09:30", **OTHER) == []
    assert reads(tmp_path, "10:30") == []  # it was read: other rules are no reason to read it again


def test_a_file_that_stays_unreadable_is_read_once_under_each_rules_and_keeps_within_the_limit(
    tmp_path: Path,
) -> None:
    for n in range(3):
        for kind in ("hard-a", "hard-b"):
            land(tmp_path, f"{kind}{n}.json", records("a"))
        committed(tmp_path, at=f"0{n + 1}:30")
    rules = {"csv_escape": "quote"}
    again = run_day(tmp_path, None, "08:30", **rules)
    assert (len(again.landing.retried), len(again.unreadable)) == (6, 6)
    assert again.entry
    assert again.entry.rules_of_unreadable == (again.entry.rules,)
    assert reads(tmp_path, "09:30", **rules) == []
    assert len(reads(tmp_path, "10:30")) == 6


def test_a_file_that_a_run_was_told_to_skip_is_not_read_again_for_the_rules(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    land(tmp_path, "hard.json", records("b"))
    first = committed(tmp_path, skip_file=HARD)
    assert (first.rules_of_rows, first.rules_of_unreadable) == ((first.rules,), ())
    assert reads(tmp_path, "08:30", **OTHER) == []
    assert reads(tmp_path, "09:30", full="true", **OTHER) == ["2025/11/20/a.json", HARD]


def test_new_unreadable_files_keep_their_limit_beside_those_that_are_read_again(tmp_path: Path) -> None:
    land(tmp_path, "hard.json", records("a"))
    committed(tmp_path)
    for n in range(4):
        land(tmp_path, f"hard-{n}.json", records("a"))
    [failed] = run(tmp_path, at="12:30", csv_escape="quote").partitions
    assert failed.error
    assert "4 of 5 landing files cannot be read, first 2025/11/20/hard-0.json" in failed.error


def test_a_file_that_vanished_or_changed_since_is_not_read_again_for_the_rules(tmp_path: Path) -> None:
    gone, changed = land(tmp_path, "hard-a.json", records("a")), "2025/11/20/hard-b.json"
    land(tmp_path, "hard-b.json", records("b"))
    committed(tmp_path)
    gone.unlink()
    land(tmp_path, "hard-b.json", records("b", "c"))
    found = run_day(tmp_path, None, "08:30", **OTHER).landing
    assert (found.overwritten, found.retried) == ([changed], [])
    assert [file.path for file in found.new] == [changed]


def test_an_entry_says_under_which_rules_rows_were_read_and_files_could_not_be(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    land(tmp_path, "hard.json", records("b"))
    old = committed(tmp_path)
    assert (old.rules_of_rows, old.rules_of_unreadable) == ((old.rules,), (old.rules,))
    new = committed(tmp_path, at="07:30", **OTHER)
    assert new.rules != old.rules
    assert (new.rules_of_rows, new.rules_of_unreadable) == (tuple(sorted([old.rules, new.rules])), ())
    quiet = committed(tmp_path, at="08:30", **OTHER)
    assert (quiet.rules_of_rows, quiet.landing_digest) == (new.rules_of_rows, new.landing_digest)
    whole = committed(tmp_path, at="09:30", full="true", **OTHER)
    assert (whole.rules_of_rows, whole.rules_of_unreadable) == ((new.rules,), ())


def lines(root: Path, at: str, **given: str) -> list[str]:
    return [line for line in run(root, None, None, at, **given).lines() if "older rules" in line]


def test_days_whose_rows_were_read_under_other_rules_are_named_and_left_until_full(tmp_path: Path) -> None:
    for day in ("2025-11-12", "2025-11-19"):
        land(tmp_path, f"{day.replace('-', '/')}/a.json", records("a"))
        run_day(tmp_path, partition_date=day, execution_time=f"{day}T23:59:00")
    land(tmp_path, "a.json", records("a"))
    assert lines(tmp_path, "06:30") == []
    before = snapshot(tmp_path / "_state/out/log/2025-11-19")
    told = (
        "days have rows that were read under older rules or other settings; nothing recomputes them by itself: "
        "--partition-date DAY --full does: "
    )
    assert lines(tmp_path, "07:30", **OTHER) == [f"3 {told}2025-11-12, 2025-11-19, 2025-11-20"]
    assert snapshot(tmp_path / "_state/out/log/2025-11-19") == before
    run(tmp_path, at="08:30", full="true", **OTHER).raise_failures()
    assert lines(tmp_path, "09:30", **OTHER) == [f"2 {told}2025-11-12, 2025-11-19"]


def test_yesterday_is_worked_on_for_a_file_that_other_rules_may_read_older_days_are_not(
    tmp_path: Path,
) -> None:
    for day in ("2025-11-12", "2025-11-19"):
        folder = day.replace("-", "/")
        land(tmp_path, f"{folder}/hard.json", records("b"))
        run_day(tmp_path, partition_date=day, execution_time=f"{day}T23:59:00")
    assert [one.day.day for one in run(tmp_path, at="06:30").partitions] == [20]
    found = run(tmp_path, at="07:30", **OTHER)
    found.raise_failures()
    assert [(one.day.day, len(one.landing.retried)) for one in found.partitions] == [(19, 1), (20, 0)]
    assert (found.left, set(view(tmp_path, "2025-11-19"))) == ({}, {"b"})
    assert [one.day.day for one in run(tmp_path, at="08:30", **OTHER).partitions] == [20]


def test_a_day_without_unreadable_files_is_passed_over_without_reading_what_it_covers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "2025/11/19/a.json", records("a"))
    run_day(tmp_path, **YESTERDAY)
    read: list[str] = []
    real = Store.get
    monkeypatch.setattr(Store, "get", lambda self, path: (read.append(path), real(self, path))[1])
    run(tmp_path, at="06:30", **OTHER)
    assert read
    assert not [path for path in read if "generations/2025-11-19" in path]


def make_newer(root: Path, day: str) -> None:
    """The day's newest entry becomes one of a release to come."""
    newest = max((root / "_state/out/log" / day).glob("????????.json"))
    newest.write_text(json.dumps(json.loads(newest.read_text()) | {"version": 3, "shape": "new"}))


def test_a_partition_with_a_newer_entry_is_refused_and_left_alone_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    land(tmp_path, "2025/11/19/a.json", records("a"))
    run_day(tmp_path, Broker(), **YESTERDAY)
    make_newer(tmp_path, "2025-11-19")
    land(tmp_path, "2025/11/19/b.json", records("b"))
    land(tmp_path, "a.json", records("a"))
    before = {path: data for path, data in snapshot(tmp_path).items() if "2025-11-19" in path}
    report = run(tmp_path, Broker(), at="06:30")
    with pytest.raises(ConsolidationError) as refused:
        report.raise_failures()
    assert str(refused.value) == (
        f"partition 2025-11-19: {tmp_path}/_state/out/log/2025-11-19/00000001.json was written by a newer release "
        "(version 3; this code knows 2): upgrade the release that runs this job or command; nothing was done"
    )
    assert {path: data for path, data in snapshot(tmp_path).items() if "2025-11-19" in path} == before
    assert [(one.day.day, one.status, one.published) for one in report.partitions] == [
        (19, "failed", False),
        (20, "consolidated", True),
    ]


def test_a_newer_entry_that_owes_messages_fails_its_partition_alone(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    run_day(tmp_path)  # without a broker: marker and debt stay
    make_newer(tmp_path, "2025-11-20")
    report = run(tmp_path, Broker(), at="12:30")
    [one] = report.partitions
    assert one.error
    assert "was written by a newer release" in one.error
    assert report.unpublished == {date(2025, 11, 20): 1}
    assert list((tmp_path / "_state/out/pending/2025-11-20").iterdir())
    assert not list((tmp_path / "_state/out/log").rglob("00000002*"))


@pytest.mark.parametrize("content", [b"", b"{broken", b"[]", b'{"version": 3}', b'{"commit": null}'])
def test_a_pending_marker_that_cannot_be_read_stops_no_run_and_is_left(
    tmp_path: Path, content: bytes
) -> None:
    land(tmp_path, "a.json", records("a"))
    marker = tmp_path / "_state/out/pending/2025-11-19/run.json"
    marker.parent.mkdir(parents=True)
    marker.write_bytes(content)
    run_day(tmp_path, Broker())
    assert marker.read_bytes() == content
