"""Which days have landing files that the log does not cover: told by a digest, whatever their number."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.consolidation.commits.coverage import NOTHING, Covered, add, digest
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.landing.listing import LandingFile
from tests.unit.consolidation.builders import land, records
from tests.unit.consolidation.running import log, run

FILES = st.builds(LandingFile, st.text(max_size=2), st.integers(0, 2), st.text(max_size=2))


@given(st.sets(FILES, max_size=6), st.sets(FILES, max_size=6))
def test_the_digest_is_equal_for_equal_sets_alone_and_adds_up(
    first: set[LandingFile], second: set[LandingFile]
) -> None:
    assert (digest(first) == digest(second)) is (first == second)
    assert digest(sorted(first, key=repr)) == digest(sorted(first, key=repr, reverse=True))
    assert add(digest(first), digest(second - first)) == digest(first | second)
    assert (digest(first) == NOTHING) is (not first)


def test_every_entry_tells_the_digest_of_all_that_is_covered_so_far(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    land(tmp_path, "b.json", records("b"))
    run(tmp_path).raise_failures()
    land(tmp_path, "a.json", records("a", "c"))  # overwritten
    land(tmp_path, "d.json", records("d"))
    run(tmp_path, at="12:30").raise_failures()
    run(tmp_path, at="18:30").raise_failures()
    entries = log(tmp_path).entries()
    for number in range(1, 4):
        covered = log(tmp_path).covered(entries[:number])
        told = entries[number - 1]
        assert (told.landing_files, told.landing_digest) == (
            len(covered),
            digest(one.file for one in covered.values()),
        )


def test_as_many_new_files_as_covered_ones_are_gone_are_still_left_and_reported(tmp_path: Path) -> None:
    old = land(tmp_path, "2025/11/10/a.json", records("a"))
    run(tmp_path, partition_date="2025-11-10", execution_time="2025-11-11T00:30:00").raise_failures()
    old.unlink()
    land(tmp_path, "2025/11/10/b.json", records("b"))
    assert run(tmp_path).left == {date(2025, 11, 10): 1}


def test_an_overwritten_file_out_of_reach_is_left_and_reported(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/10/a.json", records("a"))
    run(tmp_path, partition_date="2025-11-10", execution_time="2025-11-11T00:30:00").raise_failures()
    land(tmp_path, "2025/11/10/a.json", records("b"))
    assert run(tmp_path).left == {date(2025, 11, 10): 1}


def test_days_whose_files_are_all_covered_are_told_apart_without_reading_which_those_are(
    tmp_path: Path,
) -> None:
    for day in ("10", "12"):
        land(tmp_path, f"2025/11/{day}/a.json", records("a"))
        run(
            tmp_path, partition_date=f"2025-11-{day}", execution_time=f"2025-11-{day}T06:30:00"
        ).raise_failures()
        land(tmp_path, f"2025/11/{day}/b.json", records("b"))
        run(
            tmp_path, partition_date=f"2025-11-{day}", execution_time=f"2025-11-{day}T12:30:00"
        ).raise_failures()

    def covered(self: CommitLog, entries: list[Entry]) -> dict[str, Covered]:
        assert not entries, "read what is covered"
        return {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CommitLog, "covered", covered)
        report = run(tmp_path, partition_date="2025-11-20", dry_run="true", lookback_days="0")
    assert [one.day.day for one in report.partitions] == [20]


def test_an_earlier_day_that_only_lost_files_gets_no_entry(tmp_path: Path) -> None:
    gone = land(tmp_path, "2025/11/19/a.json", records("a"))
    land(tmp_path, "2025/11/19/b.json", records("b"))
    run(tmp_path, partition_date="2025-11-19", execution_time="2025-11-19T06:30:00").raise_failures()
    gone.unlink()
    assert [one.day.day for one in run(tmp_path).partitions] == [20]
