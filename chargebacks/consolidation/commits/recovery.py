"""Finish what earlier runs left undone, whatever their date: the pending markers say where to look.

A marker whose entry is in the log: the run committed and may have died before its files were in view, its
rejects in the quarantine, or its messages acknowledged. A marker whose number another run took can never be
committed: it is dropped. A marker without an entry may belong to a run that is still at work: it is left.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.converge import Places, converge, quarantine_rejects
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog, Pending, clear_pending, list_pending


@dataclass
class Finished:
    """The dates that may still owe messages, and those that could not be finished, with the error.

    `runs`: those that have nothing left to do but to be announced.
    """

    owing: set[date] = field(default_factory=set)
    failed: dict[date, Exception] = field(default_factory=dict)
    runs: set[str] = field(default_factory=set)


def finish(places: Places) -> Finished:
    """Converge every partition with unfinished work. One that fails does not keep the others from it."""
    finished, markers = Finished(), defaultdict[date, list[Pending]](list)
    for pending in list_pending(places.state):
        markers[pending.partition_date].append(pending)

    def attempt(day: date) -> None:
        try:
            if owing := _finish(day, markers[day], places):
                finished.owing.add(day)
                finished.runs.update(owing)
        except Exception as error:  # noqa: BLE001  (one partition's)
            finished.failed[day] = error

    places.state.each(attempt, sorted(markers))
    return finished


def settle(log: CommitLog, entries: Iterable[Entry], places: Places) -> None:
    """All that these entries' runs may have left undone, but for their messages: whoever announces them does it first.

    For by the announcement the marker goes, and with it the word that something is left.
    """
    left = list(entries)
    for entry in left:
        quarantine_rejects(entry, places)
    if left:
        converge(log, places)


def _finish(day: date, markers: Iterable[Pending], places: Places) -> set[str]:
    """Those of the runs whose messages may still be owed."""
    log, entries = CommitLog(places.state, day), list[Entry]()
    for pending in markers:
        entry = log.at(pending.commit)
        if entry and entry.run == pending.run:
            entries.append(entry)
        elif entry:
            clear_pending(places.state, pending)
    settle(log, entries, places)
    owing = set()
    for entry in entries:
        if log.is_published(entry):  # the run died between the two: its marker is all that was left
            clear_pending(places.state, Pending(day, entry.run, entry.commit))
        else:
            owing.add(entry.run)
    return owing


def owed(state: Store, days: list[date]) -> dict[date, int]:
    """How many entries of each day are unpublished; days that owe nothing are left out."""
    counts = {day: CommitLog(state, day).owing() for day in days}
    return {day: count for day, count in counts.items() if count}
