"""Report a run: to programs as JSON, to people as lines, to saved queries as METRICS lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from chargebacks.consolidation.announce.messages import summary_event
from chargebacks.consolidation.commits.entry import Counts, Entry
from chargebacks.consolidation.commits.own_files import looks_like_ours
from chargebacks.consolidation.commits.sweeping import Swept
from chargebacks.consolidation.findings import Findings
from chargebacks.consolidation.landing.listing import Landing
from chargebacks.errors import ConsolidationError, PublishError, first_few

_COLUMNS: Final = 10  # that could not be converted, named in a report
_COLUMN_NAME: Final = 100  # characters


@dataclass(frozen=True)
class PartitionReport:
    """What became of one partition in this run. An `error` beside an entry: committed, but not all in view.

    `behind`: its view may not show yet what its log says.
    """

    day: date
    entry: Entry | None = None
    findings: Findings = field(default_factory=Findings)
    foreign: list[str] = field(default_factory=list)
    committed: bool = False
    repeated: bool = False
    published: bool = False
    behind: bool = False
    error: str | None = None
    seconds: float = 0.0

    @property
    def landing(self) -> Landing:
        """What the listing showed."""
        return self.findings.landing

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Landing files that could not be read and are in the quarantine."""
        return self.findings.reading.unreadable

    @property
    def missed(self) -> tuple[str, ...]:
        """Landing files for which storage gave no bytes; they are not covered."""
        return self.findings.reading.missed

    @property
    def outdated(self) -> bool:
        """Whether rows of the partition were read under other rules than those of its newest entry."""
        return self.entry is not None and self.entry.read_under_others(self.entry.rules)

    @property
    def withheld(self) -> Mapping[str, str]:
        """Missed files that are there but that storage does not give: why, and what to do about it."""
        return self.findings.reading.withheld

    @property
    def status(self) -> str:
        """failed, unfinished, dry run, already committed, nothing to consolidate, or consolidated."""
        if self.entry is None:
            return "failed"
        if self.error:
            return "unfinished"
        if not self.committed:
            return "dry run"
        if self.repeated:
            return "already committed"
        return "consolidated" if self.entry.landing_files else "nothing to consolidate"

    @property
    def told(self) -> str:
        """The error, with the partition that it hit and what to do about it."""
        where = f"partition {self.day}: "
        what = where + (self.error or "").removeprefix(where)
        if self.entry is None:
            return what
        return f"{what}: entry {self.entry.commit} is committed; the next run, or chargebacks recover, does the rest"

    def to_json(self) -> dict[str, Any]:
        """The summary message's fields, and what this run did beside."""
        told: dict[str, Any] = (
            summary_event(self.entry) if self.entry else {"partition_date": self.day.isoformat()}
        )
        return told | {
            "status": self.status,
            "published": self.published,
            "chargebacks_announced": self.entry.announcement.ids if self.entry else 0,
            "files_new": len(self.landing.new),
            "files_retried": len(self.landing.retried),
            "files_overwritten": len(self.landing.overwritten),
            "files_vanished": len(self.landing.vanished),
            "files_missed": len(self.missed),
            "files_withheld": len(self.withheld),
            "files_ignored": len(self.landing.ignored),
            "files_ignored_by_kind": dict(sorted(self.landing.ignored_by_kind.items())),
            "files_unreadable": len(self.unreadable),
            "bytes_unreadable": self.findings.reading.unreadable_bytes,
            "files_with_lost_columns": self.findings.reading.files_with_lost_columns,
            "read_under_older_rules": self.outdated,
            "chargebacks_lost": self.findings.loss.chargebacks,
            "ties_decided_by_bytes": self.findings.ties.chargebacks,
            "records_after_execution": self.findings.reading.later,
            "error": self.error,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class RunReport:
    """What became of a run, partitions oldest first.

    `left`: uncovered landing files out of reach, by day. `empty`: days of a range with nothing to consolidate.
    `outdated`: days that the run looked at and left alone, with rows that were read under other rules.
    `announced`: chargebacks in slices that were acknowledged. `confirmed`: entries that the run announced in full,
    whichever run committed them. `unpublished`: entries that still owe messages, by partition. `unskipped`: files
    that `skip_file` names and no partition had to read. `landing_warning`: what is wrong with the landing zone's
    layout, None when the run did not look at it. `seconds`: until the last acknowledgement.
    """

    partitions: list[PartitionReport]
    left: Mapping[date, int] = field(default_factory=dict)
    empty: Sequence[date] = ()
    outdated: Sequence[date] = ()
    announced: int = 0
    confirmed: Sequence[Entry] = ()
    unpublished: Mapping[date, int] = field(default_factory=dict)
    unskipped: Sequence[str] = ()
    landing_warning: str | None = None
    publish_problem: str | None = None
    swept: Swept = field(default_factory=Swept)
    seconds: float = 0.0

    def to_json(self) -> list[dict[str, Any]]:
        """One object a partition."""
        return [one.to_json() for one in self.partitions]

    def raise_failures(self) -> None:
        """Raise ConsolidationError if a partition failed, else PublishError if announcing did."""
        failed = [one for one in self.partitions if one.error]
        if failed:
            more = f" (and {len(failed) - 1} more partitions failed)" if len(failed) > 1 else ""
            raise ConsolidationError(f"{failed[0].told}{more}")
        if self.publish_problem:
            raise PublishError(self.publish_problem)

    def lines(self) -> Iterator[str]:
        """Yield lines for people and logs. The METRICS lines come last: files, then records."""
        for one in self.partitions:
            yield from _partition_lines(one)
        for day, files in self.left.items():
            yield f"{day}: {files} landing files are not covered and out of reach: run with --partition-date {day}"
        for day in self.empty:
            yield f"{day}: neither landing files nor a log: nothing to consolidate"
        yield from self._notices()
        yield from self._outdated()
        for day, entries in self.unpublished.items():
            yield f"{day}: {entries} entries unpublished: a run with a broker, or chargebacks recover, sends them"
        if self.swept.objects:
            yield f"{self.swept.objects} superseded files were deleted, {self.swept.bytes} bytes"
        if self.swept.problem:
            yield f"superseded files were left, the next run deletes them: {self.swept.problem}"
        yield self._file_metrics()
        yield self._metrics()

    def _notices(self) -> Iterator[str]:
        """Yield what to check in the arguments."""
        if self.landing_warning:
            yield f"warning: {self.landing_warning}"
        for path in self.unskipped:
            yield f"--skip-file {path!r} is not a new landing file: check the path; for a covered file, add --full"

    def _file_metrics(self) -> str:
        """Return the line of files. Its fields differ from those of the other line, which saved queries parse."""
        found = [one.findings for one in self.partitions]
        return (
            f"METRICS: files_new={sum(len(one.landing.new) for one in found)}, "
            f"files_missed={sum(len(one.reading.missed) for one in found)}, "
            f"files_unreadable={sum(len(one.reading.unreadable) for one in found)}, "
            f"bytes_unreadable={sum(one.reading.unreadable_bytes for one in found)}"
        )

    def _outdated(self) -> Iterator[str]:
        worked = (one.day for one in self.partitions if one.outdated)
        if days := sorted({*worked, *self.outdated}):
            yield (
                f"{len(days)} days have rows that were read under older rules or other settings; nothing recomputes "
                f"them by itself: --partition-date DAY --full does: {', '.join(map(str, days))}"
            )

    def _metrics(self) -> str:
        totals = [one.entry.counts for one in self.partitions if one.entry]
        failed = sum(1 for one in self.partitions if one.error)
        return (
            f"METRICS: partitions={len(self.partitions) - failed}, partitions_failed={failed}, "
            f"records_read={_sum(totals, 'records_read')}, records_processed={_sum(totals, 'records_processed')}, "
            f"duplicates_removed={_sum(totals, 'duplicates_removed')}, "
            f"records_rejected={_sum(totals, 'records_rejected')}, "
            f"entries_unpublished={sum(self.unpublished.values())}"
        )


def _sum(counts: list[Counts], name: str) -> int:
    return sum(getattr(one, name) for one in counts)


def _upstream_lines(one: PartitionReport) -> Iterator[str]:
    """Yield faults upstream that change winners although every record is read."""
    if one.findings.ties.chargebacks:
        yield (
            f"{one.day}: {one.findings.ties}; their bytes decided: let upstream advance updated_at with every change"
        )
    if later := one.findings.reading.later:
        yield (
            f"{one.day}: {later} records are dated after the execution, the latest {one.findings.reading.latest}: "
            "each wins over all changes until then; correct upstream's clock"
        )


def _partition_lines(one: PartitionReport) -> Iterator[str]:
    if one.error:
        yield f"{one.day}: {one.status}: {one.told}"
    if one.entry is None:
        return
    counts = one.entry.counts
    yield (
        f"{one.day}: {one.status}, entry {one.entry.commit}: {counts.records_read} records read, "
        f"{counts.records_processed} kept in {len(one.entry.files)} {one.entry.output_format} files, "
        f"{counts.duplicates_removed} duplicates, {counts.records_rejected} rejected, "
        f"{counts.echoes_ignored} echoes; {one.entry.announcement.ids} announced "
        f"in {one.entry.announcement.slices} slices; {one.seconds:.1f} s"
    )
    if one.findings.lost_to:
        yield f"{one.day}: another run committed this execution meanwhile: {one.findings.lost_to}"
    if one.findings.loss.chargebacks:
        yield f"{one.day}: lost, as --allow-shrink permits: {one.findings.loss}"
    yield from _upstream_lines(one)
    for what, names in _file_lists(one, one.entry):
        if names:
            yield f"{one.day}: {len(names)} {what}, first {names[0]}"
    yield from _lost_columns_line(one)


def _file_lists(one: PartitionReport, entry: Entry) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what became of landing files and of files in the output folder, with their names or reasons."""
    found = one.landing
    withheld = list(one.withheld.values())
    gone = [path for path in one.missed if path not in one.withheld]
    stay = "their records went with them" if entry.full else "their records stay"
    size = one.findings.reading.unreadable_bytes
    yield "overwritten landing files were read again", found.overwritten
    yield "landing files that could not be read under other rules were read again", found.retried
    yield f"covered landing files are gone; {stay}", found.vanished
    yield "landing files vanished or changed before they were read: left for the next run", gone
    yield "landing files are there, but storage does not give them: left for the next run", withheld
    yield f"markers, empty and unfinished files were passed over ({_kinds(found)})", found.ignored
    where = "and are in the quarantine" if one.committed else "and would go to the quarantine"
    yield f"landing files ({size} bytes) cannot be read {where}", one.unreadable
    yield (
        "files in the output folder are another writer's data files, and read with ours: move them away",
        [name for name in one.foreign if looks_like_ours(name)],
    )
    yield (
        "files in the output folder are not ours and were left",
        [name for name in one.foreign if not looks_like_ours(name)],
    )


def _lost_columns_line(one: PartitionReport) -> Iterator[str]:
    reading = one.findings.reading
    if reading.lost_columns:
        names = first_few([repr(name[:_COLUMN_NAME]) for name in reading.lost_columns], _COLUMNS)
        yield (
            f"{one.day}: {reading.files_with_lost_columns} files have unknown columns that could not be converted; "
            f"their records were read without them: {names}"
        )


def _kinds(found: Landing) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(found.ignored_by_kind.items()))
