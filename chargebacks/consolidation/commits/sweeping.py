"""Delete what `retention` says may go: after every run for its partitions, or by `chargebacks expire` for all.

The log is read before the listing, so that nothing that is committed in between is taken for abandoned. Deleting
is the last thing that a run does; when it fails, or half of it is done, the next sweep finds the rest.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chargebacks import partition
from chargebacks.adapters.store import Store
from chargebacks.adapters.stored import Stored
from chargebacks.consolidation.commits import log, retention
from chargebacks.consolidation.commits.converge import Places, quarantine_name
from chargebacks.consolidation.commits.log import CommitLog, Pending
from chargebacks.consolidation.commits.retention import Doomed
from chargebacks.errors import one_line


@dataclass(frozen=True)
class Swept:
    """What a sweep deleted, and why it could not do all of it."""

    objects: int = 0
    bytes: int = 0
    problem: str | None = None


@dataclass(frozen=True)
class Windows:
    """How long superseded generations and side objects stay."""

    superseded: timedelta
    side_objects: timedelta


@dataclass(frozen=True)
class Expiry:
    """What of a partition may be deleted. `side` are announced ids and rejects, `quarantined` copies of rejects."""

    day: date
    generations: Doomed
    side: list[Stored]
    quarantined: list[Stored]

    @property
    def groups(self) -> dict[str, list[Stored]]:
        """By what they are, in words."""
        return {
            "files of superseded consolidations": self.generations.superseded,
            "files of runs that never committed": self.generations.abandoned,
            "announced ids and rejects": self.side,
            "copies in the quarantine": self.quarantined,
        }


def sweep(state: Store, days: Iterable[date], now: datetime, window: timedelta) -> Swept:
    """Delete what may go of the partitions' generations, at aware `now`. Never raises: no run is failed by it."""
    done = state.each(lambda day: _sweep(state, day, now, window), days)
    return Swept(
        sum(one.objects for one in done),
        sum(one.bytes for one in done),
        next((one.problem for one in done if one.problem), None),
    )


def _sweep(state: Store, day: date, now: datetime, window: timedelta) -> Swept:
    try:
        doomed = retention.sweepable(CommitLog(state, day).history(), _generations(state, day), now, window)
        found = [*doomed.superseded, *doomed.abandoned]
        state.delete_all(one.path for one in found)
    except Exception as error:  # noqa: BLE001  (whatever it is, the consolidation has happened)
        return Swept(problem=f"partition {day}: {one_line(error)}")
    return Swept(len(found), sum(one.size for one in found))


def expiries(places: Places, now: datetime, windows: Windows) -> Iterator[Expiry]:
    """What may go of every partition that has a log, oldest first."""
    for day in log.days(places.state):
        yield expiry(places, day, now, windows)


def expiry(places: Places, day: date, now: datetime, windows: Windows) -> Expiry:
    """What may go of a partition."""
    history = CommitLog(places.state, day).history()
    listed = list(_generations(places.state, day))
    done = retention.expired(history, now, windows.side_objects)
    side = {path for entry in done for path in retention.side_objects(entry)}
    copies = {quarantine_name(day, entry.commit) for entry in done}
    return Expiry(
        day,
        retention.sweepable(history, listed, now, windows.superseded),
        [one for one in listed if one.path in side],
        [one for one in places.quarantine.walk(partition.hive(day)) if one.path in copies],
    )


def delete(places: Places, doomed: Expiry) -> None:
    """Delete it: copies before what they are copies of, or a run that repeats itself would make them again."""
    places.quarantine.delete_all(one.path for one in doomed.quarantined)
    rest = [*doomed.side, *doomed.generations.superseded, *doomed.generations.abandoned]
    places.state.delete_all(one.path for one in rest)


def dead_markers(state: Store) -> list[Pending]:
    """Markers of runs whose number another run took: they can never commit."""
    found = ((one, CommitLog(state, one.partition_date).at(one.commit)) for one in log.list_pending(state))
    return [pending for pending, entry in found if entry and entry.run != pending.run]


def _generations(state: Store, day: date) -> Iterator[Stored]:
    return state.walk(f"generations/{day.isoformat()}")
