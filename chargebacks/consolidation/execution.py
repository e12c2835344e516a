"""One execution for one partition: from what the log and the landing zone say to a committed entry.

    plan      list, subtract what the log covers
    write     the generation: two stages on an engine
    check     limits and the conservation law, before anything can be seen
    commit    create entry N+1: this is the consolidation

A crash before the commit leaves a generation that no entry names; a crash after it leaves work that
`recovery` finishes from the log.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

from chargebacks import partition
from chargebacks.adapters.store import Store
from chargebacks.consolidation import landing
from chargebacks.consolidation.engine import Engine
from chargebacks.consolidation.entry import Announcement, Counts, Entry
from chargebacks.consolidation.landing import Landing, LandingFile
from chargebacks.consolidation.log import CommitLog, Pending, clear_pending, generation, mark_pending
from chargebacks.consolidation.read_stage import ReadPlan
from chargebacks.consolidation.shares import Share, read_any
from chargebacks.consolidation.write_stage import BucketResult, LedgerResult, WritePlan, write_bucket
from chargebacks.errors import ChargebacksError, CommitConflictError, ConservationError, LimitExceededError
from chargebacks.settings import JobSettings

log_ = logging.getLogger(__name__)
ATTEMPTS: Final = 2
MIN_REJECTED: Final = 10  # a handful of bad records in a small execution is no flood
MIN_UNREADABLE: Final = 3
MAX_UNREADABLE_SHARE: Final = 0.01


@dataclass(frozen=True)
class Outcome:
    """What an execution came to: its entry, whether this run committed it, and what the landing zone held."""

    entry: Entry
    committed: bool
    landing: Landing
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tools:
    """What an execution works with. Clock and ids come from outside."""

    settings: JobSettings
    state: Store
    engine: Engine
    clock: Callable[[], datetime]
    new_id: Callable[[], str]


def execute(day: date, tools: Tools, listed: list[LandingFile]) -> Outcome:
    """Consolidate `day`, or find that this execution did already.

    Raises LimitExceededError, ConservationError, CommitConflictError, StorageError; nothing is committed
    then, unless a StorageError hit the commit itself, whose outcome the next run learns from the log.
    """
    log = CommitLog(tools.state, day)
    winner = ""
    for _ in range(ATTEMPTS):
        done = _same_execution(log, tools.settings)
        if done:
            return Outcome(done, committed=False, landing=Landing([]))
        outcome, pending = _prepare(day, log, tools, listed)
        if tools.settings.dry_run:
            return outcome
        other = _commit(log, outcome.entry)
        if other is None:
            return outcome
        clear_pending(tools.state, pending)
        winner = f"entry {other.commit} was written by run {other.run} of job {other.job_name}"
        log_.warning("partition %s: %s; planning again", day, winner)
    raise CommitConflictError(f"partition {day}: {winner}, {ATTEMPTS} times in a row: run the job again")


def _same_execution(log: CommitLog, settings: JobSettings) -> Entry | None:
    return next((entry for entry in log.entries() if entry.execution_time == settings.execution_time), None)


def _prepare(day: date, log: CommitLog, tools: Tools, listed: list[LandingFile]) -> tuple[Outcome, Pending]:
    head = log.head()
    found = landing.compare(listed, log.covered())
    commit = head.commit + 1 if head else 1
    pending = Pending(day, tools.new_id(), commit)
    if not tools.settings.dry_run:
        mark_pending(tools.state, pending)
    try:
        outcome = _consolidate(pending, head, found, tools)
    except ChargebacksError:
        clear_pending(tools.state, pending)  # nothing was committed: nothing is left to finish
        raise
    return outcome, pending


def _consolidate(pending: Pending, head: Entry | None, found: Landing, tools: Tools) -> Outcome:
    """Write the generation and draft its entry; with nothing to do, carry the head's files forward."""
    draft = _carried_forward(pending, head, tools)
    if not _work_to_do(head, found, draft, tools.settings):
        return Outcome(draft, committed=True, landing=found)
    plan = _write_plan(pending, head, draft, tools.settings)
    buckets, ledger = _run_stages(plan, head, found, tools)
    _check_limits(pending.partition_date, ledger, plan, tools.settings)
    entry = _entry(draft, head, buckets, ledger)
    entry.counts.check(f"partition {pending.partition_date}")
    return Outcome(entry, committed=True, landing=found, unreadable=ledger.unreadable)


