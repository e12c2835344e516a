"""The partition's commit log: numbered entries, one object each, created once and never changed.

    <state>/log/2025-11-20/00000007.json             entry 7: the consolidation happened when this was created
    <state>/log/2025-11-20/00000007.published.json   its messages were all acknowledged
    <state>/pending/2025-11-20/<run>.json            that run may have left something to finish
    <state>/generations/2025-11-20/00000007-<run>/   its immutable files

The highest entry is the head. Whatever is not in an entry did not happen.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.coverage import Covered
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.errors import SettingsError

log_ = logging.getLogger(__name__)
PUBLISHED = ".published"
_PENDING = re.compile(r"pending/([0-9-]{10})/([^/]+)\.json")


@dataclass(frozen=True)
class Pending:
    """A run's marker: what it was about to commit."""

    partition_date: date
    run: str
    commit: int


@dataclass(frozen=True)
class History:
    """A log as one listing shows it: its entries, oldest first, when each was created, and which are published."""

    entries: list[Entry]
    created: dict[int, datetime]  # by the store's clock, aware
    published: frozenset[int]


class CommitLog:
    """One partition's log."""

    def __init__(self, store: Store, day: date) -> None:
        self._store = store
        self.day = day
        self._folder = f"log/{day.isoformat()}"

    @property
    def url(self) -> str:
        """The log's location, for messages."""
        return self._store.url(self._folder)

    def entries(self) -> list[Entry]:
        """Every entry, oldest first."""
        return self._read(self._numbers())

    def head(self) -> Entry | None:
        """The newest entry."""
        numbers = self._numbers()
        return self.entry(numbers[-1]) if numbers else None

    def newest(self) -> int:
        """The newest entry's number; 0 when there is none."""
        return max(self._numbers(), default=0)

    def entry(self, number: int) -> Entry:
        """Entry `number`. Raises FileNotFoundError."""
        return self._read([number])[0]

    def create(self, entry: Entry) -> bool:
        """Create the entry unless its number is taken: the commit itself."""
        return self._store.create(self._path(entry.commit), entry.to_json())

    def at(self, number: int) -> Entry | None:
        """Entry `number`, or None."""
        try:
            return self.entry(number)
        except FileNotFoundError:
            return None

    def unpublished(self) -> list[Entry]:
        """Entries whose messages are not known to be acknowledged, oldest first."""
        names = self._names()
        return self._read([n for n in _numbers(names) if _published(n) not in names])

    def owing(self) -> int:
        """Return the number of unpublished entries, without reading them."""
        names = self._names()
        return sum(_published(n) not in names for n in _numbers(names))

    def history(self) -> History:
        """Everything that the log says, as of one listing."""
        names = self._names()
        numbers = _numbers(names)
        return History(
            entries=self._read(numbers),
            created={n: names[f"{n:08d}"] for n in numbers},
            published=frozenset(n for n in numbers if _published(n) in names),
        )

    def is_published(self, entry: Entry) -> bool:
        """Whether every message of the entry is known to be acknowledged."""
        return self._store.stat(self._published_path(entry)) is not None

    def confirm(self, entry: Entry) -> bool:
        """Record that every message of the entry was acknowledged. Return whether no other run did so before.

        A marker that is there may be this call's own, its answer lost: its random `confirmation` tells.
        """
        path = self._published_path(entry)
        marker = json.dumps({"run": entry.run, "confirmation": uuid4().hex}).encode()
        return self._store.create(path, marker) or self._store.get(path) == marker

    def covered(self, entries: Iterable[Entry]) -> dict[str, Covered]:
        """Return every landing file that these entries, oldest first, cover: by path, as last read."""
        found: dict[str, Covered] = {}
        kept = _with_coverage(entries)
        for entry, coverage in zip(
            kept, self._store.get_kept(entry.coverage or "" for entry in kept), strict=True
        ):
            for line in coverage.splitlines():
                one = json.loads(line)
                file = LandingFile(one["path"], one["size"], one["etag"])
                skipped = bool(one.get("skipped"))
                unreadable = bool(one.get("unreadable")) and not skipped
                found[file.path] = Covered(file, entry.rules, unreadable, skipped)
        return found

    def _read(self, numbers: list[int]) -> list[Entry]:
        paths = [self._path(number) for number in numbers]
        return [
            Entry.from_json(data, self._store.url(path))
            for path, data in zip(paths, self._store.get_kept(paths), strict=True)
        ]

    def _numbers(self) -> list[int]:
        return _numbers(self._names())

    def _names(self) -> dict[str, datetime]:
        found = self._store.walk(self._folder)
        return {one.path.rsplit("/", 1)[-1].removesuffix(".json"): one.modified for one in found}

    def _path(self, number: int) -> str:
        return f"{self._folder}/{number:08d}.json"

    def _published_path(self, entry: Entry) -> str:
        return f"{self._folder}/{_published(entry.commit)}.json"


def _with_coverage(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries with a coverage object. A full entry covers only what it read itself."""
    found: list[Entry] = []
    for entry in entries:
        kept = [] if entry.full else found
        found = [*kept, entry] if entry.coverage else kept
    return found


def generation(day: date, commit: int, run: str) -> str:
    """The folder of a run's files. The commit number tells a sweeper when it can no longer be committed."""
    return f"generations/{day.isoformat()}/{commit:08d}-{run}"


def days(store: Store) -> list[date]:
    """The partitions that have a log, oldest first."""
    return [day for name in store.folders("log") if (day := _day(name))]


def entries(store: Store, first: date, last: date, commit: int | None) -> list[Entry]:
    """Entry `commit`, or the newest, of each day that has one. Raises SettingsError when none has."""
    if commit and first != last:
        raise SettingsError("--commit numbers the consolidations of one partition: give one DATE")
    logs = [CommitLog(store, first + timedelta(days=n)) for n in range((last - first).days + 1)]
    found = [entry for log in logs if (entry := log.at(commit) if commit else log.head())]
    if not found:
        span = first.isoformat() if first == last else f"{first}..{last}"
        wanted = f"no consolidation {commit}" if commit else "no consolidation"
        raise SettingsError(f"partition {span} has {wanted} in {store.root}: check --output-path")
    return found


def mark_pending(store: Store, pending: Pending) -> None:
    """Leave word of a run before it writes anything, so that whoever comes next can finish it."""
    store.put(_pending_path(pending), json.dumps({"commit": pending.commit}).encode())


def clear_pending(store: Store, pending: Pending) -> None:
    """Nothing of that run is left to finish."""
    store.delete(_pending_path(pending))


def list_pending(store: Store) -> Iterator[Pending]:
    """Yield every marker, whatever its date. Skip foreign objects, and markers that are deleted meanwhile.

    A marker that cannot be read (damaged, or of a newer release) is logged and left. The next run that works on its
    partition finds the same in the log.
    """
    for stored in store.walk("pending"):
        match = _PENDING.fullmatch(stored.path)
        day = _day(match[1]) if match else None
        if match is None or day is None:
            continue
        try:
            yield Pending(day, match[2], int(json.loads(store.get(stored.path))["commit"]))
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError):
            log_.warning(
                "%s is not a pending marker of this release and is left; delete it if no other release runs here",
                store.url(stored.path),
            )


def _numbers(names: Iterable[str]) -> list[int]:
    return sorted(int(name) for name in names if name.isdecimal() and f"{int(name):08d}" == name)


def _published(number: int) -> str:
    return f"{number:08d}{PUBLISHED}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _pending_path(pending: Pending) -> str:
    return f"pending/{pending.partition_date.isoformat()}/{pending.run}.json"
