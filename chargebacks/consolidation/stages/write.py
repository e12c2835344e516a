"""Second stage: everything of one bucket → its data file and the ids to announce. Runs inside a task.

One bucket is one output file. The previous file of the same bucket is read here, straight from its generation,
so what was consolidated before is never shuffled again. A bucket whose rows come out as they were keeps its file.
A bucket that memory does not hold is merged one range of ids after another.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import RECORD_FIELDS, DataFile
from chargebacks.consolidation.records import datafile, frame
from chargebacks.consolidation.records.datafile_writer import Writer
from chargebacks.consolidation.records.loss import NO_LOSS, Loss
from chargebacks.consolidation.records.merge import merge
from chargebacks.consolidation.records.ties import NO_TIES, Ties
from chargebacks.consolidation.stages.base import base_batches, read_base
from chargebacks.consolidation.stages.generation import Generation
from chargebacks.consolidation.stages.ledger import close_ledger
from chargebacks.consolidation.stages.read import BASE, ROWS
from chargebacks.consolidation.stages.runs import Runs, side_by_side

BASE_ROWS: Final = 700_000  # of a previous file that is read whole
CHUNK_IDS: Final = 500_000


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
    base_fields: tuple[str, ...] = RECORD_FIELDS
    full: bool = False
    write: bool = True

    @property
    def written_alike(self) -> bool:
        """Whether equal rows need no new file."""
        alike = self.output_format == self.base_format and self.base_fields == RECORD_FIELDS
        return alike and self.output_compression == self.base_compression


@dataclass(frozen=True)
class BucketResult:
    """What one bucket came to. `rows` are new rows merged onto `base` previous ones, giving `winners`.

    `file` is the previous one when its rows are the winners, None when there are none. `chunks` are the side
    objects with the announced ids, in order. `loss`: of a full execution. `ties`: winners that bytes decided.
    """

    bucket: int
    rows: int
    base: int
    winners: int
    file: DataFile | None
    announced: int
    chunks: tuple[str, ...]
    loss: Loss = NO_LOSS
    ties: Ties = NO_TIES


def write_bucket(number: int, parcels: Iterable[tuple[str, bytes]], plan: WritePlan, attempt: str) -> Any:
    """A BucketResult, or for the partition after the last bucket the LedgerResult."""
    generation = Generation(Store(plan.state_path), plan.generation, attempt, plan.write)
    if number == plan.buckets:
        return close_ledger(parcels, generation)
    before = next((file for file in plan.base if file.bucket == number), None)
    with closing(Runs()) as rows, closing(Runs()) as base, TemporaryDirectory(prefix="chargebacks-") as local:
        for kind, data in parcels:
            {ROWS: rows, BASE: base}[kind].add(frame.from_ipc(data))
        out = _Output(number, before, plan, generation, Path(local))
        for new, old in _ranges(rows, base, before, generation.store, plan, Path(local)):
            out.add(new, old)
        return out.close(rows.count)


def _ranges(
    rows: Runs, base: Runs, before: DataFile | None, store: Store, plan: WritePlan, local: Path
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """New rows and previous ones of the same ids, all at once when memory holds them."""
    large = rows.spilled or base.spilled or (before is not None and before.rows > BASE_ROWS)
    if not large:
        yield rows.in_memory(), read_base(before, store, plan.base_format) if before else base.in_memory()
        return
    new, old = rows.streams(), base.streams()
    if before:
        old = [base_batches(before, store, plan.base_format, local)]
    for found in side_by_side([*new, *old]):
        yield pl.concat(found[: len(new)]), pl.concat(found[len(new) :])


class _Output:
    """A bucket's data file and announced ids, growing range by range, the file on local disk."""

    def __init__(
        self, bucket: int, before: DataFile | None, plan: WritePlan, generation: Generation, local: Path
    ) -> None:
        self._bucket, self._before, self._plan, self._generation = bucket, before, plan, generation
        self._local = local / "data"
        self._sink = self._local.open("wb")
        self._writer = Writer(self._sink, plan.output_format, plan.output_compression)
        self._same = before is not None and plan.written_alike
        self._base = self._winners = self._announced = 0
        self._loss, self._ties = NO_LOSS, NO_TIES
        self._ids: list[pl.Series] = []
        self._chunks: list[str] = []

    def add(self, rows: pl.DataFrame, base: pl.DataFrame) -> None:
        """Merge a range of ids."""
        merged = merge(rows, base, announce_all=self._plan.announce_all, full=self._plan.full)
        self._same = self._same and merged.winners.equals(base)
        self._base += base.height
        self._winners += merged.winners.height
        self._loss += merged.loss
        self._ties += merged.ties
        self._writer.append(merged.winners)
        self._announce(merged.announced)

    def close(self, rows: int) -> BucketResult:
        """Write what is to be written; `rows` new ones went in."""
        self._flush()
        return BucketResult(
            bucket=self._bucket,
            rows=rows,
            base=self._base,
            winners=self._winners,
            file=self._file(),
            announced=self._announced,
            chunks=tuple(self._chunks),
            loss=self._loss,
            ties=self._ties,
        )

    def _file(self) -> DataFile | None:
        self._writer.close()
        self._sink.close()
        if self._same or not self._winners:
            return self._before if self._same else None
        suffix = datafile.suffix(self._plan.output_format, self._plan.output_compression)
        path = self._generation.put_file(self._generation.data_name(self._bucket, suffix), self._local)
        size = self._local.stat().st_size
        return DataFile(path, self._plan.commit, self._bucket, self._winners, size)

    def _announce(self, ids: pl.Series) -> None:
        self._announced += ids.len()
        self._ids.append(ids)
        if sum(one.len() for one in self._ids) >= CHUNK_IDS:
            self._flush()

    def _flush(self) -> None:
        ids = pl.concat(self._ids) if self._ids else pl.Series(dtype=pl.String)
        if ids.len():
            self._chunks.append(self._generation.put_ids(self._bucket, len(self._chunks), ids))
        self._ids = []