def _carried_forward(pending: Pending, head: Entry | None, tools: Tools) -> Entry:
    settings, now = tools.settings, tools.clock().astimezone(UTC)
    after = head.completed_at + timedelta(microseconds=1) if head else now
    return Entry(
        commit=pending.commit,
        run=pending.run,
        partition_date=pending.partition_date,
        execution_time=settings.execution_time,
        execution_sequence=settings.execution_sequence,
        total_executions=settings.total_executions,
        completed_at=max(now, after),
        job_name=settings.job_name,
        output_path=f"{settings.output_path}/{partition.hive(pending.partition_date)}",
        output_format=settings.output_format,
        buckets=settings.output_files,
        counts=head.counts if head else Counts(),
        files=head.files if head else (),
        announcement=Announcement(settings.kafka_topic, settings.announce, 0),
        landing_files=head.landing_files if head else 0,
    )


def _work_to_do(head: Entry | None, found: Landing, draft: Entry, settings: JobSettings) -> bool:
    if found.new:
        return True
    if head is None or not head.files:
        return False
    same = head.output_format == draft.output_format and head.buckets == draft.buckets
    return not same or head.output_path != draft.output_path or settings.announce == "all"


def _write_plan(pending: Pending, head: Entry | None, draft: Entry, settings: JobSettings) -> WritePlan:
    moved = head is not None and (
        head.output_path != draft.output_path or head.output_format != draft.output_format
    )
    same_buckets = head is not None and head.buckets == draft.buckets
    return WritePlan(
        state_path=settings.state_path,
        generation=generation(pending.partition_date, pending.commit, pending.run),
        commit=pending.commit,
        buckets=draft.buckets,
        output_format=draft.output_format,
        base=head.files if head and same_buckets else (),
        base_format=head.output_format if head else draft.output_format,
        announce_all=settings.announce == "all" or moved,
        write=not settings.dry_run,
    )


def _run_stages(
    plan: WritePlan, head: Entry | None, found: Landing, tools: Tools
) -> tuple[list[BucketResult], LedgerResult]:
    reading = ReadPlan(tools.settings.landing_path, plan.state_path, plan.buckets, plan.base_format)
    shares = [Share(landing=tuple(files)) for files in landing.share(found.new, tools.engine.tasks)]
    if head and not plan.base:
        shares += [Share(base=file) for file in head.files]  # another number of files: re-bucket once
    read, write = partial(read_any, plan=reading), partial(write_bucket, plan=plan)
    *buckets, ledger = tools.engine.run(
        shares,
        read,
        lambda number, parcels, attempt: write(number, parcels, attempt=attempt),
        plan.buckets + 1,
    )
    return buckets, ledger


def _check_limits(day: date, ledger: LedgerResult, plan: WritePlan, settings: JobSettings) -> None:
    where = f"{plan.state_path}/{ledger.rejects}"
    if ledger.rejected > max(MIN_REJECTED, settings.max_rejected_share * ledger.read):
        raise LimitExceededError(
            f"partition {day}: {ledger.rejected} of {ledger.read} records rejected, more than "
            f"{settings.max_rejected_share:.1%}: nothing was committed; see {where}, then mend upstream or raise "
            "--max-rejected-share"
        )
    if len(ledger.unreadable) > max(MIN_UNREADABLE, MAX_UNREADABLE_SHARE * ledger.files):
        raise LimitExceededError(
            f"partition {day}: {len(ledger.unreadable)} of {ledger.files} landing files cannot be read, first "
            f"{ledger.unreadable[0]}: nothing was committed; see {where}, then replace or remove them"
        )


def _entry(draft: Entry, head: Entry | None, buckets: list[BucketResult], ledger: LedgerResult) -> Entry:
    before = head.counts if head else Counts()
    base = sum(one.base for one in buckets)
    if base != before.records_processed:
        raise ConservationError(
            f"partition {draft.partition_date}: entry {draft.commit - 1} names {before.records_processed} records "
            f"but its files hold {base}: nothing was committed; restore the generation's files"
        )
    duplicates = sum(one.base + one.rows - one.winners for one in buckets)
    counts = replace(
        before,
        records_read=before.records_read + ledger.read,
        records_processed=sum(one.winners for one in buckets),
        duplicates_removed=before.duplicates_removed + duplicates,
        records_rejected=before.records_rejected + ledger.rejected,
        echoes_ignored=before.echoes_ignored + ledger.echoes,
    )
    announced = replace(
        draft.announcement,
        ids=sum(one.announced for one in buckets),
        chunks=tuple(one.chunk for one in buckets if one.chunk),
    )
    return replace(
        draft,
        counts=counts,
        files=tuple(one.file for one in buckets if one.file),
        announcement=announced,
        coverage=ledger.coverage,
        rejects=ledger.rejects,
        landing_files=draft.landing_files + ledger.files,
    )


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
