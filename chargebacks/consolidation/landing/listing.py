"""Compare the landing files of a partition with the covered ones, and share them between tasks. Pure."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from chargebacks.consolidation.landing import markers

OPENING_COST: Final = 64 * 1024  # bytes that could be read in the time that one more file takes to open
COMPRESSED: Final = (".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz")
EXPANSION: Final = 8  # about what JSON and CSV expand to
CHUNK_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True)
class LandingFile:
    """One version of one landing file: path below the landing root, size in bytes, etag."""

    path: str
    size: int
    etag: str

    @property
    def weight(self) -> int:
        """Bytes that a task has to work on, by the name: text that is compressed expands."""
        return self.size * (EXPANSION if self.path.lower().endswith(COMPRESSED) else 1)


@dataclass(frozen=True)
class Landing:
    """What a listing says beside what the log covers."""

    new: list[LandingFile]
    overwritten: list[str] = field(default_factory=list)  # covered in another version: read again as new
    vanished: list[str] = field(default_factory=list)  # covered, not there any more: changes nothing
    retried: list[str] = field(default_factory=list)  # unreadable under other rules: read again as new
    ignored: list[str] = field(default_factory=list)  # a writer's markers and unfinished files
    ignored_by_kind: Mapping[str, int] = field(default_factory=dict)  # how many, by `markers.KINDS`


def compare(listed: Iterable[LandingFile], covered: Mapping[str, LandingFile]) -> Landing:
    """Separate new files from covered ones.

    A file that an earlier release read and covered may count as a marker now: its records stay, and it never vanishes.
    """
    ignored, there, kinds = [], {}, Counter[str]()
    for file in listed:
        if kind := markers.kind_of(file.path, file.size):
            ignored.append(file.path)
            kinds[kind] += 1
        else:
            there[file.path] = file
    new = [file for path, file in there.items() if covered.get(path) != file]
    return Landing(
        new=new,
        overwritten=[file.path for file in new if file.path in covered],
        vanished=sorted(
            path for path in set(covered) - set(there) if not markers.kind_of(path, covered[path].size)
        ),
        ignored=ignored,
        ignored_by_kind=kinds,
    )


def share(files: Iterable[LandingFile], tasks: int) -> list[list[LandingFile]]:
    """The files in at most `tasks` shares of about equal work, more when a share would exceed CHUNK_BYTES."""
    files = sorted(files, key=lambda file: (-file.weight, file.path))
    shares = max(tasks, sum(file.weight for file in files) // CHUNK_BYTES + 1)
    heap: list[tuple[int, int, list[LandingFile]]] = [(0, n, []) for n in range(min(shares, len(files)))]
    for file in files:
        load, n, members = heap[0]
        members.append(file)
        heapq.heapreplace(heap, (load + file.weight + OPENING_COST, n, members))
    loads = sorted(heap, key=lambda item: item[1])
    return [sorted(members, key=lambda file: file.path) for _, _, members in loads]  # alike lie together
