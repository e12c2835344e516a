"""`chargebacks files`: what the log names, for people and for programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chargebacks.cli import cli
from chargebacks.errors import SettingsError
from tests.unit.consolidation.builders import DAY, land, newer, records
from tests.unit.consolidation.running import log, run, run_day


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two consolidations of DAY and one of the day before."""
    land(tmp_path, "a.json", records(*"abcd"))
    land(tmp_path, "2025/11/19/late.json", records("x"))
    run(tmp_path)
    land(tmp_path, "b.json", newer(*"abcd"))
    run_day(tmp_path, at="12:30")
    return tmp_path


def files(root: Path, *words: str) -> list[str]:
    """The command's lines."""
    done = CliRunner().invoke(
        cli, ["files", *words, "--output-path", str(root / "out")], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def named(root: Path, commit: int, day: str = DAY) -> list[str]:
    return [str(root / "_state/out" / file.path) for file in log(root, day).entry(commit).files]


def test_it_lists_the_newest_consolidations_files_and_an_older_ones_by_its_number(root: Path) -> None:
    assert files(root, DAY) == named(root, 2)
    assert files(root, DAY, "--commit", "1") == named(root, 1)
    assert all(Path(file).exists() for file in named(root, 1) + named(root, 2))


def test_a_range_lists_every_day_that_has_a_consolidation(root: Path) -> None:
    assert files(root, "2025-11-01..2025-11-20") == named(root, 1, "2025-11-19") + named(root, 2)


def test_programs_get_one_object_a_partition(root: Path) -> None:
    earlier, newest = (json.loads(line) for line in files(root, "2025-11-19..2025-11-20", "--json"))
    assert (earlier["partition_date"], earlier["commit"], earlier["records"]) == ("2025-11-19", 1, 1)
    assert (newest["format"], newest["compression"], newest["records"]) == ("json", "none", 4)
    assert [file["url"] for file in newest["files"]] == named(root, 2)
    assert sum(file["rows"] for file in newest["files"]) == 4
    assert [file["bytes"] for file in newest["files"]] == [Path(one).stat().st_size for one in named(root, 2)]


@pytest.mark.parametrize(
    ("words", "explained"),
    [
        (["2025-11-18"], "partition 2025-11-18 has no consolidation in"),
        (["2025-11-01..2025-11-18"], r"partition 2025-11-01\.\.2025-11-18 has no consolidation in"),
        ([DAY, "--commit", "3"], "has no consolidation 3"),
        (["2025-11-19..2025-11-20", "--commit", "1"], "give one DATE"),
        (["20 November"], "is no date"),
    ],
)
def test_what_is_not_there_is_explained(root: Path, words: list[str], explained: str) -> None:
    with pytest.raises(SettingsError, match=explained):
        files(root, *words)
