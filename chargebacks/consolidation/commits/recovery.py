"""Finish what earlier runs left undone, whatever their date: the pending markers say where to look.

A marker whose entry is in the log: the run committed and may have died before its files were in view, its
rejects in the quarantine, or its messages acknowledged. A marker whose number another run took can never be
committed: it is dropped. A marker without an entry may belong to a run that is still at work: it is left.
"""

from datetime import date

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.converge import Places, converge, quarantine_rejects
from chargebacks.consolidation.commits.log import CommitLog, clear_pending, list_pending


def finish(places: Places) -> list[date]:
    """Converge every partition with unfinished work; the dates that may still owe messages."""
    unfinished = set()
    for pending in list(list_pending(places.state)):
        log = CommitLog(places.state, pending.partition_date)
        entry = log.at(pending.commit)
        if entry is None:
            continue
        if entry.run != pending.run:
            clear_pending(places.state, pending)
            continue
        quarantine_rejects(entry, places)
        converge(log, places)
        if log.is_published(entry):  # the run died between the two: its marker is all that was left
            clear_pending(places.state, pending)
        else:
            unfinished.add(pending.partition_date)
    return sorted(unfinished)


def owed(state: Store, days: list[date]) -> dict[date, int]:
    """How many entries of each day are unpublished; days that owe nothing are left out."""
    counts = {day: len(CommitLog(state, day).unpublished()) for day in days}
    return {day: count for day, count in counts.items() if count}
