"""The name of the release that this checkout makes: `python -m scripts.release_version` prints it.

The package's version and the commit; with `-dirty` and a hash of the difference when something is not committed, so
that two edits have two names. Without git the version alone.
RELEASE in the environment names it otherwise.
"""

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # one folder, of a disk and of a bucket


def version(root: Path, given: str = "") -> str:
    """What `given` says, else what the checkout at `root` says. Raises ValueError for what cannot be a folder."""
    name = given or tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] + commit(root)
    if not NAME.fullmatch(name):
        raise ValueError(
            f"RELEASE {name!r} cannot be a folder's name: give letters, digits, `.`, `_` and `-`"
        )
    return name


def commit(root: Path) -> str:
    """What git adds to the version; nothing where `root` is no checkout of its own."""
    if git(root, "rev-parse", "--show-toplevel") != str(root.resolve()):
        return ""
    dirty = f"-dirty-{difference(root)}" if git(root, "status", "--porcelain") else ""
    return f"-{git(root, 'rev-parse', '--short=12', 'HEAD')}{dirty}"


def difference(root: Path) -> str:
    """Twelve hex digits of what is not committed: changes, and what untracked files hold."""
    changes = hashlib.sha256(git(root, "diff", "HEAD", "--binary").encode())
    for name in sorted(git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0")):
        path = root / name
        changes.update(f"\0{name}\0".encode() + (path.read_bytes() if path.is_file() else b""))
    return changes.hexdigest()[:12]


def git(root: Path, *words: str) -> str:
    """What git says; nothing when it fails or is not there."""
    try:
        return subprocess.run(
            ["git", "-C", root, *words], capture_output=True, text=True, errors="backslashreplace", check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


if __name__ == "__main__":
    try:
        print(version(ROOT, os.environ.get("RELEASE", "")))  # noqa: T201
    except ValueError as error:
        sys.exit(f"build: {error}")
