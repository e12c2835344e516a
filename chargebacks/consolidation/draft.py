"""The entry that an execution is about to commit, from what it found: pure, so every count can be tested alone.

carried_forward   the head's files and counts under a new number: what an execution without news commits
write_plan        what the tasks are told
read_under        the rules under which covered files were read
concluded         counts, files and announcement from what the tasks returned, the law checked
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chargebacks import partition
from chargebacks.consolidation.commits import coverage
from chargebacks.consolidation.commits.coverage import Covered
from chargebacks.consolidation.commits.entry import RECORD_FIELDS, Announcement, Counts, Entry
from chargebacks.consolidation.commits.log import Pending, generation
from chargebacks.consolidation.landing.listing import Landing
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.consolidation.stages.ledger import LedgerResult
from chargebacks.consolidation.stages.write import BucketResult, WritePlan
from chargebacks.errors import ConservationError
from chargebacks.settings import JobSettings


def carried_forward(
    pending: Pending, head: Entry | None, settings: JobSettings, now: datetime, *, full: bool = False
) -> Entry:
    """The entry of an execution that finds nothing new."""
    return Entry(
        commit=pending.commit,
        run=pending.run,
        partition_date=pending.partition_date,
        execution_time=settings.execution_time,
        execution_sequence=settings.execution_sequence,
        total_executions=settings.total_executions,
        completed_at=now,
        job_name=settings.job_name,
        output_path=f"{settings.output_path}/{partition.hive(pending.partition_date)}",
        output_format=settings.output_format,
        output_compression=settings.output_compression,
        buckets=settings.output_files,
        counts=head.counts if head else Counts(),
        files=head.files if head else (),
        announcement=Announcement(settings.kafka_topic, settings.announce, 0),
        landing_files=head.landing_files if head else 0,
        landing_digest=head.landing_digest if head else coverage.NOTHING,
        full=full,
        rules=ReadingRules.of(settings).text,
        record_fields=head.record_fields if head else RECORD_FIELDS,
    )


def has_work(head: Entry | None, found: Landing, draft: Entry, settings: JobSettings) -> bool:
    """Whether the stages must run: new files, or the same rows to be written or announced in another way."""
    if found.new:
        return True
    if head is None or not (head.files or draft.full):
        return False
    same = head.buckets == draft.buckets and head.output_compression == draft.output_compression
    return draft.full or not same or settings.announce == "all" or _moved(head, draft)


def _moved(head: Entry | None, draft: Entry) -> bool:
    """Whether readers find the output in another place or format than before: that is news to everybody.

    Another compression is not: messages and items do not name it.
    """
    return head is not None and (
        head.output_path != draft.output_path or head.output_format != draft.output_format
    )


def write_plan(
    pending: Pending, head: Entry | None, draft: Entry, settings: JobSettings, *, restart: bool = False
) -> WritePlan:
    """Return the second stage's plan. A restarted log announces everything: what was announced is unknown."""
    same_buckets = head is not None and head.buckets == draft.buckets
    return WritePlan(
        state_path=settings.state_path,
        generation=generation(pending.partition_date, pending.commit, pending.run),
        commit=pending.commit,
        buckets=draft.buckets,
        output_format=draft.output_format,
        output_compression=draft.output_compression,
        base=head.files if head and same_buckets else (),
        base_format=head.output_format if head else draft.output_format,
        base_compression=head.output_compression if head else draft.output_compression,
        base_fields=head.record_fields if head else RECORD_FIELDS,
        announce_all=restart or settings.announce == "all" or _moved(head, draft),
        full=draft.full,
        write=not settings.dry_run,
    )


def concluded(
    draft: Entry,
    head: Entry | None,
    buckets: list[BucketResult],
    ledger: LedgerResult,
    still: Sequence[Covered],
) -> Entry:
    """The draft with what the tasks came to; `still`: files covered before and not read again.

    Raises ConservationError when previous rows are missing or a record read is not accounted for.
    """
    base = sum(one.base for one in buckets)
    _check_base(draft, head, base)
    before = head.counts if head and not draft.full else Counts()
    rows = sum(one.rows for one in buckets) + (0 if draft.full else base)
    winners = sum(one.winners for one in buckets)
    counts = replace(
        before,
        records_read=before.records_read + ledger.read,
        records_processed=winners,
        duplicates_removed=before.duplicates_removed + rows - winners,
        records_rejected=before.records_rejected + ledger.rejected,
        echoes_ignored=before.echoes_ignored + ledger.echoes,
    )
    announced = replace(
        draft.announcement,
        ids=sum(one.announced for one in buckets),
        chunks=tuple(chunk for one in buckets for chunk in one.chunks),
    )
    counts.check(f"partition {draft.partition_date}")
    return replace(
        draft,
        counts=counts,
        files=tuple(one.file for one in buckets if one.file),
        announcement=announced,
        coverage=ledger.coverage,
        rejects=ledger.rejects,
        landing_files=len(still) + ledger.files,
        landing_digest=coverage.add(coverage.digest(one.file for one in still), ledger.digest),
        record_fields=RECORD_FIELDS,
    )


def read_under(entry: Entry, still: Iterable[Covered], ledger: LedgerResult) -> Entry:
    """Return the entry with the rules under which its covered files were read: `still` covered ones and new ones."""
    still = [one for one in still if not one.skipped]
    rows = {one.rules for one in still if not one.unreadable}
    unreadable = {one.rules for one in still if one.unreadable}
    if len(ledger.unreadable) > len(ledger.skipped):
        unreadable.add(entry.rules)
    if ledger.files > len(ledger.unreadable):
        rows.add(entry.rules)
    return replace(entry, rules_of_rows=tuple(sorted(rows)), rules_of_unreadable=tuple(sorted(unreadable)))


def _check_base(draft: Entry, head: Entry | None, rows: int) -> None:
    if head and rows != head.counts.records_processed:
        raise ConservationError(
            f"partition {draft.partition_date}: entry {head.commit} names {head.counts.records_processed} records "
            f"but its files hold {rows}: nothing was committed; restore the generation's files"
        )


def stamped(entry: Entry, head: Entry | None, now: datetime) -> Entry:
    """The entry, completed at aware `now`, or a microsecond after the head when the clock has gone back."""
    after = head.completed_at + timedelta(microseconds=1) if head else now
    return replace(entry, completed_at=max(now, after).astimezone(UTC))
