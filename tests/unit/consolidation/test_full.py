"""Recomputing a partition from all its landing files: equal to the incremental way, or refused."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chargebacks.adapters.store import Store
from chargebacks.consolidation import limits
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.report import PartitionReport, RunReport
from chargebacks.errors import ConsolidationError
from tests.fixtures.any_files import any_files
from tests.unit.consolidation.builders import land, newer, records
from tests.unit.consolidation.running import Broker, committed, exact, log, run, run_day, snapshot, view

TIMES = ("00:30", "06:30", "12:30")


def full(root: Path, publisher: Broker | None = None, at: str = "18:30", **given: str) -> RunReport:
    """A full run."""
    return run(root, publisher, None, at, full="true", **given)


def full_day(
    root: Path, publisher: Broker | None = None, at: str = "18:30", **given: str
) -> tuple[PartitionReport, Entry]:
    """A full run that must not fail, of DAY alone."""
    report = run_day(root, publisher, at, full="true", **given)
    assert report.entry
    assert report.entry.full
    return report, report.entry


@contextmanager
def vanishing(file: Path) -> Iterator[None]:
    """The file vanishes after it was listed, before any is read."""
    real = Store.get_version

    def read(self: Store, path: str, etag: str) -> bytes | None:
        file.unlink(missing_ok=True)
        return real(self, path, etag)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "get_version", read)
        yield


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.lists(any_files, max_size=3), min_size=1, max_size=3))
def test_full_gives_what_any_executions_came_to_file_for_file(
    executions: list[list[tuple[str, bytes]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "MIN_UNREADABLE", 9)
        root = Path(folder)
        for number, (time, files) in enumerate(zip(TIMES, executions, strict=False)):
            for position, (ending, data) in enumerate(files):
                land(root, f"{number}-{position}{ending}", data)
            incremental = committed(root, at=time, max_rejected_share="1")
        rows = exact(root)
        _, entry = full_day(root, max_rejected_share="1")
        assert (entry.counts, entry.files) == (incremental.counts, incremental.files)
        assert (entry.announcement.ids, exact(root), view(root)) == (0, rows, rows)
        assert (entry.landing_files, entry.landing_digest) == (
            incremental.landing_files,
            incremental.landing_digest,
        )


def test_full_reads_an_overwritten_file_in_its_new_version_alone_and_announces_what_that_changes(
    tmp_path: Path,
) -> None:
    land(tmp_path, "a.json", records("a", "b", "c"))
    land(tmp_path, "b.json", records("d"))
    committed(tmp_path)
    land(tmp_path, "a.json", [*records("a"), *newer("b"), *records("e")])
    broker = Broker()
    report, entry = full_day(tmp_path, broker, allow_shrink="true")
    assert report.landing.overwritten == ["2025/11/20/a.json"]
    assert (entry.counts.records_read, entry.counts.records_processed) == (4, 4)
    assert set(view(tmp_path)) == {"a", "b", "d", "e"}
    assert sorted(broker.announced[-2:]) == ["b", "e"]


def test_after_full_the_incremental_way_goes_on_from_what_full_covered(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    committed(tmp_path)
    gone = land(tmp_path, "b.json", records("b"))
    committed(tmp_path, at="12:30")
    gone.unlink()
    full_day(tmp_path, allow_shrink="true")
    assert run_day(tmp_path, at="19:30").landing.vanished == []
    land(tmp_path, "b.json", records("b"))
    last = run_day(tmp_path, at="20:30")
    assert last.entry
    assert [file.path for file in last.landing.new] == ["2025/11/20/b.json"]
    assert (last.entry.counts.records_read, last.entry.landing_files) == (2, 2)
    assert last.entry.counts.duplicates_removed == 0
    assert set(view(tmp_path)) == {"a", "b"}


def refusal(root: Path, **given: str) -> str:
    """Why a full run is refused; log, view and quarantine stay as they were."""
    kept = ("_state/out/log", "out", "_quarantine")
    before = [snapshot(root / one) for one in kept]
    report = full(root, None, **given)
    with pytest.raises(ConsolidationError) as refused:
        report.raise_failures()
    assert [snapshot(root / one) for one in kept] == before
    assert not list((root / "_state/out/pending").rglob("*.json"))
    return str(refused.value)


REMEDY = (
    "nothing was committed; restore the landing files and settings that it was made of, or give "
    "--allow-shrink if this is meant"
)


def test_full_refuses_to_lose_the_chargebacks_of_covered_files_that_are_gone(tmp_path: Path) -> None:
    gone = land(tmp_path, "a.json", records("a"))
    land(tmp_path, "b.json", records("b"))
    run_day(tmp_path, Broker())
    gone.unlink()
    assert refusal(tmp_path) == (
        "partition 2025-11-20: the output would lose 1 chargebacks of the previous output, first 'a'; "
        f"1 covered landing files are gone, first 2025/11/20/a.json: {REMEDY}"
    )


@pytest.mark.parametrize("output_files", ["3", "2"])
def test_full_refuses_to_lose_chargebacks_of_a_file_that_a_shorter_version_overwrote(
    tmp_path: Path, output_files: str
) -> None:
    land(tmp_path, "a.json", records(*(f"cb-{n:02d}" for n in range(30)), "a@example.com"))
    land(tmp_path, "b.json", newer("cb-00"))
    run_day(tmp_path, Broker())
    land(tmp_path, "a.json", records("cb-05"))
    shown = ", ".join(f"'cb-{n:02d}'" for n in (1, 2, 3, 4))
    assert refusal(tmp_path, output_files=output_files) == (
        "partition 2025-11-20: the output would lose 29 chargebacks of the previous output, first "
        f"{shown}: {REMEDY}"
    )
    report = full(tmp_path, None, allow_shrink="true", output_files=output_files)
    told = (
        f"2025-11-20: lost, as --allow-shrink permits: 29 chargebacks of the previous output, first {shown}"
    )
    assert told in list(report.lines())
    assert report.to_json()[0]["chargebacks_lost"] == 29
    assert set(view(tmp_path)) == {"cb-00", "cb-05"}


def test_full_refuses_to_lose_chargebacks_that_other_rules_reject(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("cb-1", "TOTAL"))
    run_day(tmp_path, Broker())
    assert "lose 1 chargebacks of the previous output, first 'TOTAL':" in refusal(
        tmp_path, id_pattern="cb-.*"
    )
    full(tmp_path, None, id_pattern="cb-.*", allow_shrink="true").raise_failures()
    assert set(view(tmp_path)) == {"cb-1"}


def test_full_refuses_to_lose_a_removed_chargeback_which_would_come_back_to_life(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    gone = land(tmp_path, "b.json", [*newer("a", event_type="REMOVE"), *newer("c", event_type="REMOVE")])
    run_day(tmp_path, Broker())
    gone.unlink()
    told = (
        "lose 1 chargebacks of the previous output, first 'c'; 1 would go back to an older version; 1 covered"
    )
    assert told in refusal(tmp_path)


def test_full_refuses_to_go_back_to_older_versions_when_covered_files_are_gone(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    gone = land(tmp_path, "b.json", newer("a", "b"))
    run_day(tmp_path, Broker())
    gone.unlink()
    assert "lose 0 chargebacks of the previous output; 2 would go back to an older version" in refusal(
        tmp_path
    )


def test_full_goes_back_to_an_older_version_when_the_file_that_had_the_newer_one_was_corrected(
    tmp_path: Path,
) -> None:
    land(tmp_path, "a.json", records("a"))
    land(tmp_path, "b.json", newer("a", updated_at="9999-12-31T00:00:00Z"))
    committed(tmp_path)
    land(tmp_path, "b.json", newer("a"))
    broker = Broker()
    full_day(tmp_path, broker)
    assert broker.announced[-1:] == ["a"]
    assert str(view(tmp_path)["a"]["updated_at"]).startswith("2025-11-20 11:00")


def test_full_needs_no_leave_when_other_files_have_all_that_the_missing_ones_had(tmp_path: Path) -> None:
    gone = land(tmp_path, "a.json", records("a"))
    land(tmp_path, "b.json", [*records("b"), *newer("a")])
    before = committed(tmp_path)
    gone.unlink()
    report, entry = full_day(tmp_path)
    assert report.landing.vanished == ["2025/11/20/a.json"]
    assert (entry.files, entry.counts.records_read) == (before.files, 2)
    assert report.findings.loss.chargebacks == 0


def test_full_refuses_too_when_a_covered_file_vanishes_before_it_is_read(tmp_path: Path) -> None:
    gone = land(tmp_path, "a.json", records("a"))
    land(tmp_path, "b.json", records("b"))
    committed(tmp_path)
    with vanishing(gone):
        [one] = full(tmp_path).partitions
        assert one.error
        assert "lose 1 chargebacks" in one.error
        assert "1 covered landing files are gone, first 2025/11/20/a.json" in one.error
    land(tmp_path, "a.json", records("a"))
    with vanishing(gone):
        _, shrunk = full_day(tmp_path, allow_shrink="true")
    assert (shrunk.counts.records_read, set(view(tmp_path))) == (1, {"b"})


def test_full_passes_over_a_new_file_that_vanishes_before_it_is_read(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    committed(tmp_path)
    gone = land(tmp_path, "b.json", records("b"))
    with vanishing(gone):
        report, _ = full_day(tmp_path)
    assert (report.missed, set(view(tmp_path))) == (("2025/11/20/b.json",), {"a"})


def test_allowed_to_shrink_full_keeps_what_is_left_says_so_and_announces_nothing_of_it(
    tmp_path: Path,
) -> None:
    gone = land(tmp_path, "a.json", [*records("a"), *newer("b")])
    land(tmp_path, "b.json", records("b", "c"))
    committed(tmp_path)
    gone.unlink()
    broker = Broker()
    report = full(tmp_path, broker, allow_shrink="true")
    [one] = report.partitions
    assert one.entry
    assert (one.entry.counts.records_read, one.entry.counts.records_processed) == (2, 2)
    assert set(view(tmp_path)) == {"b", "c"}
    assert broker.events[-2]["chargeback_ids"] == ["b"]  # an older version won: that is a change
    told = (
        "2025-11-20: 1 covered landing files are gone; their records went with them, first 2025/11/20/a.json"
    )
    assert told in list(report.lines())


def test_full_of_a_partition_whose_files_are_all_gone_is_empty_when_that_is_allowed(tmp_path: Path) -> None:
    gone = land(tmp_path, "a.json", records("a"))
    committed(tmp_path)
    gone.unlink()
    _, entry = full_day(tmp_path, allow_shrink="true")
    assert (entry.counts.records_read, entry.files, entry.landing_files) == (0, (), 0)
    assert view(tmp_path) == {}


def test_full_without_anything_before_is_a_first_execution(tmp_path: Path) -> None:
    assert full_day(tmp_path, at="06:30")[1].files == ()
    land(tmp_path, "a.json", records("a"))
    broker = Broker()
    full_day(tmp_path, broker)
    assert (set(view(tmp_path)), broker.announced) == ({"a"}, ["a"])


def test_full_is_only_for_the_days_asked_for_not_for_those_looked_back_at(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/19/a.json", records("a"))
    run_day(tmp_path, partition_date="2025-11-19", execution_time="2025-11-19T06:30:00")
    land(tmp_path, "2025/11/19/late.json", records("late"))
    land(tmp_path, "a.json", records("a"))
    full(tmp_path).raise_failures()
    yesterday, today = log(tmp_path, "2025-11-19").head(), log(tmp_path).head()
    assert yesterday
    assert today
    assert (yesterday.commit, yesterday.full, today.full) == (2, False, True)


def test_full_into_another_number_of_files_and_format_announces_by_content_or_all(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*(f"cb-{n}" for n in range(20))))
    committed(tmp_path)
    rows = view(tmp_path)
    _, rebucketed = full_day(tmp_path, output_files="2")
    assert (rebucketed.announcement.ids, len(rebucketed.files), view(tmp_path)) == (0, 2, rows)
    _, reformatted = full_day(tmp_path, at="19:30", output_files="2", output_format="parquet")
    assert (reformatted.announcement.ids, view(tmp_path)) == (20, rows)


def test_full_notices_when_previous_rows_are_lost_as_any_execution_does(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    first = committed(tmp_path)
    file = tmp_path / "_state/out" / first.files[0].path
    file.unlink()
    file.write_bytes(b"")
    [failed] = full(tmp_path).partitions
    assert failed.error
    assert failed.error.startswith("partition 2025-11-20: entry 1 names 2 records but its files hold ")


def test_a_dry_run_of_full_counts_from_raw_and_writes_nothing(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a", "b"))
    committed(tmp_path)
    before = snapshot(tmp_path)
    [one] = full(tmp_path, dry_run="true").partitions
    assert one.entry
    assert (one.status, one.entry.counts.records_read, one.entry.announcement.ids) == ("dry run", 2, 0)
    assert snapshot(tmp_path) == before
