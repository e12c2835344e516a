"""Print the locked requirements of one or more extras, with hashes, in the form that `pip --requirement` reads.

`python scripts/locked_requirements.py [--python 3.13] EXTRA…` prints the pins of `chargebacks[EXTRA,…]` on Linux and of
all dependencies, each as its block in requirements.lock without its marker. Packages that the runtime provides are
left out. Without --python, the list covers every Python that the package supports.
Reads the metadata of the installed packages; makes no request.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
# Glue's Python has them (AWS Glue Developer Guide, "Python modules already provided in AWS Glue"). It also has a
# pyarrow, an older one: ours is what the tests run with, and takes its place.
PROVIDED = {"job": frozenset({"boto3", "botocore"})}
HEADER = "# Made from requirements.lock by scripts/locked_requirements.py {words}: do not edit.\n"
PYTHONS = ("3.11", "3.12", "3.13")  # as `requires-python` in pyproject.toml
LINUX = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
}


def applies(requirement: Requirement, pythons: Sequence[str]) -> bool:
    """Return whether the requirement's marker is true on Linux for at least one of these Pythons."""
    targets = (
        {**LINUX, "python_version": python, "python_full_version": f"{python}.0"} for python in pythons
    )
    return requirement.marker is None or any(map(requirement.marker.evaluate, targets))


def blocks(lock: str, pythons: Sequence[str] = PYTHONS) -> dict[str, str]:
    """Return the pin and the hashes of each package, without its marker, by canonical name.

    Raises ValueError when these Pythons need two versions of a package.
    """
    found: dict[str, str] = {}
    for part in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE):
        if "==" not in part:
            continue
        line, _, hashes = part.partition("\\\n")
        pin = Requirement(line)
        if not applies(pin, pythons):
            continue
        name = canonicalize_name(pin.name)
        block = f"{line.partition(';')[0].strip()} \\\n{hashes}"
        if found.setdefault(name, block) != block:
            raise ValueError(
                f"requirements.lock pins two versions of {name} for Python {', '.join(pythons)}: "
                "name one Python by --python"
            )
    return found


def declared(extra: str) -> list[str]:
    """Return the requirements in pyproject.toml: the package's own and those of `extra`.

    Raises ValueError for an extra that is not there.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    if extra not in extras:
        raise ValueError(f"{extra!r} is not an extra of pyproject.toml: name one of {', '.join(extras)}")
    return [*project["dependencies"], *extras[extra]]


def closure(
    wanted: Iterable[str], without: frozenset[str] = frozenset(), pythons: Sequence[str] = PYTHONS
) -> Iterator[str]:
    """Yield the canonical names of `wanted` and of their dependencies on these Pythons, each once; `without` these.

    Raises ValueError for a dependency that is not installed here, because its own dependencies are unknown.
    """
    waiting, seen = [Requirement(text) for text in wanted], set(without)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in seen or not applies(requirement, pythons):
            continue
        seen.add(name)
        yield name
        waiting += map(Requirement, _requires(name))


def _requires(name: str) -> Sequence[str]:
    try:
        return requires(name) or ()
    except PackageNotFoundError:
        raise ValueError(
            f"{name} is not installed in {sys.prefix}, so its dependencies are unknown: run make setup"
        ) from None


def locked(names: Iterable[str], pythons: Sequence[str] = PYTHONS) -> list[str]:
    """Return the lock file's block of each of these packages, in the order of their names.

    Raises ValueError for a package that the lock file lacks.
    """
    lock, wanted = blocks((ROOT / "requirements.lock").read_text(), pythons), sorted(names)
    if missing := [name for name in wanted if name not in lock]:
        raise ValueError(
            f"requirements.lock has no {', '.join(missing)} for Python {', '.join(pythons)}: run make lock"
        )
    return [lock[name] for name in wanted]


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("extras", nargs="+", metavar="EXTRA")
    parser.add_argument("--python", action="append", choices=PYTHONS)
    given = parser.parse_args(words)
    pythons = given.python or PYTHONS
    try:
        needed = {
            name
            for extra in given.extras
            for name in closure(declared(extra), PROVIDED.get(extra, frozenset()), pythons)
        }
        text = "".join(locked(needed, pythons))
    except ValueError as error:
        sys.exit(f"{parser.prog}: {error}")
    sys.stdout.write(HEADER.format(words=" ".join(words)) + text)


if __name__ == "__main__":
    main(sys.argv[1:])
