"""Finish what earlier runs left undone, whatever their date: the pending markers say where to look.

A marker whose entry is in the log: the run committed and may have died before its files were in view, its
rejects in the quarantine, or its messages acknowledged. A marker whose number another run took can never be
committed: it is dropped. A marker without an entry may belong to a run that is still at work: it is left.
"""

from dataclasses import dataclass, field
from datetime import date

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.converge import Places, converge, quarantine_rejects
from chargebacks.consolidation.commits.log import CommitLog, Pending, clear_pending, list_pending


@dataclass(frozen=True)
class Finished:
    """The dates that may still owe messages, and those that could not be finished, with the error."""

    owing: set[date] = field(default_factory=set)
    failed: dict[date, Exception] = field(default_factory=dict)


def finish(places: Places) -> Finished:
    """Converge every partition with unfinished work. One that fails does not keep the others from it."""
    finished = Finished()
    for pending in list(list_pending(places.state)):
        try:
            if _finish(pending, places):
                finished.owing.add(pending.partition_date)
        except Exception as error:  # noqa: BLE001  (one partition's)
            finished.failed[pending.partition_date] = error
    return finished


def _finish(pending: Pending, places: Places) -> bool:
    """Whether that run's messages may still be owed."""
    log = CommitLog(places.state, pending.partition_date)
    entry = log.at(pending.commit)
    if entry is None:
        return False
    if entry.run != pending.run:
        clear_pending(places.state, pending)
        return False
    quarantine_rejects(entry, places)
    converge(log, places)
    if log.is_published(entry):  # the run died between the two: its marker is all that was left
        clear_pending(places.state, pending)
        return False
    return True


def owed(state: Store, days: list[date]) -> dict[date, int]:
    """How many entries of each day are unpublished; days that owe nothing are left out."""
    counts = {day: len(CommitLog(state, day).unpublished()) for day in days}
    return {day: count for day, count in counts.items() if count}
