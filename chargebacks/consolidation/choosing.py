"""Which partitions a run works on: those asked for, and earlier days that have landing files to catch up with.

Each day is looked at by itself, streaming: neither listings nor coverage of a month are held at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from chargebacks.adapters import in_flight
from chargebacks.adapters.store import Store
from chargebacks.consolidation import plan
from chargebacks.consolidation.commits import coverage, log
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.landing import listing
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.errors import one_line
from chargebacks.settings import JobSettings


@dataclass(frozen=True)
class Chosen:
    """The partitions of a run, oldest first, and the days that it leaves alone.

    `left`: uncovered files out of reach. `empty`: days of a range with neither landing files nor a log.
    `failed`: days that could not be looked at, and why.
    """

    days: list[date]
    left: dict[date, int] = field(default_factory=dict)
    empty: list[date] = field(default_factory=list)
    failed: dict[date, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Seen:
    """What a look at a day said: to be worked on, or else how many files are left."""

    due: bool = False
    left: int = 0
    asked: bool = False
    error: str | None = None


def choose(settings: JobSettings, state: Store, landing: Store) -> Chosen:
    """A single date always; of a range the days that hold anything; earlier days by `plan.is_due`."""
    look = _Look(settings, state, landing, log.days(state))
    days = list(_candidates(settings))
    seen = dict(zip(days, in_flight.each(look, days), strict=True))
    return Chosen(
        days=[day for day, one in seen.items() if one.due],
        left={day: one.left for day, one in seen.items() if one.left},
        empty=[day for day, one in seen.items() if one.asked and not one.due and not one.error],
        failed={day: one.error for day, one in seen.items() if one.error},
    )


def _candidates(settings: JobSettings) -> Iterator[date]:
    if settings.lookback_days is not None:
        yield from plan.earlier_days(settings.first_date)
    length = (settings.partition_date - settings.first_date).days + 1
    yield from (settings.first_date + timedelta(days=n) for n in range(length))


@dataclass(frozen=True)
class _Look:
    """A look at one day."""

    settings: JobSettings
    state: Store
    landing: Store
    logs: list[date]

    def __call__(self, day: date) -> _Seen:
        try:
            return self._asked(day) if day >= self.settings.first_date else self._earlier(day)
        except Exception as error:  # noqa: BLE001  (one day's; the others are worked on)
            return _Seen(error=one_line(error))

    def _asked(self, day: date) -> _Seen:
        alone = self.settings.first_date == self.settings.partition_date
        return _Seen(due=alone or day in self.logs or any(self._files(day)), asked=True)

    def _earlier(self, day: date) -> _Seen:
        listed = coverage.digest(self._files(day))
        if listed == coverage.NOTHING:
            return _Seen()
        partition_log = CommitLog(self.state, day)
        head = partition_log.head() if day in self.logs else None
        if head and head.landing_digest == listed:
            return _Seen()  # all is covered: no need to read what that is
        covered = partition_log.covered(partition_log.entries()) if head else {}
        new = sum(covered.get(file.path) != file for file in self._files(day))
        due = plan.is_due(
            plan.EarlierDay(day, head.execution_time if head else None),
            self.settings.first_date,
            self.settings.lookback_days or 0,
            min(self.logs, default=None),
            self.settings.schedule_zone,
        )
        return _Seen(due=due and new > 0, left=0 if due else new)

    def _files(self, day: date) -> Iterator[LandingFile]:
        return (file for file in listing.walk(self.landing, day) if not listing.is_marker(file))
