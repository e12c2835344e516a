"""What of a partition's generations may be deleted: pure decisions on what the log and a listing say.

Kept are the data files that a needed entry names. Needed is the head; an entry that is not known to be published;
and one that was superseded less than the window ago, which readers may still hold. Since a new entry names files
of its own generation and of its head's, no file that no needed entry names is ever named again.

A generation that no entry names was left by a run that crashed, failed or lost. It may be deleted only when its
number is taken: a process that was stopped before its commit, and woken after days, may yet create a free one.

Coverage, entries and published markers are kept for ever. Side objects (announced ids, rejects) are kept as long
as their entry is: see `expired`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final

from chargebacks.adapters.stored import Stored
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import History

_GENERATION: Final = re.compile(r"generations/[0-9-]{10}/((\d{8,})-[^/]+)/.+")


@dataclass(frozen=True)
class Doomed:
    """Objects of a partition that may be deleted, by what they are."""

    superseded: list[Stored] = field(default_factory=list)  # data files that no needed entry names
    abandoned: list[Stored] = field(default_factory=list)  # what no entry ever named


def sweepable(history: History, listed: Iterable[Stored], now: datetime, window: timedelta) -> Doomed:
    """What may go of the `listed` objects of a partition's generations, at aware `now`.

    The listing may be newer than the history: what it shows beyond the head is left alone.
    """
    doomed = Doomed()
    needed = {file.path for entry in _needed(history, now - window) for file in entry.files}
    data = {file.path for entry in history.entries for file in entry.files}
    side = {path for entry in history.entries for path in (*side_objects(entry), entry.coverage)}
    for commit, objects in _by_generation(listed):
        doomed.superseded.extend(one for one in objects if one.path in data - needed)
        unnamed = [one for one in objects if one.path not in data | side]
        if commit in history.created and all(one.modified <= now - window for one in unnamed):
            doomed.abandoned.extend(unnamed)
    return doomed


def expired(history: History, now: datetime, window: timedelta) -> list[Entry]:
    """Entries whose side objects may go: completed longer ago than the window, published, and not the head."""
    return [
        entry
        for entry in history.entries[:-1]
        if entry.commit in history.published and _completed(entry, history) <= now - window
    ]


def side_objects(entry: Entry) -> tuple[str, ...]:
    """What the entry keeps beside its data: announced ids and rejects."""
    return (*entry.announcement.chunks, entry.rejects) if entry.rejects else entry.announcement.chunks


def _needed(history: History, cutoff: datetime) -> Iterator[Entry]:
    """Entries whose data files stay. One is superseded when the next is completed."""
    for entry, after in zip_longest(history.entries, history.entries[1:]):
        owing = after is None or entry.commit not in history.published
        if owing or _completed(after, history) > cutoff:
            yield entry


def _completed(entry: Entry, history: History) -> datetime:
    """By its run's clock, or by the store's, if that run's was slow."""
    return max(entry.completed_at, history.created[entry.commit])


def _by_generation(listed: Iterable[Stored]) -> Iterable[tuple[int, list[Stored]]]:
    """The objects of each generation, with its commit number; what is none of ours is left out."""
    found: dict[str, tuple[int, list[Stored]]] = {}
    for one in listed:
        if match := _GENERATION.fullmatch(one.path):
            found.setdefault(match[1], (int(match[2]), []))[1].append(one)
    return found.values()
