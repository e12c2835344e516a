"""Open many landing files: their bytes become normalised rows, and each file gets a line for the ledger.

Opening small files one at a time is expensive, so parquet files are read in groups. Only when a row is rejected are
footers read again for the numbers of rows, which show whose row it was. When a group cannot be read together, files
that are damaged or need Arrow are opened by themselves, and the rest is split by schema or halved.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress, islice
from typing import Any, Final

import polars as pl

from chargebacks.consolidation.landing import formats, isolation, parquet, record_hints
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.landing.raw_rows import FILE, LINE, Raw, nothing
from chargebacks.consolidation.reading_rules import DEFAULT_RULES, ReadingRules
from chargebacks.consolidation.records.normalise import Normalised, normalise
from chargebacks.errors import UnreadableFileError

GROUP_FILES: Final = 128


@dataclass(frozen=True)
class Fetched:
    """A landing file with its bytes, or why storage gave none: such a file is not covered, so it is tried again."""

    file: LandingFile
    data: bytes | None
    withheld: str | None = None


@dataclass
class FileRead:
    """What became of one landing file. `unreadable` says why nothing of it could be read.

    `missed`: storage gave no bytes, because it vanished or kept changing between listing and reading, or for the
    reason that `withheld` gives; it is not covered. `lost_columns`: unknown columns that could not be converted.
    `traceback`: of an internal error that made the file unreadable. `skipped`: it was not opened, because `skip_file`
    names it.
    """

    path: str
    size: int
    etag: str
    unreadable: str | None = None
    missed: bool = False
    withheld: str | None = None
    lost_columns: tuple[str, ...] = ()
    traceback: str | None = None
    skipped: bool = False

    def fail(self, error: BaseException) -> None:
        """Make the file unreadable by an exception that no reader raises on purpose."""
        self.unreadable = isolation.internal_error(self.path, error)
        self.traceback = isolation.traceback_of(error)


@dataclass
class Opened:
    """What files came to: `frames` of normalised rows, the files, the rejects, and how many records that were."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    files: list[FileRead] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    read: int = 0
    rejected: int = 0
    echoes: int = 0

    def take(self, done: Normalised) -> None:
        """Add normalised rows and echoes."""
        self.frames.append(done.frame)
        self.echoes += done.echoes.len()

    def add(self, other: "Opened") -> None:
        """Add the results of other files."""
        self.frames += other.frames
        self.files += other.files
        self.rejects += other.rejects
        self.read += other.read
        self.rejected += other.rejected
        self.echoes += other.echoes

    def reject(self, path: str, line: int, reason: str, raw: str, records: int = 1) -> None:
        """Set a record apart, or text that plausibly contains that many."""
        self.rejected += records
        reason = record_hints.with_hint(reason, raw)
        self.rejects.append(
            {"reason": reason, "source_file": path, "line": line, "raw": raw, "records": records}
        )


def open_files(fetched: Iterable[Fetched], rules: ReadingRules = DEFAULT_RULES) -> Opened:
    """Open the files: a file without bytes was missed. Bad content never raises.

    When anything is raised while several files are opened together, their results are dropped and each half is opened
    by itself, until only the file that raises is unreadable. Raises ConsolidationError when memory is too short even
    for one file.
    """
    files = list(fetched)
    if (opened := _attempt(files, rules)) is not None:
        return opened
    half = len(files) // 2
    opened = open_files(files[:half], rules)
    opened.add(open_files(files[half:], rules))
    return opened


def _attempt(files: Sequence[Fetched], rules: ReadingRules) -> Opened | None:
    """Open the files; return None when that raised and there are several."""
    try:
        return _open(files, rules)
    except BaseException as error:  # native panics derive from it
        if isolation.stops_run(error) and not isolation.lacks_memory(error):
            raise
        if len(files) > 1:
            return None
        if isolation.lacks_memory(error):
            raise isolation.memory_error([one.file for one in files]) from error
        failed = _file_read(files[0])
        failed.fail(error)
        return Opened(files=[failed])


def _open(fetched: Iterable[Fetched], rules: ReadingRules) -> Opened:
    opened = Opened()
    alike: list[Fetched] = []
    alone: list[Fetched] = []
    for one in fetched:
        (alike if one.data is not None and parquet.is_one(one.data) else alone).append(one)
    for group in _groups(alike):
        alone += _open_together(group, opened, rules)
    _open_alone(alone, opened, rules)
    return opened


