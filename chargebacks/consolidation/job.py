"""A run of the job, from its settings to its report: the one way of a record from landing file to message.

finish what earlier runs left   commits/recovery
choose partitions               plan, landing/listing
consolidate and commit each     execution: stages, draft, commits/log
bring the views up to date      commits/converge
announce                        announce/publishing
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import uuid4

from chargebacks.adapters.store import Store
from chargebacks.consolidation import plan
from chargebacks.consolidation.announce.publishing import Publisher, publish_partition
from chargebacks.consolidation.commits import log
from chargebacks.consolidation.commits.converge import Places, converge, quarantine_rejects
from chargebacks.consolidation.commits.coverage import digest
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.commits.recovery import finish, owed
from chargebacks.consolidation.execution import Outcome, Tools, execute
from chargebacks.consolidation.landing import listing
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.report import PartitionReport, RunReport
from chargebacks.consolidation.stages.engine import Engine
from chargebacks.errors import ConsolidationError, PublishError
from chargebacks.settings import JobSettings

LISTINGS = 16  # listings in flight


@dataclass(frozen=True)
class Chosen:
    """The partitions of this run with their landing files, and days with uncovered files that it leaves alone."""

    days: dict[date, list[LandingFile]]
    left: dict[date, int]


def run(
    settings: JobSettings,
    engine: Engine,
    publisher: Publisher | None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    new_id: Callable[[], str] = lambda: uuid4().hex,
) -> RunReport:
    """Run the job. Without a `publisher` what is committed is left unpublished, for the next run that has one.

    A partition that fails is reported and does not stop the others. Raises StorageError when the store fails.
    """
    places = Places(Store(settings.state_path), Store(settings.quarantine_path))
    unfinished = [] if settings.dry_run else finish(places)
    landing_store = Store(settings.landing_path)
    chosen = choose(settings, places.state, landing_store)
    tools = Tools(settings, places.state, landing_store, engine, clock, new_id)
    reports = [_partition(day, tools, places) for day in chosen.days]
    if settings.dry_run:
        return RunReport(reports, left=chosen.left)
    days = sorted({*unfinished, *chosen.days})
    problem = announce(places.state, days, publisher)
    debts = owed(places.state, days)
    reports = [replace(one, published=one.committed and one.day not in debts) for one in reports]
    return RunReport(reports, left=chosen.left, unpublished=debts, publish_problem=problem)


def recover(settings: JobSettings, publisher: Publisher | None) -> RunReport:
    """Only finish what earlier runs left: converge, then publish what is owed. Consolidates nothing."""
    places = Places(Store(settings.state_path), Store(settings.quarantine_path))
    days = finish(places)
    problem = announce(places.state, days, publisher)
    return RunReport([], unpublished=owed(places.state, days), publish_problem=problem)


def choose(settings: JobSettings, state: Store, landing_store: Store) -> Chosen:
    """The target always; earlier days by `plan.is_due` if they have uncovered files. Oldest first."""
    target, oldest = settings.partition_date, next(iter(log.days(state)), None)
    earlier = plan.earlier_days(target)
    with ThreadPoolExecutor(LISTINGS) as pool:
        listings = dict(
            zip(
                [*earlier, target],
                pool.map(lambda day: listing.list_files(landing_store, day), [*earlier, target]),
                strict=True,
            )
        )
    chosen = Chosen({}, {})
    for day in earlier:
        _choose_earlier(day, listings[day], oldest, settings, state, chosen)
    chosen.days[target] = listings[target]
    return chosen


def _choose_earlier(
    day: date,
    listed: list[LandingFile],
    oldest: date | None,
    settings: JobSettings,
    state: Store,
    chosen: Chosen,
) -> None:
    """Put the day among those chosen or those left, when it has uncovered files."""
    files = [file for file in listed if not listing.is_marker(file)]
    partition_log = CommitLog(state, day)
    head = partition_log.head() if files else None
    known = plan.EarlierDay(day, len(files), head.execution_time if head else None)
    due = plan.is_due(known, settings.partition_date, settings.lookback_days, oldest, settings.schedule_zone)
    if head and head.landing_digest == digest(files):
        return  # all is covered: no need to read what that is
    new = listing.compare(files, partition_log.covered(partition_log.entries())).new
    if new and due:
        chosen.days[day] = listed
    elif new:
        chosen.left[day] = len(new)


def announce(state: Store, days: list[date], publisher: Publisher | None) -> str | None:
    """Publish what these partitions owe; why that failed, if it did. A broker that is down is asked once."""
    if publisher is None:
        return None
    try:
        for day in days:
            publish_partition(state, day, publisher)
    except PublishError as error:
        return str(error)
    return None


def _partition(day: date, tools: Tools, places: Places) -> PartitionReport:
    started = time.monotonic()
    partition_log = CommitLog(tools.state, day)
    try:
        if not tools.settings.dry_run:
            converge(partition_log, places)
        outcome = execute(day, tools, full=tools.settings.full and day == tools.settings.partition_date)
    except ConsolidationError as error:
        return PartitionReport(day, error=str(error), seconds=time.monotonic() - started)
    foreign = _make_visible(outcome, partition_log, places) if not tools.settings.dry_run else []
    return PartitionReport(
        day,
        entry=outcome.entry,
        landing=outcome.landing,
        unreadable=outcome.unreadable,
        foreign=foreign,
        committed=not tools.settings.dry_run,
        repeated=not outcome.committed,
        seconds=time.monotonic() - started,
    )


def _make_visible(outcome: Outcome, partition_log: CommitLog, places: Places) -> list[str]:
    quarantine_rejects(outcome.entry, places)
    return converge(partition_log, places)
