"""The unit tests of what runs on Lambda, run on the other Pythons that the package supports."""

import subprocess
from pathlib import Path

import pytest

from scripts.pack_updater import files_of, imported, our_modules
from tests.fixtures.interpreters import ROOT, lambda_environment, outer_environment

WHOLE_PACKAGE = {"test_layers.py"}  # imports modules of every side, in processes of its own


def updater_tests() -> list[Path]:
    """Return the unit tests whose imports of our package are all in the updater's zip."""
    packed = our_modules()
    found = []
    for path in sorted((ROOT / "tests/unit").glob("test_*.py")):
        names = {name for name in imported(path) if name.split(".")[0] == "chargebacks"}
        files = {file for name in names for file in files_of(name)}
        if files and files <= packed and path.name not in WHOLE_PACKAGE:
            found.append(path)
    return found


def test_the_tests_of_the_updater_are_those_of_its_contract_and_of_its_decisions() -> None:
    names = {path.name for path in updater_tests()}
    assert names >= {
        "test_contract.py",
        "test_contract_examples.py",
        "test_contract_fuzz.py",
        "test_contract_hostile.py",
        "test_projection_created.py",
        "test_projection_decide.py",
        "test_projection_msk.py",
        "test_projection_report.py",
        "test_projection_settings.py",
        "test_record.py",
        "test_schedule.py",
    }


@pytest.mark.parametrize("version", ["3.13", pytest.param("3.12", marks=pytest.mark.slow)])
def test_the_tests_of_the_updater_pass_on_python(version: str) -> None:
    python = lambda_environment(version)
    environment = {**outer_environment(), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *updater_tests()]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
