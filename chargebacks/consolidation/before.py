"""What an execution starts from: the log's head, what it covers, the landing zone beside that."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.coverage import Covered, unreadable_elsewhere
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.commits.own_files import OwnFiles
from chargebacks.consolidation.landing import listing
from chargebacks.consolidation.landing.listing import Landing
from chargebacks.consolidation.landing.zone import LandingZone
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.settings import JobSettings


@dataclass(frozen=True)
class Before:
    """What one try of an execution starts from. `found.new` is what it reads: if `full`, all there is.

    `orphans` are our files whose log is lost: the execution begins a new log above them.
    """

    day: date
    full: bool
    head: Entry | None
    covered: Mapping[str, Covered]
    found: Landing
    orphans: OwnFiles | None = None

    @property
    def commit(self) -> int:
        """The number of the next entry."""
        if self.orphans:
            return self.orphans.newest + 1
        return self.head.commit + 1 if self.head else 1

    def still(self, missed: Collection[str]) -> list[Covered]:
        """Return the files that stay covered without being read again, when those `missed` could not be read."""
        if self.full:
            return []
        again = {*self.found.overwritten, *self.found.retried} - set(missed)
        return [one for path, one in self.covered.items() if path not in again]

    def gone(self, missed: Collection[str]) -> set[str]:
        """Return the covered files that a full execution could not read: vanished, withheld or changing."""
        return {*self.found.vanished, *(self.covered.keys() & set(missed))} if self.full else set()


def look(
    day: date,
    entries: list[Entry],
    orphans: OwnFiles | None,
    settings: JobSettings,
    state: Store,
    landing: LandingZone,
) -> Before:
    """List the landing zone and compare it with what these entries cover. Earlier days are never full.

    With `orphans` there are no entries, so what was covered is unknown and everything is read.
    """
    full = orphans is not None or (settings.full and day >= settings.first_date)
    covered = CommitLog(state, day).covered(entries)
    listed = landing.list_files(day)
    found = listing.compare(listed, {path: one.file for path, one in covered.items()})
    if full:
        found = replace(found, new=listing.compare(listed, {}).new)
    else:
        rules, ignored = ReadingRules.of(settings).text, set(found.ignored)
        retried = [
            file for file in listed if file.path not in ignored and unreadable_elsewhere(file, covered, rules)
        ]
        found = replace(found, new=found.new + retried, retried=[file.path for file in retried])
    return Before(day, full, entries[-1] if entries else None, covered, found, orphans)
