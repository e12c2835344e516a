"""Print the locked requirements of one side of the system or several, with hashes, as `pip --requirement` reads them.

`python scripts/locked_requirements.py updater`: what `chargebacks[updater]` needs, and what that needs in turn,
each as the block that requirements.lock has for it, but without what the place where it runs brings itself.
Works from the installed packages; asks no registry.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
# Glue's Python has them (AWS Glue Developer Guide, "Python modules already provided in AWS Glue"). It also has a
# pyarrow, an older one: ours is what the tests run with, and takes its place.
PROVIDED = {"job": frozenset({"boto3", "botocore"})}
HEADER = "# Made from requirements.lock by scripts/locked_requirements.py {extra}: do not edit.\n"


def blocks(lock: str) -> dict[str, str]:
    """The lock file's text for each package, by canonical name: its pin and the hashes below."""
    parts = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    pinned = [part for part in parts if "==" in part]
    return {canonicalize_name(part.split("==")[0]): part for part in pinned}


def declared(extra: str) -> list[str]:
    """What pyproject.toml asks for: the package's own dependencies and those of `extra`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"][extra]]


def closure(wanted: Iterable[str], without: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of `wanted` and of everything that they need on this Python, each once; `without` these."""
    waiting, seen = [Requirement(text) for text in wanted], set(without)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in seen or not (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        yield name
        waiting += [Requirement(text) for text in requires(name) or ()]


def main(extras: Sequence[str]) -> None:
    lock = blocks((ROOT / "requirements.lock").read_text())
    needed = {name for extra in extras for name in closure(declared(extra), PROVIDED.get(extra, frozenset()))}
    sys.stdout.write(HEADER.format(extra=" ".join(extras)))
    sys.stdout.writelines(lock[name] for name in sorted(needed))


if __name__ == "__main__":
    main(sys.argv[1:])
