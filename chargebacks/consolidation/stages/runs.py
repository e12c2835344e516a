"""Rows of one bucket, which may be more than a task's memory holds: an external merge sort.

Rows are held in memory up to a limit; past it they go to local disk as a run, sorted by id. In the end the runs, and
the previous data file, which is sorted too, are gone through side by side, one range of ids after another.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from chargebacks.consolidation.records import frame

RUN_BYTES: Final = 192 * 1024 * 1024  # of rows in memory: about 700,000 chargebacks
BATCH_ROWS: Final = 65_536


class Runs:
    """Takes rows in any order. `close` removes what went to disk."""

    def __init__(self, limit: int = RUN_BYTES) -> None:
        self.count = 0
        self._limit = limit
        self._held: list[pl.DataFrame] = []
        self._bytes = 0
        self._folder: TemporaryDirectory[str] | None = None
        self._runs: list[Path] = []

    @property
    def spilled(self) -> bool:
        """Whether some of it is on disk."""
        return bool(self._runs)

    def add(self, rows: pl.DataFrame) -> None:
        """Hold the rows, in memory for as long as they fit."""
        self._held.append(rows)
        self.count += rows.height
        self._bytes += int(rows.estimated_size())
        if self._bytes > self._limit:
            self._spill()

    def in_memory(self) -> pl.DataFrame:
        """The rows that are not on disk, in any order."""
        return pl.concat(self._held) if self._held else frame.empty()

    def streams(self) -> list[Iterator[pl.DataFrame]]:
        """Every row, as streams of batches, each stream sorted by id."""
        return [*(_batches(run) for run in self._runs), iter([self.in_memory().sort("chargeback_id")])]

    def close(self) -> None:
        """Remove the runs on disk."""
        if self._folder:
            self._folder.cleanup()

    def _spill(self) -> None:
        self._folder = self._folder or TemporaryDirectory(prefix="chargebacks-")
        run = Path(self._folder.name, f"{len(self._runs):05d}")
        run.mkdir()
        ordered = self.in_memory().sort("chargeback_id")
        for number, start in enumerate(range(0, ordered.height, BATCH_ROWS)):
            (run / f"{number:06d}.arrow").write_bytes(frame.to_ipc(ordered.slice(start, BATCH_ROWS)))
        self._runs.append(run)
        self._held, self._bytes = [], 0


def _batches(run: Path) -> Iterator[pl.DataFrame]:
    for path in sorted(run.iterdir()):
        yield frame.from_ipc(path.read_bytes())


def side_by_side(streams: Sequence[Iterator[pl.DataFrame]]) -> Iterator[list[pl.DataFrame]]:
    """Ranges of ids in ascending order: for each, what every sorted stream has of it. Equal ids are never parted."""
    heads = [_next(stream) for stream in streams]
    while any(head is not None for head in heads):
        last = min(head["chargeback_id"][-1] for head in heads if head is not None)
        ranges = []
        for n, stream in enumerate(streams):
            taken, heads[n] = _until(last, heads[n], stream)
            ranges.append(taken)
        yield ranges


def _until(
    last: str, head: pl.DataFrame | None, stream: Iterator[pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The rows up to that id, itself included, and the batch that the stream goes on with."""
    taken = []
    while head is not None:
        count = int((head["chargeback_id"] <= last).sum())
        taken.append(head.head(count))
        if count < head.height:
            head = head.slice(count)
            break
        head = _next(stream)
    return pl.concat(taken) if taken else frame.empty(), head


def _next(stream: Iterator[pl.DataFrame]) -> pl.DataFrame | None:
    return next((batch for batch in stream if batch.height), None)
