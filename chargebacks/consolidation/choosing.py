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
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.landing import markers
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.landing.zone import LandingZone
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.errors import one_line
from chargebacks.settings import JobSettings


@dataclass(frozen=True)
class Chosen:
    """The partitions of a run, oldest first, and the days that it leaves alone.

    `left`: uncovered files out of reach. `empty`: days of a range with neither landing files nor a log.
    `outdated`: days that the run leaves alone, with rows that were read under other rules. `failed`: days that could
    not be listed, and why.
    """

    days: list[date]
    left: dict[date, int] = field(default_factory=dict)
    empty: list[date] = field(default_factory=list)
    outdated: list[date] = field(default_factory=list)
    failed: dict[date, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Seen:
    """What a look at a day said: to be worked on, or else how many files are left."""

    due: bool = False
    left: int = 0
    outdated: bool = False
    asked: bool = False
    error: str | None = None


def choose(settings: JobSettings, state: Store, landing: LandingZone) -> Chosen:
    """A single date always; of a range the days that hold anything; earlier days by `plan.is_due`."""
    look = _Look(settings, state, landing, log.days(state), ReadingRules.of(settings).text)
    days = list(_candidates(settings))
    seen = dict(zip(days, in_flight.each(look, days), strict=True))
    return Chosen(
        days=[day for day, one in seen.items() if one.due],
        left={day: one.left for day, one in seen.items() if one.left},
        outdated=[day for day, one in seen.items() if one.outdated and not one.due],
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
    landing: LandingZone
    logs: list[date]
    rules: str

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
        outdated = head is not None and head.read_under_others(self.rules)
        retry = head is not None and self._may_retry(head)
        if head and head.landing_digest == listed and not retry:
            return _Seen(outdated=outdated)  # all is covered: no need to read what that is
        covered = partition_log.covered(partition_log.entries()) if head else {}
        files = list(self._files(day))
        new = sum(coverage.is_uncovered(file, covered) for file in files)
        again = retry and any(coverage.unreadable_elsewhere(file, covered, self.rules) for file in files)
        due = self._is_due(day, head)
        return _Seen(due and (new > 0 or again), left=0 if due else new, outdated=outdated)

    def _may_retry(self, head: Entry) -> bool:
        """Return whether the day is within `lookback_days` and covers files that were unreadable under other rules."""
        near = (self.settings.first_date - head.partition_date).days <= (self.settings.lookback_days or 0)
        return near and bool({*head.rules_of_unreadable} - {self.rules})

    def _is_due(self, day: date, head: Entry | None) -> bool:
        return plan.is_due(
            plan.EarlierDay(day, head.execution_time if head else None),
            self.settings.first_date,
            self.settings.lookback_days or 0,
            min(self.logs, default=None),
            self.settings.schedule_zone,
        )

    def _files(self, day: date) -> Iterator[LandingFile]:
        return (file for file in self.landing.walk(day) if not markers.kind_of(file.path, file.size))
