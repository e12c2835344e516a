"""The day's executions, one after another: what each must leave behind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.oracle.landing import UnreadableFile, day_of, records
from tests.oracle.landing_text import NotARecord
from tests.oracle.rules import Rejected, Version, understand


@dataclass(frozen=True)
class Execution:
    """One run of the job: its target day, its time, and the files that arrived since the run before it."""

    partition_date: str
    execution_time: str
    arrived: tuple[str, ...]


@dataclass(frozen=True)
class Counts:
    """Over every file that the partition covers."""

    read: int = 0
    rejected: int = 0
    echoes: int = 0
    taken: int = 0


@dataclass
class Signs:
    """What one execution must report of faults upstream: ids whose winner bytes decided, records from the future."""

    execution_time: datetime
    tied: dict[str, tuple[datetime, datetime, int]] = field(default_factory=dict)
    later: int = 0

    def note(self, key: str, version: Version, best: Version | None) -> None:
        """See a record, and the best version of its id so far."""
        self.later += version.updated > self.execution_time
        if best and version.content != best.content and version.dates == best.dates:
            self.tied[key] = version.dates

    def ties(self, newest: dict[str, Version]) -> int:
        """How many ids still have the dates that two different versions had."""
        return sum(newest[key].dates == dates for key, dates in self.tied.items())


@dataclass
class Partition:
    """A partition as it stands."""

    counts: Counts = field(default_factory=Counts)
    newest: dict[str, Version] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """What one execution must leave in one partition. `unreadable`: files that it found to be so."""

    partition_date: str
    execution_time: str
    counts: Counts
    rows: dict[str, bytes]
    announced: frozenset[str]
    unreadable: int
    ties: int = 0
    later: int = 0

    @property
    def message_counts(self) -> dict[str, int]:
        """The counts as messages name them."""
        return {
            "records_read": self.counts.read,
            "records_processed": len(self.rows),
            "duplicates_removed": self.counts.taken - len(self.rows),
            "records_rejected": self.counts.rejected,
            "echoes_ignored": self.counts.echoes,
        }


def expectations(landing: Path, executions: Iterable[Execution], lookback_days: int) -> Iterator[Expected]:
    """What each execution must leave: in its target, then in earlier days with late files."""
    partitions: dict[str, Partition] = {}
    waiting: dict[str, set[str]] = {}
    for execution in executions:
        for path in execution.arrived:
            if (day := day_of(path, (landing / path).stat().st_size)) is not None:
                waiting.setdefault(day, set()).add(path)
        for day in _days(execution.partition_date, lookback_days, waiting):
            partition = partitions.setdefault(day, Partition())
            yield _execute(landing, partition, day, execution.execution_time, waiting.pop(day, set()))


def _days(target: str, lookback_days: int, waiting: dict[str, set[str]]) -> list[str]:
    oldest = (date.fromisoformat(target) - timedelta(days=lookback_days)).isoformat()
    return [target, *sorted(day for day in waiting if oldest <= day < target)]


def _execute(landing: Path, partition: Partition, day: str, time: str, files: set[str]) -> Expected:
    before = {key: version.content for key, version in partition.newest.items()}
    signs = Signs(datetime.fromisoformat(time).replace(tzinfo=UTC))
    unreadable = 0
    for path in sorted(files):
        try:
            partition.counts = _take(landing / path, partition.newest, partition.counts, signs)
        except UnreadableFile:
            unreadable += 1
    rows = {key: version.content for key, version in partition.newest.items()}
    announced = frozenset(
        key
        for key, version in partition.newest.items()
        if version.content != before.get(key) and not version.removed
    )
    ties = signs.ties(partition.newest)
    return Expected(day, time, partition.counts, rows, announced, unreadable, ties, signs.later)


def _take(path: Path, newest: dict[str, Version], counts: Counts, signs: Signs) -> Counts:
    found = records(path)
    outcomes = [_outcome(raw, newest, signs) for raw in found]
    rejected = [_weight(raw) for raw, outcome in zip(found, outcomes, strict=True) if outcome == "rejected"]
    return Counts(
        read=counts.read + len(outcomes) - len(rejected) + sum(rejected),
        rejected=counts.rejected + sum(rejected),
        echoes=counts.echoes + outcomes.count("echo"),
        taken=counts.taken + outcomes.count("taken"),
    )


def _weight(raw: object) -> int:
    """How many records a rejected one counts for."""
    return raw.records if isinstance(raw, NotARecord) else 1


def _outcome(raw: object, newest: dict[str, Version], signs: Signs) -> str:
    try:
        understood = understand(raw)
    except Rejected:
        return "rejected"
    if understood is None:
        return "echo"
    key, version = understood
    signs.note(key, version, newest.get(key))
    if key not in newest or version > newest[key]:
        newest[key] = version
    return "taken"