def _groups(files: Iterable[Fetched]) -> Iterator[list[Fetched]]:
    rest = iter(files)
    while group := list(islice(rest, GROUP_FILES)):
        yield group


def _open_together(group: Sequence[Fetched], opened: Opened, rules: ReadingRules) -> Sequence[Fetched]:
    """Open parquet files in as few groups as may be; what comes back must be opened alone."""
    if len(group) < 2:
        return group
    raw = parquet.read_alike([one.data for one in group if one.data])
    if raw is not None and _take_together(raw, group, opened, rules):
        return []
    apart = [parquet.needs_arrow(one.data or b"") for one in group]
    if any(apart):
        rest = [one for one, by_itself in zip(group, apart, strict=True) if not by_itself]
        return [*compress(group, apart), *_open_together(rest, opened, rules)]
    return [one for part in _parts(group) for one in _open_together(part, opened, rules)]


def _take_together(raw: Raw, group: Sequence[Fetched], opened: Opened, rules: ReadingRules) -> bool:
    """Whether the rows were taken: not when one is rejected and nobody can say whose it is."""
    done = normalise(raw.frame.with_columns(pl.lit(0, dtype=pl.UInt32).alias(FILE)), rules)
    rejected = [(bad.line, bad.reason, bad.raw) for bad in raw.rejects]
    rejected += [(line, reason, raw.raw_text(line)) for _, line, reason in done.rejected.iter_rows()]
    blame = _blame(raw, group, [line for line, *_ in rejected]) if rejected else []
    if blame is None:
        return False
    opened.take(done)
    opened.files += [FileRead(one.file.path, one.file.size, one.file.etag) for one in group]
    opened.read += raw.records
    for (path, line), (_, reason, text) in zip(blame, rejected, strict=True):
        opened.reject(path, line, reason, text)
    return True


def _blame(raw: Raw, group: Sequence[Fetched], lines: Sequence[int]) -> list[tuple[str, int]] | None:
    """Whose rows these are, as (path, row); None when the files do not say so, or order their columns differently."""
    counts = [parquet.rows_in(one.data or b"") for one in group]
    ends = list(accumulate(count or 0 for count in counts))
    if None in counts or ends[-1] != raw.records:
        return None
    found = [(bisect_left(ends, line), line) for line in lines]
    shown = {parquet.columns_in(group[n].data or b"") for n in {0, *(n for n, _ in found)}}
    return (
        [(group[n].file.path, line - (ends[n - 1] if n else 0)) for n, line in found]
        if len(shown) == 1
        else None
    )


def _parts(group: Sequence[Fetched]) -> Iterator[Sequence[Fetched]]:
    """The files of each schema, or halves when there is but one."""
    parts: dict[object, list[Fetched]] = {}
    for one in group:
        parts.setdefault(parquet.columns_in(one.data or b""), []).append(one)
    if len(parts) > 1:
        yield from parts.values()
    else:
        half = len(group) // 2
        yield from (group[:half], group[half:])


def _open_alone(fetched: Iterable[Fetched], opened: Opened, rules: ReadingRules) -> None:
    raws: list[tuple[str, Raw]] = []
    for one in fetched:
        told = _file_read(one)
        opened.files.append(told)
        raw = _raw(told, one.data, rules)
        told.lost_columns = raw.lost_columns
        raws.append((told.path, raw))
        opened.read += raw.records
        for bad in raw.rejects:
            opened.reject(told.path, bad.line, bad.reason, bad.raw, bad.records)
    for rows in _by_schema([raw for _, raw in raws]):
        done = normalise(rows, rules)
        opened.take(done)
        for n, line, reason in done.rejected.iter_rows():
            path, raw = raws[n]
            opened.reject(path, line, reason, raw.raw_text(line))


def _file_read(one: Fetched) -> FileRead:
    file = one.file
    return FileRead(file.path, file.size, file.etag, missed=one.data is None, withheld=one.withheld)


def _raw(told: FileRead, data: bytes | None, rules: ReadingRules) -> Raw:
    if data is None:
        return nothing()
    try:
        return formats.read(told.path, data, rules)
    except UnreadableFileError as error:
        told.unreadable = str(error)
    except BaseException as error:  # native panics derive from it
        if isolation.stops_run(error):
            raise
        told.fail(error)
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
