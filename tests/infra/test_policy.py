"""checkov, in an environment of its own, over all of infra/terraform; each suppression says why."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.terraform import ROOT, TREE

CHECKOV = ROOT / ".venv-checkov/bin/checkov"
SKIP = re.compile(r"checkov:skip=(\w+):?(.*)")


@pytest.fixture
def checkov() -> Path:
    """The program; where it is not installed this fails in CI, and skips elsewhere."""
    if not CHECKOV.exists():
        reason = "checkov is not installed: run make .venv-checkov/.ready"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return CHECKOV


def test_the_policy_scanner_finds_nothing(checkov: Path, tmp_path: Path) -> None:
    asked = [
        "--directory",
        str(TREE),
        "--framework",
        "terraform",
        "--output",
        "json",
        "--skip-download",
        "--quiet",
    ]
    environment = {**os.environ, "HOME": str(tmp_path), "LOG_LEVEL": "ERROR"}
    done = subprocess.run([checkov, *asked], capture_output=True, text=True, check=False, env=environment)
    report = json.loads(done.stdout)
    failed = report["results"]["failed_checks"]
    assert [f"{found['check_id']} {found['resource']}: {found['check_name']}" for found in failed] == []
    assert report["summary"]["resource_count"] > 0
    assert report["summary"]["parsing_errors"] == 0


def test_every_suppression_says_why() -> None:
    skips = [found for path in TREE.rglob("*.tf") for found in SKIP.findall(path.read_text())]
    assert skips
    assert [check for check, reason in skips if len(reason.split()) < 4] == []
