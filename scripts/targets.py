"""The runtimes that a release is built for: build.sh, the checks of the zips and the manifest read this list.

`python -m scripts.targets functions` prints a line for each zip of the updater: file, uv's platform, Python;
`python -m scripts.targets jobs` one for each zip of wheels: file, Python.
"""

import sys
from dataclasses import dataclass
from typing import Final

# "Lambda runtimes" (AWS Lambda Developer Guide): python3.11 runs on Amazon Linux 2, later ones on Amazon Linux 2023.
GLIBC: Final = {"python3.11": (2, 26), "python3.12": (2, 34), "python3.13": (2, 34)}


@dataclass(frozen=True)
class FunctionZip:
    """A zip for Lambda. `runtimes` begins with the one for new deployments; `platform` is uv's name."""

    file: str
    architecture: str
    runtimes: tuple[str, ...]
    platform: str

    @property
    def glibc(self) -> tuple[int, int]:
        """Return the newest glibc that all of its runtimes have."""
        return min(GLIBC[runtime] for runtime in self.runtimes)

    @property
    def pythons(self) -> list[tuple[int, ...]]:
        """Return its Pythons, oldest first, like (3, 13)."""
        names = (runtime.removeprefix("python") for runtime in self.runtimes)
        return sorted(tuple(map(int, name.split("."))) for name in names)


@dataclass(frozen=True)
class WheelsZip:
    """A zip of wheels for one version of Glue and the Python of that version."""

    file: str
    glue_version: str
    python: str


# In both lists the first entry is what a new deployment runs.
FUNCTIONS: Final = {
    "consolidation-updater": (
        FunctionZip(
            "consolidation-updater-arm64.zip", "arm64", ("python3.13",), platform="aarch64-manylinux_2_34"
        ),
        FunctionZip(
            "consolidation-updater.zip",
            "x86_64",
            ("python3.13", "python3.11"),
            platform="x86_64-manylinux2014",
        ),
    )
}
JOBS: Final = {
    "consolidate_chargebacks": (
        WheelsZip("chargebacks-glue-6.0.gluewheels.zip", "6.0", "3.13"),
        WheelsZip("chargebacks.gluewheels.zip", "5.1", "3.11"),
    )
}


def function_zip(file: str) -> FunctionZip:
    """Return the target with that file's name. Raises ValueError when there is none."""
    targets = {target.file: target for zips in FUNCTIONS.values() for target in zips}
    if file not in targets:
        raise ValueError(f"{file!r} is not a zip of a release: name one of {', '.join(targets)}")
    return targets[file]


def main(kind: str) -> None:
    if kind == "functions":
        for target in (target for zips in FUNCTIONS.values() for target in zips):
            oldest = ".".join(map(str, target.pythons[0]))
            print(target.file, target.platform, oldest)  # noqa: T201 - build.sh reads it
    else:
        for wheels in (wheels for zips in JOBS.values() for wheels in zips):
            print(wheels.file, wheels.python)  # noqa: T201 - build.sh reads it


if __name__ == "__main__":
    main(sys.argv[1])
