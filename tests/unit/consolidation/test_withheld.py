"""Withheld landing files: every run reports them, none covers them, and they are read once storage gives them."""

from pathlib import Path

import pytest

from chargebacks.errors import ConsolidationError
from tests.unit.consolidation.builders import DAY, land, records
from tests.unit.consolidation.running import log, run, view

FOLDER = "2025/11/20"


def linked(root: Path, name: str, target: Path) -> Path:
    """A link among the landing files of the day."""
    link = root / "landing" / FOLDER / name
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    return link


def test_a_link_to_itself_or_to_nothing_stops_nothing_and_is_read_once_it_leads_somewhere(
    tmp_path: Path,
) -> None:
    land(tmp_path, "a.json", records("a"))
    land(tmp_path, "new\nline.json", records("n"))
    linked(tmp_path, "loop.json", tmp_path / "landing" / FOLDER / "loop.json")
    linked(tmp_path, "later.json", tmp_path / "later")
    for at in ("06:30", "12:30"):
        report = run(tmp_path, at=at)
        report.raise_failures()
        [told] = report.to_json()
        assert (told["files_withheld"], told["files_missed"], told["files_unreadable"]) == (2, 2, 0)
        [line] = [line for line in report.lines() if "storage does not give" in line]
        assert line == (
            f"{DAY}: 2 landing files are there, but storage does not give them: left for the next run, first "
            f"cannot read {tmp_path}/landing/{FOLDER}/later.json: it is a link to nothing: "
            "correct the link or remove it"
        )
        assert not [line for line in report.lines() if "vanished" in line]
        assert sorted(log(tmp_path).covered(log(tmp_path).entries())) == [
            f"{FOLDER}/a.json",
            f"{FOLDER}/new\nline.json",
        ]
    (tmp_path / "later").write_bytes(b'{"chargeback_id": "later"}')
    assert run(tmp_path, at="18:30").to_json()[0]["files_withheld"] == 1
    assert set(view(tmp_path)) == {"a", "n", "later"}


def test_a_file_that_is_withheld_makes_its_day_due_while_the_lookback_reaches_it(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records("a"))
    linked(tmp_path, "later.json", tmp_path / "later")
    run(tmp_path).raise_failures()
    (tmp_path / "later").write_bytes(b'{"chargeback_id": "later"}')
    next_day = {"partition_date": "2025-11-21", "execution_time": "2025-11-21T06:30:00"}
    run(tmp_path, **next_day).raise_failures()
    assert set(view(tmp_path)) == {"a", "later"}


def test_full_refuses_when_a_covered_file_is_withheld(tmp_path: Path) -> None:
    file = land(tmp_path, "a.json", records("a"))
    land(tmp_path, "b.json", records("b"))
    run(tmp_path).raise_failures()
    file.unlink()
    linked(tmp_path, "a.json", tmp_path / "nowhere")
    with pytest.raises(ConsolidationError):
        run(tmp_path, at="12:30", full="true").raise_failures()
    assert set(view(tmp_path)) == {"a", "b"}
    report = run(tmp_path, at="12:30", full="true", allow_shrink="true")
    report.raise_failures()
    assert set(view(tmp_path)) == {"b"}


def test_a_covered_file_that_becomes_a_dead_link_keeps_its_records(tmp_path: Path) -> None:
    file = land(tmp_path, "a.json", records("a"))
    run(tmp_path).raise_failures()
    file.unlink()
    linked(tmp_path, "a.json", tmp_path / "nowhere")
    report = run(tmp_path, at="12:30")
    report.raise_failures()
    assert report.to_json()[0]["files_withheld"] == 1
    assert set(view(tmp_path)) == {"a"}
    assert list(log(tmp_path).covered(log(tmp_path).entries())) == [f"{FOLDER}/a.json"]
