"""Building the packages in a copy of the sources, and asking a bare Python about them."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.targets import WheelsZip

ROOT = Path(__file__).parents[2]
UPDATER = ROOT / "consumers" / "consolidation_updater"
SAMPLE = json.loads((UPDATER / "test_event.json").read_text())
ZIP = "consolidation-updater.zip"
ARM_ZIP = "consolidation-updater-arm64.zip"
WHEELS = "chargebacks.gluewheels.zip"
GLUE_6_WHEELS = "chargebacks-glue-6.0.gluewheels.zip"
SCRIPT = "consolidate_chargebacks.py"
SOURCES = (
    ".gitignore",
    "LICENSE",
    "README.md",
    "build.sh",
    "chargebacks",
    "consumers",
    "glue_jobs",
    "pyproject.toml",
    "requirements.lock",
    "schemas",
    "scripts",
)


@dataclass(frozen=True)
class Installed:
    """A zip of wheels, and the folder that has the content of every wheel, as Glue installs it."""

    zip: WheelsZip
    folder: Path


# The package index is asked even with warm caches, and may be slow or away for a moment.
PATIENCE = {"PIP_RETRIES": "10", "PIP_DEFAULT_TIMEOUT": "60", "UV_HTTP_TIMEOUT": "300"}


def run_build(source: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the build.sh of that checkout, with this checkout's downloads."""
    caches = {f"{tool.upper()}_CACHE_DIR": str(ROOT / ".cache" / tool) for tool in ("uv", "pip")}
    environment = {**PATIENCE, **os.environ, **caches}
    command = [source / "build.sh", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def build(source: Path, dist: Path) -> Path:
    """Run the build.sh of that checkout into that folder."""
    done = run_build(source, dist)
    assert done.returncode == 0, done.stderr
    return dist


def copy_sources(target: Path) -> Path:
    """A copy of this checkout's sources, which nobody edits meanwhile, with this checkout's environment."""
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target / name)
    (target / ".venv").symlink_to(sys.prefix)
    return target


def python(
    script: str, *path: Path, given: bytes = b"", executable: str | Path = sys.executable
) -> list[str]:
    """The words that a bare Python prints, with these places to import from and no others."""
    environment = {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [executable, "-S", "-P", "-c", script]
    done = subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().split()
