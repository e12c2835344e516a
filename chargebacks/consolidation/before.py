"""What an execution starts from: the log's head, what it covers, the landing zone beside that."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from chargebacks.adapters.store import Store
from chargebacks.consolidation import limits
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.landing import listing
from chargebacks.consolidation.landing.listing import Landing, LandingFile
from chargebacks.settings import JobSettings


@dataclass(frozen=True)
class Before:
    """What one try of an execution starts from. `found.new` is what it reads: if `full`, all there is."""

    day: date
    full: bool
    head: Entry | None
    covered: Mapping[str, LandingFile]
    found: Landing

    def still(self, missed: Collection[str], settings: JobSettings) -> list[LandingFile]:
        """The files that stay covered without being read again, when those `missed` could not be read.

        Raises ShrinkError when a full execution missed one that is covered.
        """
        if self.full:
            limits.check_whole(self.day, self.covered.keys() & set(missed), settings)
            return []
        again = set(self.found.overwritten) - set(missed)
        return [file for path, file in self.covered.items() if path not in again]


def look(day: date, entries: list[Entry], settings: JobSettings, state: Store, landing: Store) -> Before:
    """The landing zone as it is now, beside what these entries cover. Full are only days that were asked for.

    Raises ShrinkError.
    """
    full = settings.full and day >= settings.first_date
    covered = CommitLog(state, day).covered(entries)
    listed = listing.list_files(landing, day)
    found = listing.compare(listed, covered)
    if full:
        limits.check_whole(day, found.vanished, settings)
        found = replace(found, new=listing.compare(listed, {}).new)
    return Before(day, full, entries[-1] if entries else None, covered, found)
