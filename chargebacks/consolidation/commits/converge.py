"""Bring the prefix view, the quarantine and the symlink manifest to what the head names. Idempotent.

Whoever runs may do it, at any time, twice, or after a crash half-way: it compares what is with what the head
says, and moves one towards the other. Copies come before deletes, so a fresh listing never misses a record.
"""

import re
from dataclasses import dataclass
from typing import Final

from chargebacks import partition
from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog

OURS: Final = re.compile(r"part-\d{5}-c(\d{8})\.(csv|json|parquet)")
MAX_ROUNDS: Final = 5


@dataclass(frozen=True)
class Places:
    """Where the projections of a log go."""

    state: Store
    quarantine: Store


def converge(log: CommitLog, places: Places) -> list[str]:
    """Converge to the head, and again if it moved meanwhile. Returns foreign names found in the view."""
    foreign: list[str] = []
    head = log.head()
    for _ in range(MAX_ROUNDS):
        if head is None:
            return foreign
        foreign = _converge_to(head, places)
        newest = log.head()
        if newest is None or newest.commit == head.commit:
            return foreign
        head = newest
    return foreign  # a busier writer than we are: it converges after its own commit


def quarantine_rejects(entry: Entry, places: Places) -> None:
    """Copy the entry's rejects to the quarantine, under a name that tells the commit."""
    if entry.rejects:
        name = f"{partition.hive(entry.partition_date)}/rejected-c{entry.commit:08d}.jsonl"
        places.state.copy_to(entry.rejects, places.quarantine, name)


def _converge_to(head: Entry, places: Places) -> list[str]:
    view = Store(head.output_path)
    present = {stored.path: stored.size for stored in view.walk("")}
    wanted = {file.view_name: file for file in head.files}
    for name, file in wanted.items():
        if present.get(name) != file.bytes:
            places.state.copy_to(file.path, view, name)
    _write_manifest(head, places.state)
    for name in _outdated(set(present) - set(wanted), head.commit):
        view.delete(name)
    return sorted(name for name in present if not OURS.fullmatch(name))


def _outdated(names: set[str], head: int) -> list[str]:
    """Our own files that the head does not name and that no newer commit wrote."""
    ours = ((name, OURS.fullmatch(name)) for name in names)
    return sorted(name for name, match in ours if match and int(match[1]) <= head)


def _write_manifest(head: Entry, state: Store) -> None:
    """Athena's symlink format (SymlinkTextInputFormat): one data file's URL a line, into the generation."""
    path = f"symlink_manifest/{partition.hive(head.partition_date)}/manifest"
    lines = "".join(f"{state.url(file.path)}\n" for file in head.files).encode()
    try:
        if state.get(path) == lines:
            return
    except FileNotFoundError:
        pass
    state.put(path, lines)
