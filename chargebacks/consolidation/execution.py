"""One execution for one partition: from what the log and the landing zone say to a committed entry.

    plan      list, subtract what the log covers (a full execution subtracts nothing)
    write     the generation: two stages on an engine
    check     limits and the conservation law, before anything can be seen
    commit    create entry N+1: this is the consolidation

A crash before the commit leaves a generation that no entry names; a crash after it leaves work that
`recovery` finishes from the log.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from typing import Final

from chargebacks import partition
from chargebacks.adapters.store import Store
from chargebacks.consolidation import draft, limits
from chargebacks.consolidation.before import Before, look
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog, Pending, clear_pending, mark_pending
from chargebacks.consolidation.commits.own_files import OwnFiles, own_files
from chargebacks.consolidation.findings import Findings
from chargebacks.consolidation.landing import listing
from chargebacks.consolidation.landing.zone import LandingZone
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.consolidation.records.loss import NO_LOSS
from chargebacks.consolidation.records.ties import NO_TIES
from chargebacks.consolidation.stages import post_mortem
from chargebacks.consolidation.stages.engine import Engine
from chargebacks.consolidation.stages.ledger import NOTHING_READ, LedgerResult
from chargebacks.consolidation.stages.read import ReadPlan
from chargebacks.consolidation.stages.shares import Share, read_any
from chargebacks.consolidation.stages.write import BucketResult, WritePlan, write_bucket
from chargebacks.errors import CommitConflictError, WorkerDiedError
from chargebacks.settings import JobSettings

log_ = logging.getLogger(__name__)
ATTEMPTS: Final = 2


@dataclass(frozen=True)
class Outcome:
    """The result of an execution: its entry, whether this run committed it, and what it found."""

    entry: Entry
    committed: bool
    findings: Findings


@dataclass(frozen=True)
class Tools:
    """What an execution works with. Clock and ids come from outside."""

    settings: JobSettings
    state: Store
    landing: LandingZone
    engine: Engine
    clock: Callable[[], datetime]
    new_id: Callable[[], str]


def execute(day: date, tools: Tools) -> Outcome:
    """Consolidate `day`, or find that this execution did already.

    Raises LimitExceededError, ConservationError, ShrinkError, LostLogError, CommitConflictError, StateVersionError,
    StorageError; nothing is committed then, unless a StorageError hit the commit itself, whose outcome the next run
    learns from the log.
    """
    log = CommitLog(tools.state, day)
    winner = ""
    for attempt in count():
        entries, orphans = _log_beside_output(log, tools.settings)
        for done in entries:
            if done.execution_time == tools.settings.execution_time:
                return Outcome(done, committed=False, findings=Findings(lost_to=winner))
        if attempt == ATTEMPTS:
            break
        before = look(day, entries, orphans, tools.settings, tools.state, tools.landing)
        outcome, pending = _prepare(before, tools)
        if tools.settings.dry_run:
            return outcome
        other = _commit(log, outcome.entry)
        if other is None:
            return outcome
        clear_pending(tools.state, pending)
        winner = f"entry {other.commit} was written by run {other.run} of job {other.job_name}"
        log_.warning("partition %s: %s; planning again", day, winner)
    raise CommitConflictError(f"partition {day}: {winner}, {ATTEMPTS} times in a row: run the job again")


def _log_beside_output(log: CommitLog, settings: JobSettings) -> tuple[list[Entry], OwnFiles | None]:
    """Return the log's entries; or no entries and our files in the output folder, when a new log begins.

    Raises LostLogError when the folder has files of commits that the log does not have.
    """
    found = own_files(f"{settings.output_path}/{partition.hive(log.day)}")  # before the log is read
    entries = log.entries()
    head = entries[-1].commit if entries else 0
    if found.newest <= head:
        return entries, None
    if not settings.restart_log:
        raise found.lost(log, head)
    return [], found


def _prepare(before: Before, tools: Tools) -> tuple[Outcome, Pending]:
    """Mark the run as pending, then do all that comes before the commit."""
    pending = Pending(before.day, tools.new_id(), before.commit)
    if not tools.settings.dry_run:
        mark_pending(tools.state, pending)
    try:
        outcome = _consolidate(pending, before, tools)
    except Exception:
        clear_pending(tools.state, pending)  # nothing was committed: nothing is left to finish
        raise
    return outcome, pending


def _consolidate(pending: Pending, before: Before, tools: Tools) -> Outcome:
    """Write the generation and draft its entry; with nothing to do, carry the head's files forward."""
    head, found = before.head, before.found
    entry = draft.carried_forward(pending, head, tools.settings, tools.clock(), full=before.full)
    ledger, still, loss, ties = NOTHING_READ, before.still(()), NO_LOSS, NO_TIES
    restart = before.orphans is not None
    if restart or draft.has_work(head, found, entry, tools.settings):
        plan = draft.write_plan(pending, head, entry, tools.settings, restart=restart)
        buckets, ledger = _run_stages(plan, before, tools)
        _log_tracebacks(before.day, ledger)
        limits.check_limits(before.day, ledger, plan, tools.settings, found.retried)
        loss = sum((one.loss for one in buckets), NO_LOSS)
        ties = sum((one.ties for one in buckets), NO_TIES)
        limits.check_loss(before.day, loss, before.gone(ledger.missed), tools.settings, restart=restart)
        still = before.still(ledger.missed)
        entry = draft.concluded(entry, head, buckets, ledger, still)
    entry = draft.read_under(entry, still, ledger)
    stamped = draft.stamped(entry, head, tools.clock())
    return Outcome(stamped, committed=True, findings=Findings(found, ledger, loss, ties))


