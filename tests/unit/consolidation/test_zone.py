"""A landing zone without days is a warning, one that is not there an error."""

from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.cli import exit_code
from chargebacks.consolidation import job, metrics
from chargebacks.errors import SettingsError
from tests.unit.consolidation.builders import land, records, settings
from tests.unit.consolidation.running import run, view

KNOWN = "YYYY/MM/DD, year=YYYY/month=MM/day=DD, " + ", ".join(
    f"{one}YYYY-MM-DD" for one in ("", "dt=", "date=", "ds=", "day=")
)


def warned(root: Path, **given: str) -> str | None:
    """The warning of one run, which must agree with its metric and must not fail."""
    report = run(root, **given)
    report.raise_failures()
    lines = [line for line in report.lines() if line.startswith("warning: ")]
    assert metrics.values(report, settings(root))["LandingZoneEmpty"] == len(lines)
    assert not [line for line in report.lines() if "ERROR" in line]
    return lines[0] if lines else None


@pytest.mark.parametrize("command", ["run", "dry run"])
def test_a_landing_zone_that_is_not_there_is_an_error_before_anything_happens(
    tmp_path: Path, command: str
) -> None:
    gone = {"landing_path": str(tmp_path / "nowhere"), "dry_run": str(command == "dry run").lower()}
    settings(tmp_path)  # makes the folder that is usually there
    before = sorted(tmp_path.iterdir())
    with pytest.raises(
        SettingsError, match=r"landing_path '.*/nowhere': there is no such folder: create"
    ) as no:
        run(tmp_path, **gone)
    assert exit_code(no.value) == 2
    assert sorted(tmp_path.iterdir()) == before
    (tmp_path / "nowhere").write_bytes(b"a file")
    with pytest.raises(SettingsError):
        run(tmp_path, **gone)


def test_recover_needs_no_landing_zone(tmp_path: Path) -> None:
    report = job.recover(settings(tmp_path, landing_path=str(tmp_path / "nowhere")), None)
    report.raise_failures()
    assert "LandingZoneEmpty" not in metrics.values(report, settings(tmp_path))


def test_an_empty_landing_zone_is_a_warning(tmp_path: Path) -> None:
    assert warned(tmp_path) == (
        f"warning: the landing zone {tmp_path}/landing is empty: check landing_path; days are looked for as {KNOWN}"
    )


def test_a_landing_zone_without_a_day_says_what_it_holds_instead(tmp_path: Path) -> None:
    for name in ("exports/2025/11/20/a.json", "exports/b.json", *(f"z{n}/a" for n in range(9))):
        land(tmp_path, name, b"{}")
    (tmp_path / "landing/x.csv").write_bytes(b"")
    told = warned(tmp_path)
    assert told == (
        f"warning: the landing zone {tmp_path}/landing has no folder of a day in a known layout ({KNOWN}): check "
        "landing_path; found instead: 'exports/', 'z0/', 'z1/', 'z2/', 'z3/' and 6 more; "
        "exports/ holds '2025/', 'b.json'"
    )


@pytest.mark.parametrize("folder", ["2025", "2025/Nov/20", "year=2025/month=11", "2025/11/32", "year=2025"])
def test_a_year_without_a_day_is_a_warning_too(tmp_path: Path, folder: str) -> None:
    land(tmp_path, f"{folder}/a.json", b"{}")
    told = warned(tmp_path)
    assert told
    assert f"'{folder.split('/')[0]}/'" in told


@pytest.mark.parametrize("folder", ["2019/01/31", "year=2019/month=1/day=31", "dt=2019-01-31", "2019-01-31"])
def test_days_that_are_out_of_reach_are_no_reason_to_warn(tmp_path: Path, folder: str) -> None:
    land(tmp_path, f"{folder}/a.json", b"{}")
    assert warned(tmp_path) is None


def test_a_zone_that_lost_its_days_is_warned_of_though_the_log_knows_files(tmp_path: Path) -> None:
    land(tmp_path, "2025/11/20/a.json", records("a"))
    assert warned(tmp_path) is None
    (tmp_path / "landing/2025").rename(tmp_path / "landing/moved")
    assert warned(tmp_path, at="12:30")
    assert set(view(tmp_path)) == {"a"}


def test_a_run_that_finds_files_lists_the_root_once_and_only_folders_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "dt=2025-11-20/hour=06/a.json", records("a"))
    land(tmp_path, "2025/11/20/b.json", records("b"))
    asked: list[tuple[str, str]] = []
    real_walk, real_level = Store.walk, Store.level

    def walk(self: Store, prefix: str) -> object:
        asked.append(("walk", prefix))
        return real_walk(self, prefix)

    def level(self: Store, prefix: str) -> object:
        if "landing" in self.root:
            asked.append(("level", prefix))
        return real_level(self, prefix)

    monkeypatch.setattr(Store, "walk", walk)
    monkeypatch.setattr(Store, "level", level)
    assert warned(tmp_path) is None
    assert [one for one in asked if one[0] == "level"] == [("level", "")]
    days = [path for _, path in asked if ("-11-20" in path and "=" in path) or path.startswith("2025/11/20")]
    assert sorted(set(days)) == ["2025/11/20", "dt=2025-11-20"]
    assert not [path for _, path in asked if path.startswith(("dt=2025-11-19", "ds=", "day=", "year="))]
    assert set(view(tmp_path)) == {"a", "b"}
