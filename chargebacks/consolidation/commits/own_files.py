"""Recognise our data files in an output folder by their names, whether or not a log names them.

Their names carry commit numbers. If the log does not have these commits, the state is lost, or belongs to another
output. A new log that began at 1 would put a second generation beside the first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import DataFile
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.errors import LostLogError

OURS: Final = re.compile(r"part-\d{5}-c(\d{8})\.(csv|json|csv\.gz|json\.gz|parquet)")
_ALIKE: Final = re.compile(r"part-[^/]*")


@dataclass(frozen=True)
class OwnFiles:
    """Our files in one folder. `path` of each is its name there; bucket and rows are unknown."""

    folder: str
    files: tuple[DataFile, ...] = ()

    @property
    def newest(self) -> int:
        """The highest commit number in their names; 0 when there are none."""
        return newest_commit(file.path for file in self.files)

    def lost(self, log: CommitLog, head: int) -> LostLogError:
        """Return the error for a log that ends at entry `head` (0: it has no entry)."""
        ends = f"ends at entry {head}" if head else "has no entry"
        return LostLogError(
            f"partition {log.day}: {self.folder} holds {len(self.files)} files of this job, the newest of commit "
            f"{self.newest}, but the log in {log.url} {ends}: nothing was committed; restore the state or correct "
            f"--state-path, or give --restart-log to consolidate all landing files again, as entry {self.newest + 1}"
        )


def own_files(folder: str) -> OwnFiles:
    """Return our files in the folder. Read the log afterwards, so that it names every file listed here."""
    listed = ((OURS.fullmatch(stored.path), stored.size) for stored in Store(folder).walk(""))
    found = [DataFile(match[0], int(match[1]), 0, 0, size) for match, size in listed if match]
    return OwnFiles(folder, tuple(sorted(found, key=lambda file: file.path)))


def newest_commit(names: Iterable[str]) -> int:
    """Return the highest commit number in these names; 0 when none is ours."""
    return max((int(match[1]) for name in names if (match := OURS.fullmatch(name))), default=0)


def looks_like_ours(name: str) -> bool:
    """Return whether a foreign file is named like a data file, such as Spark's `part-00000-1b4e….c000.csv`."""
    return _ALIKE.fullmatch(name) is not None and not OURS.fullmatch(name)


def check(log: CommitLog, names: Iterable[str], folder: str, head: int) -> None:
    """Raise LostLogError when `names` has files of a commit that the log does not have.

    `names` were listed after `head` was read, so the log is read once more before it counts as lost.
    """
    newest = newest_commit(names)
    if newest > head and log.newest() < newest:
        raise own_files(folder).lost(log, head)
