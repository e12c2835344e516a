"""One file of the corpus through the whole job, and what became of it as the files say that the job wrote."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from chargebacks.consolidation.report import RunReport
from chargebacks.consolidation.stages.engine import Engine
from tests.corpus.spec import Fate, Row, Spec
from tests.corpus.values import UNKNOWN, by_id, plain
from tests.unit.consolidation.builders import land
from tests.unit.consolidation.running import run


@dataclass(frozen=True)
class Outcome:
    """What a run counted, what it kept (by id), how many records it quarantined, and why files were unreadable.

    `unknown`: how many rows kept the unknown column. `lost`: columns that the report names as lost.
    """

    read: int
    rejected: int
    kept: dict[str, Row]
    quarantined: int
    unreadable: list[str]
    duplicates: int
    unknown: int
    lost: tuple[str, ...]


def through_the_job(root: Path, spec: Spec) -> Outcome:
    """Run the job on that file alone. Fails when the run does."""
    land(root, spec.file, spec.data)
    return _outcome(root, run(root, max_rejected_share="1", **spec.settings))


def together(root: Path, specs: Iterable[Spec], engine: Engine) -> Outcome:
    """Run the job on all of the files at once. Fails when the run does."""
    for spec in specs:
        land(root, spec.file, spec.data)
    return _outcome(root, run(root, engine=engine, max_rejected_share="1"))


def _outcome(root: Path, report: RunReport) -> Outcome:
    report.raise_failures()
    (partition,) = report.partitions
    entry, rows = partition.entry, _view(root)
    assert entry
    quarantine = [json.loads(line) for path in _files(root / "_quarantine") for line in path.open()]
    counts = entry.counts
    return Outcome(
        read=counts.records_read,
        rejected=counts.records_rejected,
        kept=by_id(rows),
        quarantined=sum(one["records"] or 0 for one in quarantine),
        unreadable=[one["reason"] for one in quarantine if one["line"] is None],
        duplicates=counts.duplicates_removed + counts.echoes_ignored,
        unknown=sum(1 for row in rows if f'"{UNKNOWN}":' in (row["extras"] or "")),
        lost=partition.findings.reading.lost_columns,
    )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.jsonl") if path.is_file())


def _view(root: Path) -> list[Row]:
    """What a reader of the output folder finds; no id twice."""
    rows = [
        json.loads(line, parse_float=Decimal)
        for path in (root / "out").rglob("part-*.json")
        for line in path.read_text().splitlines()
    ]
    assert len({row["chargeback_id"] for row in rows}) == len(rows)
    return rows


def complaint(spec: Spec, outcome: Outcome) -> str | None:
    """What is wrong with the outcome; None when the file met its fate."""
    lawful = outcome.read == len(outcome.kept) + outcome.rejected + outcome.duplicates
    if not lawful or outcome.quarantined != outcome.rejected:
        return f"counts do not add up: {outcome}"
    if outcome.unreadable:
        return _unreadable(spec, outcome)
    if spec.fate is Fate.UNREADABLE:
        return f"read as {outcome.read} records, {outcome.rejected} rejected, and not declared unreadable"
    wanted, (fewer, more) = len(spec.rows), spec.slack
    if not wanted - fewer <= outcome.read <= wanted + more:
        return f"{outcome.read} records read, the other reader counts {wanted}"
    return _differing(spec, outcome) if spec.fate is Fate.READ else None


def _unreadable(spec: Spec, outcome: Outcome) -> str | None:
    reason = outcome.unreadable[0]
    if spec.fate in (Fate.READ, Fate.JUDGED) or "internal error" in reason:
        return f"declared unreadable: {reason}"
    return None if spec.says.lower() in reason.lower() and outcome.read == 0 else f"unclear reason: {reason}"


def _differing(spec: Spec, outcome: Outcome) -> str | None:
    records = [row for row in spec.rows if isinstance(row, dict) and plain(row)]
    rejected = len(spec.rows) - len(records) if spec.rejected is None else spec.rejected
    if outcome.rejected != rejected:
        return f"{outcome.rejected} records rejected, {rejected} expected"
    wanted = by_id(records)
    for key, row in outcome.kept.items():
        if wanted.get(key) != row:
            return f"{key} was written as {wanted.get(key)} and read as {row}"
    return None
