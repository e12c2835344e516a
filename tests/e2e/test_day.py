"""The day as a newcomer runs it: whole processes, real servers, the oracle's verdict."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.check_files import read_rows, view_files

TINY = Path(__file__).parents[1] / "oracle" / "tiny_day"
BY_HAND = json.loads((TINY / "expected.json").read_text())
DAY_SECONDS = 1800


def run_day(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "chargebacks", "day", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=DAY_SECONDS, check=False)


@pytest.fixture(scope="module")
def sample_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    folder = tmp_path_factory.mktemp("sample") / "day"
    return folder, run_day("--folder", str(folder), "--size", "800", "--files", "24")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_sample_day_agrees_with_the_oracle(
    sample_day: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    _, done = sample_day
    assert done.returncode == 0, done.stdout + done.stderr
    for agreed in ("counts", "files    2025-11-19", "files    2025-11-20", "messages", "table"):
        assert f"agrees  {agreed}" in done.stdout
    assert "DIFFERS" not in done.stdout


def test_a_sample_day_shows_four_executions_and_the_late_file(
    sample_day: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    _, done = sample_day
    shown = [line.split("  ")[0].strip() for line in done.stdout.splitlines()]
    assert [name for name in shown if name[1:4] == " at"] == [
        "1 at 00:30",
        "2 at 06:30",
        "3 at 12:30",
        "4 at 18:30",
    ]
    assert "late file" in done.stdout


def test_the_oracle_finds_a_cell_that_was_changed_in_the_output(
    sample_day: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    folder, _ = sample_day
    day = description_of(folder)
    path = view_files(Path(day["output"]), "2025-11-20")[0]
    whole = path.read_text()
    path.write_text(whole.replace(",merchant-", ",Merchant-", 1))
    command = [sys.executable, "-m", "tests.oracle.oracle", str(folder / "description.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DAY_SECONDS, check=False)
    path.write_text(whole)
    assert done.returncode == 1
    assert "DIFFERS files    2025-11-20" in done.stdout
    assert "Merchant-" in done.stdout


def description_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "description.json").read_text())
    return found


def test_a_landing_zone_of_ones_own_is_read_in_place_and_gives_what_was_worked_out_by_hand(
    tmp_path: Path,
) -> None:
    before = {path: path.read_bytes() for path in sorted((TINY / "landing").rglob("*")) if path.is_file()}
    done = run_day("--folder", str(tmp_path / "day"), "--landing", str(TINY / "landing"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert {
        path: path.read_bytes() for path in sorted((TINY / "landing").rglob("*")) if path.is_file()
    } == before
    last = {expected["partition_date"]: expected for expected in BY_HAND["expected"]}
    for day, by_hand in last.items():
        assert rows(tmp_path / "day", day) == by_hand["rows"]
        report = next(r for r in lines(tmp_path / "day" / "reports.jsonl") if r["partition_date"] == day)
        assert {name: report[name] for name in by_hand["counts"]} == by_hand["counts"]


def rows(folder: Path, day: str) -> list[dict[str, Any]]:
    """The rows of the output folder, nulls left out, as the hand-made day has them."""
    files = view_files(folder / "consolidated" / "chargebacks", day)
    found = sorted(pair for path in files for pair in read_rows(path))
    plain = [json.loads(content, parse_float=str, parse_int=str) for _, content in found]
    return [without_nulls(row) for row in plain]


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def test_a_landing_zone_that_is_none_is_explained_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for given, said in (("nowhere", "is no folder"), ("empty", "with files in it")):
        done = run_day("--folder", str(tmp_path / "day"), "--landing", str(tmp_path / given))
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    done = run_day("--folder", str(tmp_path))
    assert done.returncode == 2
    assert (tmp_path / "precious").read_text() == "mine"
