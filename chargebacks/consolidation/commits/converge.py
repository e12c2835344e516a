"""Bring the prefix view and the symlink manifest to what the head names, and rejects to the quarantine. Idempotent.

Whoever runs may do it, at any time, twice, or after a crash half-way: it compares what is with what the head
says, and moves one towards the other. Copies come before deletes, so a fresh listing never misses a record.

A process that was stopped in here for days wakes with an old head. The files that it wants to copy may have been
swept: it reads the head again. The manifest is written over the version that was there before the head was read,
so one that is newer is never overwritten (on a local folder: not for long, since the head is read again after it).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from chargebacks import partition
from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import DataFile, Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.commits.own_files import OURS, check
from chargebacks.errors import StorageError

MAX_ROUNDS: Final = 5


@dataclass(frozen=True)
class Places:
    """Where the projections of a log go."""

    state: Store
    quarantine: Store


class _MovedError(Exception):
    """The head may not be the newest entry any more, or another run is at the same work: look again."""


def converge(log: CommitLog, places: Places) -> list[str]:
    """Converge to the head, and again if it moved meanwhile. Returns foreign names found in the view.

    Raises StorageError when a file that the newest entry names does not exist, LostLogError when the folder has files
    of commits that the log does not have.
    """
    for _ in range(MAX_ROUNDS):
        manifest = places.state.get_with_etag(manifest_path(log.day))
        head = log.head()  # after the manifest: see _write_manifest
        if head is None:
            return []
        done = _round(head, log, places.state, manifest)
        if done and (not done.changed or log.newest() == head.commit):
            return done.foreign
    return []  # a busier writer than we are: it converges after its own commit


def quarantine_rejects(entry: Entry, places: Places) -> None:
    """Copy the entry's rejects to the quarantine, unless they have expired."""
    if entry.rejects:
        name = quarantine_name(entry.partition_date, entry.commit)
        try:
            places.state.copy_to(entry.rejects, places.quarantine, name)
        except FileNotFoundError:
            return


def quarantine_name(day: date, commit: int) -> str:
    """Where an entry's rejects are in the quarantine: a name that tells the commit."""
    return f"{partition.hive(day)}/rejected-c{commit:08d}.jsonl"


def manifest_path(day: date) -> str:
    """Where a partition's symlink manifest is."""
    return f"symlink_manifest/{partition.hive(day)}/manifest"


def _round(head: Entry, log: CommitLog, state: Store, manifest: tuple[bytes, str]) -> "_Round | None":
    """One pass towards `head`; None when it was cut short, for the head may be outdated."""
    view = Store(head.output_path)
    present = {stored.path: stored.size for stored in view.walk("")}
    wanted = {file.view_name: file for file in head.files}
    missing = [file for name, file in wanted.items() if present.get(name) != file.bytes]
    if missing:
        check(log, present, head.output_path, head.commit)
    outdated = _outdated(set(present) - set(wanted), head.commit)
    try:
        _copy(missing, view, head, log, state)
        written = _write_manifest(head, state, manifest)
    except _MovedError:
        return None
    state.each(view.delete, outdated)
    foreign = sorted(name for name in present if not OURS.fullmatch(name))
    return _Round(foreign, changed=bool(missing or outdated or written))


@dataclass(frozen=True)
class _Round:
    """What a pass found that is not ours, and whether there was anything to be done."""

    foreign: list[str]
    changed: bool


def _copy(files: list[DataFile], view: Store, head: Entry, log: CommitLog, state: Store) -> None:
    try:
        state.each(lambda file: state.copy_to(file.path, view, file.view_name), files)
    except FileNotFoundError as error:
        if log.newest() != head.commit:
            raise _MovedError from error
        raise StorageError(
            f"partition {head.partition_date}: entry {head.commit} is the newest, and of its files {error}: restore it"
        ) from error


def _outdated(names: set[str], head: int) -> list[str]:
    """Our own files that the head does not name and that no newer commit wrote."""
    ours = ((name, OURS.fullmatch(name)) for name in names)
    return sorted(name for name, match in ours if match and int(match[1]) <= head)


def _write_manifest(head: Entry, state: Store, seen: tuple[bytes, str]) -> bool:
    """Athena's symlink format (SymlinkTextInputFormat): one data file's URL a line, into the generation.

    Whoever writes a newer one has committed before. So, the head having been read after the manifest was `seen`,
    and the manifest being as seen when it is replaced, ours is the newest. Returns whether it had to be.
    """
    there, etag = seen
    lines = "".join(f"{state.url(file.path)}\n" for file in head.files).encode()
    if etag and there == lines:
        return False
    if not state.replace(manifest_path(head.partition_date), lines, etag):
        raise _MovedError
    return True
