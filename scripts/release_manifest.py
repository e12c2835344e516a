"""Describe a release: what runs where, and the SHA-256 of every file and of every wheel within the zips of wheels.

`python -m scripts.release_manifest VERSION FOLDER WHEELS…` prints it as JSON; the same files give the same text.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scripts.targets import FUNCTIONS, JOBS


def sums(files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file, in hexadecimal, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def functions() -> dict[str, Any]:
    """Return the zips of each function, the one for new deployments first."""
    return {
        name: [
            {"file": zip_.file, "architecture": zip_.architecture, "runtimes": list(zip_.runtimes)}
            for zip_ in zips
        ]
        for name, zips in FUNCTIONS.items()
    }


def jobs() -> dict[str, Any]:
    """Return the zips of wheels of each job, the one for new deployments first."""
    return {
        name: [{"file": zip_.file, "glue_version": zip_.glue_version, "python": zip_.python} for zip_ in zips]
        for name, zips in JOBS.items()
    }


def manifest(version: str, folder: Path, wheels: Iterable[Path]) -> dict[str, Any]:
    """Return the release as Terraform reads it. `python` is what readers of earlier manifests expect."""
    return {
        "version": version,
        "python": "3.11",
        "functions": functions(),
        "jobs": jobs(),
        "sha256": sums(path for path in folder.iterdir() if path.is_file()),
        "wheels": sums({path.name: path for place in wheels for path in place.glob("*.whl")}.values()),
    }


def main(version: str, folder: str, *wheels: str) -> None:
    described = manifest(version, Path(folder), map(Path, wheels))
    sys.stdout.write(f"{json.dumps(described, indent=2)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
