"""A run of the job, from its settings to its report: the one way of a record from landing file to message.

finish what earlier runs left   commits/recovery
choose partitions               choosing, plan
consolidate and commit each     execution: landing/listing, stages, draft, commits/log
bring the views up to date      commits/converge
announce                        announce/publishing
delete what is superseded       commits/sweeping
"""

import logging
import time
from collections.abc import Callable, Container
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from chargebacks.adapters.store import Store
from chargebacks.consolidation import parallel
from chargebacks.consolidation.announce.publishing import Publisher, Sent, publish_partition
from chargebacks.consolidation.choosing import Chosen, choose
from chargebacks.consolidation.commits.converge import Places, converge, quarantine_rejects
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.commits.recovery import Finished, finish, owed
from chargebacks.consolidation.commits.sweeping import sweep
from chargebacks.consolidation.execution import Tools, execute
from chargebacks.consolidation.landing.zone import LandingZone, open_zone, warning
from chargebacks.consolidation.report import PartitionReport, RunReport
from chargebacks.consolidation.stages.engine import Engine
from chargebacks.errors import ChargebacksError, ConsolidationError, PublishError, StorageError, one_line
from chargebacks.settings import JobSettings

log_ = logging.getLogger(__name__)


def run(
    settings: JobSettings,
    engine: Engine,
    publisher: Publisher | None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    new_id: Callable[[], str] = lambda: uuid4().hex,
) -> RunReport:
    """Run the job. Without a `publisher` what is committed is left unpublished, for the next run that has one.

    A partition that fails, whatever the reason, is reported and does not stop the others. Raises SettingsError when
    the landing zone does not exist, StorageError when the store fails before any partition is begun.
    """
    started = time.monotonic()
    landing = open_zone(settings.landing_path)
    places = Places(Store(settings.state_path), Store(settings.quarantine_path))
    finished = Finished() if settings.dry_run else finish(places)
    tools = Tools(settings, places.state, landing, engine, clock, new_id)
    chosen = choose(settings, tools.state, tools.landing)
    work = parallel.each(
        lambda day: _partition(day, tools, places), chosen.days, settings.parallel_partitions
    )
    known = {*chosen.days, *chosen.failed}
    unseen = [PartitionReport(day, error=error) for day, error in chosen.failed.items()]
    stuck = [one for one in _stuck(finished) if one.day not in known]
    partitions = sorted([*work, *unseen, *stuck], key=lambda one: one.day)
    report = RunReport(
        partitions,
        left=chosen.left,
        empty=chosen.empty,
        outdated=chosen.outdated,
        unskipped=_unskipped(settings, partitions),
        landing_warning=_landing_warning(landing, partitions, chosen),
    )
    if settings.dry_run:
        return report
    report = _announced(report, finished, places, publisher)
    report = replace(report, seconds=time.monotonic() - started)
    days = [one.day for one in report.partitions if not one.error]
    swept = sweep(places.state, days, clock(), timedelta(hours=settings.superseded_hours))
    return replace(report, swept=swept)


def recover(settings: JobSettings, publisher: Publisher | None) -> RunReport:
    """Only finish what earlier runs left: converge, then publish what is owed. Consolidates nothing."""
    started = time.monotonic()
    places = Places(Store(settings.state_path), Store(settings.quarantine_path))
    finished = finish(places)
    report = _announced(RunReport(_stuck(finished)), finished, places, publisher)
    return replace(report, seconds=time.monotonic() - started)


def _landing_warning(landing: LandingZone, partitions: list[PartitionReport], chosen: Chosen) -> str:
    """Return what is wrong with a landing zone without days; "" when it could not be listed."""
    files = (one.landing.new or (one.entry and one.entry.landing_files) for one in partitions)
    try:
        return warning(landing, idle=not (any(files) or chosen.left))
    except StorageError as error:
        log_.warning("the layout of the landing zone was not checked: %s", error)
        return ""


def _unskipped(settings: JobSettings, partitions: list[PartitionReport]) -> list[str]:
    """Return the files to skip that no partition had to read; none when a partition failed: it may have had them."""
    if any(one.error for one in partitions):
        return []
    return sorted(set(settings.skip_file) - {file.path for one in partitions for file in one.landing.new})


def _stuck(finished: Finished) -> list[PartitionReport]:
    """Partitions whose earlier work cannot be finished: for a person to see, every time."""
    return [
        PartitionReport(day, error=_told(day, error), behind=True)
        for day, error in sorted(finished.failed.items())
    ]


def _partition(day: date, tools: Tools, places: Places) -> PartitionReport:
    """Consolidate, commit and bring the view up to date; a failure stays within the partition's report."""
    started = time.monotonic()
    try:
        report = _consolidated(day, tools, places)
    except Exception as error:  # noqa: BLE001  (one partition's; the others are worked on)
        behind = not isinstance(error, ConsolidationError)  # those commit nothing; of others nobody knows
        report = PartitionReport(day, error=_told(day, error), behind=behind)
    return replace(report, seconds=time.monotonic() - started)


def _consolidated(day: date, tools: Tools, places: Places) -> PartitionReport:
    settings, partition_log = tools.settings, CommitLog(tools.state, day)
    if not (settings.dry_run or settings.restart_log):  # a new log must not touch the view before its commit
        converge(partition_log, places)
    outcome = execute(day, tools)
    report = PartitionReport(
        day,
        entry=outcome.entry,
        findings=outcome.findings,
        committed=not settings.dry_run,
        repeated=not outcome.committed,
    )
    if settings.dry_run:
        return report
    try:
        quarantine_rejects(outcome.entry, places)
        return replace(report, foreign=converge(partition_log, places))
    except Exception as error:  # noqa: BLE001  (after the commit: told as such)
        return replace(report, error=_told(day, error), behind=True)


def _told(day: date, error: Exception) -> str:
    """The error in one line; what is none of ours goes to the log in full."""
    if not isinstance(error, ChargebacksError):
        log_.error("partition %s", day, exc_info=error)
    return one_line(error)


def _announced(
    report: RunReport, finished: Finished, places: Places, publisher: Publisher | None
) -> RunReport:
    """Publish what is owed, oldest first, but for days whose view may lag behind their log: the next run does."""
    behind = {one.day for one in report.partitions if one.behind}
    ours = [one for one in report.partitions if not one.error]
    days = {*finished.owing, *(one.day for one in ours)}
    settled = finished.runs | {one.entry.run for one in ours if one.entry}
    sent, problem = _announce(places, sorted(days - behind), publisher, settled)
    report = replace(report, announced=sent.chargebacks, confirmed=sent.confirmed)
    try:
        debts = owed(places.state, sorted(days | behind))
    except StorageError as error:  # what the run did is told all the same
        return replace(report, publish_problem=problem or f"what is still owed cannot be told: {error}")
    partitions = [replace(one, published=one.committed and one.day not in debts) for one in report.partitions]
    return replace(report, partitions=partitions, unpublished=debts, publish_problem=problem)


def _announce(
    places: Places, days: list[date], publisher: Publisher | None, settled: Container[str]
) -> tuple[Sent, str | None]:
    """Publish what these partitions owe: what was sent, and why not all. A broker that is down is asked once."""
    sent, problem = Sent(), None
    if publisher is None:
        return sent, problem
    for day in days:
        try:
            for one in publish_partition(places, day, publisher, settled):
                sent += one
        except PublishError as error:
            return sent, str(error)
        except Exception as error:  # noqa: BLE001  (one partition's; the others are announced)
            problem = problem or f"partition {day}: {_told(day, error)}"
    return sent, problem
