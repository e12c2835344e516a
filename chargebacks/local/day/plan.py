"""The day's executions, and which landing files have arrived before each."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from chargebacks import partition, schedule
from chargebacks.adapters.store import Store
from chargebacks.errors import SettingsError
from chargebacks.local.day.places import Places
from chargebacks.local.sample.deliveries import Recipe
from chargebacks.local.sample.generate import generate

LAST_SLOT: Final = time(18, 30)


@dataclass(frozen=True)
class Execution:
    """One run of the job: its number, its day, its time (naive UTC), and the files that came since the last."""

    number: int
    partition_date: date
    execution_time: datetime
    arrived: tuple[str, ...]  # below the landing root


def sampled(recipe: Recipe, places: Places) -> list[Execution]:
    """Make a sample day upstream of the landing zone; four executions."""
    windows = generate(recipe, Store(str(places.upstream)))
    return [
        Execution(number, recipe.day, schedule.naive_utc(window.execution_time), window.files)
        for number, window in enumerate(windows, 1)
    ]


def arrive(execution: Execution, places: Places) -> None:
    """Let the execution's files appear in the landing zone. Files of a landing zone that was given are there."""
    if not places.upstream.exists():
        return
    for path in execution.arrived:
        target = places.landing / path
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(places.upstream / path, target)


def given(landing: Path) -> list[Execution]:
    """One execution, the last of its day, for each date that has files in the landing zone; oldest first.

    Raises SettingsError when there is none.
    """
    found = {day: tuple(sorted(_files(landing, day))) for day in sorted(_days(landing))}
    days = [(day, files) for day, files in found.items() if files]
    if not days:
        raise SettingsError(
            f"{str(landing)!r} has no folder of a day with files in it: name it {', '.join(partition.LAYOUTS)}"
        )
    return [
        Execution(number, day, datetime.combine(day, LAST_SLOT), files)
        for number, (day, files) in enumerate(days, 1)
    ]


def _days(landing: Path) -> set[date]:
    folders = [
        *landing.glob("*/"),
        *landing.glob("[0-9]*/[0-9]*/[0-9]*/"),
        *landing.glob("year=*/month=*/day=*/"),
    ]
    return {day for one in folders if (day := partition.landing_day(one.relative_to(landing).as_posix()))}


def _files(landing: Path, day: date) -> Iterator[str]:
    store = Store(str(landing.absolute()), foreign=True)
    for folder in partition.landing_folders(day):
        yield from (found.path for found in store.walk(folder))
