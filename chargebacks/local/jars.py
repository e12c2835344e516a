"""The jars of the two servers: exact versions, fetched once by Ivy (whose jar pyspark ships), sums checked.

A checked-in list names every file, so Ivy resolves nothing: it only fetches. A set of jars appears in the
cache by one rename after all its sums agree, so a half-fetched set is never used.
"""

import fcntl
import hashlib
import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chargebacks.errors import LocalStackError
from chargebacks.local import ivy

HERE: Final = Path(__file__).parent
# Called as the files arrive: the set's name, how many are here, how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Jar:
    """One file of a set, as the list pins it."""

    sha256: str
    organisation: str
    module: str
    revision: str

    @property
    def file_name(self) -> str:
        return f"{self.module}-{self.revision}.jar"


def quiet(_name: str, _here: int, _all: int) -> None:
    """The progress of who wants none."""


def cache_folder() -> Path:
    """`.cache/jars` in the checkout, or the user's own cache when the package is installed elsewhere."""
    checkout = HERE.parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".cache" / "jars"
    return Path.home() / ".cache" / "chargebacks" / "jars"


def ensure(name: str, progress: Progress = quiet, cache: Path | None = None) -> Path:
    """The folder that holds the jars of set `name` (kafka, dynamodb), fetched when it is not there yet.

    Every sum is checked each time. Safe when several processes ask at once: one fetches, the others wait.
    Raises LocalStackError: the download failed, or a file is not the one that was pinned.
    """
    jars = read_list((HERE / f"{name}.sha256").read_text())
    root = cache or cache_folder()
    folder = root / f"{name}-{_digest(jars)}"
    if not folder.is_dir():
        with _only_one(root / f"{name}.lock"):
            if not folder.is_dir():
                _fetch(name, jars, folder, progress)
    verify(folder, jars)
    return folder


def read_list(text: str) -> list[Jar]:
    """The jars that a list pins, a line each: `sha256  organisation:module:revision`."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [_jar(sha256, coordinates) for sha256, coordinates in rows]


def _digest(jars: list[Jar]) -> str:
    """What a set's folder is called after: another list is another folder."""
    return hashlib.sha256("\n".join(jar.sha256 for jar in jars).encode()).hexdigest()[:12]


def _jar(sha256: str, coordinates: str) -> Jar:
    organisation, module, revision = coordinates.split(":")
    return Jar(sha256, organisation, module, revision)


def verify(folder: Path, jars: list[Jar]) -> None:
    """Check that `folder` holds every jar as pinned. Raises LocalStackError naming the first that is not."""
    for jar in jars:
        path = folder / jar.file_name
        if not path.is_file():
            raise LocalStackError(f"{path} is missing: delete the folder {folder} and run again to fetch it")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != jar.sha256:
            raise LocalStackError(
                f"{path} is not the pinned file (sha256 {found}, expected {jar.sha256}): "
                f"delete the folder {folder} and run again; if it differs again, do not trust its source"
            )


def _fetch(name: str, jars: list[Jar], folder: Path, progress: Progress) -> None:
    for left_over in folder.parent.glob(f"{name}-*.part"):  # of a fetch that was killed
        shutil.rmtree(left_over, ignore_errors=True)
    temporary = Path(tempfile.mkdtemp(prefix=f"{name}-", suffix=".part", dir=folder.parent))
    try:
        ivy.fetch(jars, ivy_jar(), temporary / "work", lambda here: progress(name, here, len(jars)))
        verify(temporary / "work" / ivy.FILES, jars)
        (temporary / "work" / ivy.FILES).rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def ivy_jar() -> Path:
    """Ivy's jar inside pyspark. Raises LocalStackError when pyspark is not installed."""
    spec = importlib.util.find_spec("pyspark")
    found = sorted(Path(spec.origin).parent.glob("jars/ivy-*.jar")) if spec and spec.origin else []
    if not found:
        raise LocalStackError("pyspark with its Ivy jar is not installed here: run `make setup`")
    return found[0]


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Hold the lock file; the system lets go of it even when this process is killed."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
