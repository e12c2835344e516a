"""State of releases that read as landing files what are markers now: it consolidates on, and nothing is missed."""

from pathlib import Path

import pytest

from chargebacks.consolidation.landing import markers
from tests.unit.consolidation.builders import land, newer, records
from tests.unit.consolidation.running import committed, exact, log, run_day, view


def released(path: str, size: int) -> str | None:
    """What was a marker before: empty objects, `.*.crc`, and a Spark writer's unfinished work."""
    name = path.rsplit("/", 1)[-1]
    unfinished = "/_temporary/" in path or "/.spark-staging" in path
    return "marker" if unfinished or not size or (name[:1] == "." and name.endswith(".crc")) else None


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An entry that covers a readable and two unreadable markers."""
    land(tmp_path, "a.json", records("a"))
    land(tmp_path, "_SUCCESS", b"not empty")
    land(tmp_path, "_committed_1", b'{"added": []}')
    land(tmp_path, "b.json.crc", records("b"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markers, "kind_of", released)
        first = committed(tmp_path)
    assert (first.landing_files, set(view(tmp_path))) == (4, {"a", "b"})
    return tmp_path


@pytest.mark.parametrize("gone", [False, True])
def test_what_was_covered_stays_covered_and_neither_vanishes_nor_is_read_again(old: Path, gone: bool) -> None:
    first = log(old).head()
    for name in ("_SUCCESS", "_committed_1", "b.json.crc") if gone else ():
        (old / "landing/2025/11/20" / name).unlink()
    report = run_day(old, at="12:30")
    assert (report.landing.new, report.landing.overwritten, report.landing.vanished) == ([], [], [])
    assert len(report.landing.ignored) == (0 if gone else 3)
    assert report.entry
    assert first
    assert (report.entry.files, report.entry.counts) == (first.files, first.counts)
    assert (report.entry.landing_files, report.entry.landing_digest) == (4, first.landing_digest)
    land(old, "c.json", newer("c"))
    assert committed(old, at="18:30").landing_files == 5
    assert set(view(old)) == set(exact(old)) == {"a", "b", "c"}
    lookback = {"partition_date": "2025-11-21", "execution_time": "2025-11-21T00:30:00"}
    assert [one.day.isoformat() for one in [run_day(old, **lookback)]] == ["2025-11-21"]  # nothing is due


def test_full_takes_unreadable_markers_for_no_loss(old: Path) -> None:
    (old / "landing/2025/11/20/b.json.crc").rename(old / "landing/2025/11/20/b.json")
    report = run_day(old, at="12:30", full="true")
    assert report.entry
    assert report.entry.landing_files == 2
    assert set(view(old)) == {"a", "b"}
    assert report.to_json()["files_ignored_by_kind"] == {"_SUCCESS": 1, "_committed_*": 1}
