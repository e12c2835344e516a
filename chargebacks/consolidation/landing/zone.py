"""List the landing zone: its root once, when a run begins, and of each day only the folders that the root shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from chargebacks import partition
from chargebacks.adapters.store import Store
from chargebacks.adapters.stored import Level
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.errors import SettingsError, first_few

SHOWN: Final = 5  # names in a warning
_NAME: Final = 80  # characters of each
_YEARS: Final = 2  # folders of years to search for a day before warning


@dataclass(frozen=True)
class LandingZone:
    """A landing zone, and the names at its root when the run began: what comes later waits for the next run."""

    store: Store
    root: Level

    def walk(self, day: date) -> Iterator[LandingFile]:
        """Yield every object in the partition's landing folders, in no promised order."""
        there = set(self.root.folders)
        for folder in partition.landing_folders(day):
            if folder.partition("/")[0] in there:
                for stored in self.store.walk(folder):
                    yield LandingFile(stored.path, stored.size, stored.etag)

    def list_files(self, day: date) -> list[LandingFile]:
        """Return every object in the partition's landing folders, sorted by path."""
        return sorted(self.walk(day), key=lambda file: file.path)


def open_zone(path: str) -> LandingZone:
    """List the root of the landing zone. Raises SettingsError when it does not exist, StorageError."""
    store = Store(path, foreign=True)
    try:
        return LandingZone(store, store.level(""))
    except FileNotFoundError as error:
        what = "folder" if store.local else "bucket"
        raise SettingsError(
            f"landing_path {path!r}: there is no such {what}: create it, or give the landing zone's root"
        ) from error


def warning(zone: LandingZone, *, idle: bool) -> str:
    """Return what is wrong with a landing zone that shows no day in a known layout, or "".

    Only an `idle` run, which found no landing file at all, also lists months and days.
    """
    dated = any(partition.landing_day(name) for name in zone.root.folders)
    years = partition.years(zone.root.folders)
    if dated or (years and not idle) or _has_day(zone.store, years[:_YEARS]):
        return ""
    known = ", ".join(partition.LAYOUTS)
    if not zone.root.folders and not zone.root.files:
        return (
            f"the landing zone {zone.store.root} is empty: check landing_path; days are looked for as {known}"
        )
    return (
        f"the landing zone {zone.store.root} has no folder of a day in a known layout ({known}): check landing_path; "
        f"found instead: {_found(zone)}"
    )


def _has_day(store: Store, years: Sequence[str]) -> bool:
    for year in years:
        for month in store.folders(year):
            days = store.folders(f"{year}/{month}") if month[-1:].isdigit() else []
            if any(partition.landing_day(f"{year}/{month}/{day}") for day in days):
                return True
    return False


def _found(zone: LandingZone) -> str:
    """Return the first names at the root, and what the first folder holds."""
    names = [*(f"{name}/" for name in zone.root.folders), *zone.root.files]
    shown = _first(names)
    if not zone.root.folders:
        return shown
    below = zone.store.level(zone.root.folders[0])
    inside = [*(f"{name}/" for name in below.folders), *below.files]
    return f"{shown}; {zone.root.folders[0]}/ holds {_first(inside) or 'nothing'}"


def _first(names: Sequence[str]) -> str:
    return first_few([repr(name[:_NAME]) for name in names], SHOWN)