def _log_tracebacks(day: date, ledger: LedgerResult) -> None:
    """Log tracebacks on the driver: tasks' logs are elsewhere, and a task may run twice."""
    for path, text in ledger.tracebacks.items():
        log_.error("partition %s: %s: internal error, the file is unreadable\n%s", day, path, text)


def _run_stages(plan: WritePlan, before: Before, tools: Tools) -> tuple[list[BucketResult], LedgerResult]:
    rules = ReadingRules.of(tools.settings)
    reading = ReadPlan(
        tools.settings.landing_path,
        plan.state_path,
        plan.buckets,
        plan.base_format,
        rules,
        tools.settings.execution_time.replace(tzinfo=UTC),
    )
    shares = [Share(landing=tuple(files)) for files in listing.share(before.found.new, tools.engine.tasks)]
    if before.head and not plan.base:
        shares += [Share(base=file) for file in before.head.files]  # another number of files: re-bucket once
    if before.orphans:
        shares += [Share(base=file, folder=before.orphans.folder) for file in before.orphans.files]
    read, write = partial(read_any, plan=reading), partial(write_bucket, plan=plan)
    try:
        *buckets, ledger = tools.engine.run(
            shares,
            read,
            lambda number, parcels, attempt: write(number, parcels, attempt=attempt),
            plan.buckets + 1,
        )
    except WorkerDiedError as error:
        raise post_mortem.explain(error, shares, reading) from error
    return buckets, ledger


def _commit(log: CommitLog, entry: Entry) -> Entry | None:
    """Create the entry: None when it is ours, else the entry of the run that won.

    "Exists" may be our own create whose answer was lost (the store's client retries), so the entry is read back
    and the run's id decides. A store that refuses with a conflict yet holds nothing is asked again.
    """
    for _ in range(ATTEMPTS + 1):
        if log.create(entry):
            return None
        there = log.at(entry.commit)
        if there is not None:
            return None if there.run == entry.run else there
    raise CommitConflictError(
        f"partition {entry.partition_date}: the store refuses entry {entry.commit} and yet holds none: "
        "run the job again"
    )
