"""Tell what is in a release: every file, and every wheel within the zip of wheels, with its SHA-256.

`python -m scripts.release_manifest VERSION FOLDER WHEELS` prints it as JSON; the same files give the same text.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def sums(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256, in hexadecimal, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def manifest(version: str, folder: Path, wheels: Path) -> dict[str, Any]:
    """The release as Terraform's variable names it, and what a person compares."""
    files = [path for path in folder.iterdir() if path.is_file()]
    return {"version": version, "python": "3.11", "sha256": sums(files), "wheels": sums(wheels.glob("*.whl"))}


if __name__ == "__main__":
    told = manifest(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(f"{json.dumps(told, indent=2)}\n")
