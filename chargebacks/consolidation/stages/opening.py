"""Bytes of many landing files → normalised rows, and what the ledger is told of each file.

Tiny files are dear one by one, so parquet files are read many together, and the blame is not asked for as long as
nobody is to blame: a group with a rejected row, a damaged file or two schemas is opened again, file by file.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import polars as pl

from chargebacks.consolidation.landing import formats, parquet
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.landing.raw_rows import FILE, LINE, Raw, nothing
from chargebacks.consolidation.records.normalise import Normalised, normalise
from chargebacks.errors import UnreadableFileError

GROUP_FILES: Final = 128
Fetched = tuple[LandingFile, bytes | None]


@dataclass
class FileRead:
    """What became of one landing file. `unreadable` says why nothing of it could be read.

    `missed`: it vanished, or kept changing, between listing and reading; it is not covered.
    """

    path: str
    size: int
    etag: str
    unreadable: str | None = None
    missed: bool = False


@dataclass
class Opened:
    """What files came to: `frames` of normalised rows, the files, the rejects, and how many records that were."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    files: list[FileRead] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    read: int = 0
    echoes: int = 0

    def take(self, done: Normalised) -> None:
        """Add normalised rows and echoes."""
        self.frames.append(done.frame)
        self.echoes += done.echoes.len()

    def reject(self, path: str, line: int, reason: str, raw: str) -> None:
        """Set a record apart."""
        self.rejects.append({"reason": reason, "source_file": path, "line": line, "raw": raw})


def open_files(fetched: Iterable[Fetched]) -> Opened:
    """Open the files: a file without bytes was missed. Bad content never raises."""
    opened = Opened()
    alike: list[Fetched] = []
    alone: list[Fetched] = []
    for file, data in fetched:
        (alike if data is not None and parquet.is_one(data) else alone).append((file, data))
    for group in _groups(alike):
        if not _open_together(group, opened):
            alone += group
    _open_alone(alone, opened)
    return opened


def _groups(files: Iterable[Fetched]) -> Iterator[list[Fetched]]:
    rest = iter(files)
    while group := list(islice(rest, GROUP_FILES)):
        yield group


def _open_together(group: Sequence[Fetched], opened: Opened) -> bool:
    """Whether all went well; if not, nothing was taken."""
    rows = parquet.read_alike([data for _, data in group if data])
    if rows is None:
        return False
    nobody = pl.lit(0, dtype=pl.UInt32)
    done = normalise(rows.with_columns(nobody.alias(FILE), nobody.alias(LINE)))
    if done.rejected.height:
        return False
    opened.take(done)
    opened.files += [FileRead(file.path, file.size, file.etag) for file, _ in group]
    opened.read += rows.height
    return True


def _open_alone(fetched: Iterable[Fetched], opened: Opened) -> None:
    raws: list[tuple[str, Raw]] = []
    for file, data in fetched:
        told = FileRead(file.path, file.size, file.etag, missed=data is None)
        opened.files.append(told)
        raw = _raw(told, data)
        raws.append((file.path, raw))
        opened.read += raw.records
        for bad in raw.rejects:
            opened.reject(file.path, bad.line, bad.reason, bad.raw)
    for rows in _by_schema([raw for _, raw in raws]):
        done = normalise(rows)
        opened.take(done)
        for n, line, reason in done.rejected.iter_rows():
            path, raw = raws[n]
            opened.reject(path, line, reason, raw.raw_text(line))


def _raw(told: FileRead, data: bytes | None) -> Raw:
    if data is None:
        return nothing()
    try:
        return formats.read(told.path, data)
    except UnreadableFileError as error:
        told.unreadable = str(error)
        return nothing()


def _by_schema(raws: list[Raw]) -> Iterator[pl.DataFrame]:
    """The raw frames, those of one schema together."""
    alike: dict[tuple[Any, ...], list[pl.DataFrame]] = {}
    for n, raw in enumerate(raws):
        if raw.frame.height:
            numbered = raw.frame.with_columns(
                pl.lit(n, dtype=pl.UInt32).alias(FILE), pl.col(LINE).cast(pl.UInt32)
            )
            schema = tuple(sorted(numbered.schema.items(), key=lambda item: item[0]))
            alike.setdefault(schema, []).append(numbered)
    for frames in alike.values():
        yield pl.concat([one.select(frames[0].columns) for one in frames])
