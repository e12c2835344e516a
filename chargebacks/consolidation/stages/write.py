"""Second stage: everything of one bucket → its data file and the ids to announce. Runs inside a task.

One bucket is one output file. The previous file of the same bucket is read here, straight from its generation,
so what was consolidated before is never shuffled again. A bucket whose rows come out as they were keeps its file.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.coverage import digest
from chargebacks.consolidation.commits.entry import DataFile
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.records import datafile, frame
from chargebacks.consolidation.records.merge import merge
from chargebacks.consolidation.stages.base import read_base
from chargebacks.consolidation.stages.read import BASE, COUNTS, FILES, REJECTS, ROWS

COVERAGE_NAME: Final = "coverage.jsonl"
REJECTS_NAME: Final = "rejects.jsonl"
_TO_ESCAPE: Final = r'[\x00-\x1f"\\]'  # RFC 8259, section 7


@dataclass(frozen=True)
class WritePlan:
    """What a task needs to know to merge a bucket. `base` is empty when base rows come through the shuffle.

    `full`: the rows are all there is; the base is only compared with, so that what changed is announced.
    """

    state_path: str
    generation: str
    commit: int
    buckets: int
    output_format: str
    output_compression: str
    base: tuple[DataFile, ...]
    base_format: str
    base_compression: str
    announce_all: bool
    full: bool = False
    write: bool = True

    @property
    def written_alike(self) -> bool:
        """Whether equal rows need no new file."""
        alike = self.output_format == self.base_format
        return alike and self.output_compression == self.base_compression


@dataclass(frozen=True)
class BucketResult:
    """What one bucket came to. `rows` are new rows merged onto `base` previous ones, giving `winners`.

    `file` is the previous one when its rows are the winners, None when there are none.
    """

    bucket: int
    rows: int
    base: int
    winners: int
    file: DataFile | None
    announced: int
    chunk: str | None


@dataclass(frozen=True)
class LedgerResult:
    """What the landing files came to, and where coverage and rejects were written.

    `files` were read, unreadable ones among them; those `missed` were not, and are not covered.
    """

    files: int
    read: int
    rejected: int
    echoes: int
    unreadable: tuple[str, ...]
    missed: tuple[str, ...]
    digest: str  # of what was read: `coverage.digest`
    coverage: str | None
    rejects: str | None


def write_bucket(number: int, parcels: Iterable[tuple[str, bytes]], plan: WritePlan, attempt: str) -> Any:
    """A BucketResult, or for the partition after the last bucket the LedgerResult."""
    store = Store(plan.state_path)
    if number == plan.buckets:
        return _ledger(parcels, plan, store, attempt)
    before = next((file for file in plan.base if file.bucket == number), None)
    kept: dict[str, list[pl.DataFrame]] = {ROWS: [], BASE: _base(before, plan, store)}
    for kind, data in parcels:
        kept[kind].append(frame.from_ipc(data))
    rows, base = (pl.concat(kept[kind]) if kept[kind] else frame.empty() for kind in (ROWS, BASE))
    merged = merge(rows, base, announce_all=plan.announce_all, full=plan.full)
    same = before is not None and plan.written_alike and merged.winners.equals(base)
    return BucketResult(
        bucket=number,
        rows=rows.height,
        base=base.height,
        winners=merged.winners.height,
        file=before if same else _data_file(number, merged.winners, plan, store, attempt),
        announced=merged.announced.len(),
        chunk=_chunk(number, merged.announced, plan, store, attempt),
    )


def _base(before: DataFile | None, plan: WritePlan, store: Store) -> list[pl.DataFrame]:
    return [read_base(before, store, plan.base_format)] if before else []


def _data_file(
    bucket: int, rows: pl.DataFrame, plan: WritePlan, store: Store, attempt: str
) -> DataFile | None:
    if not rows.height:
        return None
    data = datafile.write(rows, plan.output_format, plan.output_compression)
    suffix = datafile.suffix(plan.output_format, plan.output_compression)
    path = f"{plan.generation}/data/part-{bucket:05d}-{attempt}.{suffix}"
    _put(store, path, data, plan)
    return DataFile(path, plan.commit, bucket, rows.height, len(data))


def _chunk(bucket: int, ids: pl.Series, plan: WritePlan, store: Store, attempt: str) -> str | None:
    if not ids.len():
        return None
    path = f"{plan.generation}/announced/ids-{bucket:05d}-{attempt}.jsonl"
    _put(store, path, _id_lines(ids), plan)
    return path


def _id_lines(ids: pl.Series) -> bytes:
    """A JSON string a line; ids that need no escaping, which is nearly all, are just quoted."""
    if ids.str.contains(_TO_ESCAPE).any():
        return "".join(json.dumps(one) + "\n" for one in ids).encode()
    return ('"' + '"\n"'.join(ids.to_list()) + '"\n').encode()


def _ledger(
    parcels: Iterable[tuple[str, bytes]], plan: WritePlan, store: Store, attempt: str
) -> LedgerResult:
    told: dict[str, list[dict[str, Any]]] = {FILES: [], REJECTS: [], COUNTS: []}
    for kind, data in parcels:
        told[kind] += [json.loads(line) for line in data.split(b"\n") if line]
    found = sorted(told[FILES], key=lambda one: one["path"])
    files = [one for one in found if not one["missed"]]
    rejects = sorted(told[REJECTS], key=lambda one: (one["source_file"], one["line"]))
    rejects += [_unreadable(one) for one in files if one["unreadable"]]
    return LedgerResult(
        files=len(files),
        read=sum(one["read"] for one in told[COUNTS]),
        rejected=sum(one["rejected"] for one in told[COUNTS]),
        echoes=sum(one["echoes"] for one in told[COUNTS]),
        unreadable=tuple(one["path"] for one in files if one["unreadable"]),
        missed=tuple(one["path"] for one in found if one["missed"]),
        digest=digest(LandingFile(one["path"], one["size"], one["etag"]) for one in files),
        coverage=_side_object(f"{attempt}-{COVERAGE_NAME}", files, plan, store),
        rejects=_side_object(f"{attempt}-{REJECTS_NAME}", rejects, plan, store),
    )


def _unreadable(file: dict[str, Any]) -> dict[str, Any]:
    return {"reason": f"file: {file['unreadable']}", "source_file": file["path"], "line": None, "raw": None}


def _side_object(name: str, lines: list[dict[str, Any]], plan: WritePlan, store: Store) -> str | None:
    if not lines:
        return None
    path = f"{plan.generation}/{name}"
    _put(store, path, "".join(json.dumps(line) + "\n" for line in lines).encode(), plan)
    return path


def _put(store: Store, path: str, data: bytes, plan: WritePlan) -> None:
    if plan.write:
        store.put(path, data)
