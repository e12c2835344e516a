"""The data files of ours that an output folder holds, known by their names, whether or not a log names them.

A state that is lost, or not the one that belongs to the output, shows in them: their names carry the numbers of commits
that the log does not have. A new log that began at 1 would put a second generation beside the first.
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
    """Our files in one folder; `path` of each is its name there; bucket and rows are not known."""

    folder: str
    files: tuple[DataFile, ...] = ()

    @property
    def newest(self) -> int:
        """The highest commit that wrote one; 0 when there are none."""
        return max((file.commit for file in self.files), default=0)

    def lost(self, log: CommitLog, head: int) -> LostLogError:
        """Return the error that says what is wrong with a log that ends at entry `head` (0: there is none)."""
        ends = f"ends at entry {head}" if head else "has no entry"
        return LostLogError(
            f"partition {log.day}: {self.folder} holds {len(self.files)} files of this job, the newest of commit "
            f"{self.newest}, but the log in {log.url} {ends}: nothing was committed; restore the state or correct "
            f"--state-path, or give --restart-log to consolidate all landing files anew, as entry {self.newest + 1}"
        )


def own_files(folder: str) -> OwnFiles:
    """Return our files in the folder. Read the log after it: what a log has written by now, it names by then."""
    listed = ((OURS.fullmatch(stored.path), stored.size) for stored in Store(folder).walk(""))
    found = [DataFile(match[0], int(match[1]), 0, 0, size) for match, size in listed if match]
    return OwnFiles(folder, tuple(sorted(found, key=lambda file: file.path)))


def newest_commit(names: Iterable[str]) -> int:
    """Return the highest commit that wrote one of these files; 0 when none is ours."""
    return max((int(match[1]) for name in names if (match := OURS.fullmatch(name))), default=0)


def looks_like_ours(name: str) -> bool:
    """Return whether a foreign file is named as data files are: `part-00000-1b4e….c000.csv` of Spark, for one."""
    return _ALIKE.fullmatch(name) is not None and not OURS.fullmatch(name)


def check(log: CommitLog, names: Iterable[str], folder: str, head: int) -> None:
    """Raise LostLogError when files of a commit above `head`, which was the newest, are there and the log has none.

    `names` were listed after `head` was read, so the log is read again before it is blamed.
    """
    if newest_commit(names) > head and log.newest() < newest_commit(names):
        raise own_files(folder).lost(log, head)
