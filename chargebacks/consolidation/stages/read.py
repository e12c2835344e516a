"""First stage: a share of landing files → parcels for the shuffle. Runs inside a task.

A parcel is (partition number, what it is, bytes). Rows go to the partition of their bucket; everything that is
told of a file (counts, rejects, coverage) goes to the ledger, the partition after the last bucket. Because all
of it passes through the shuffle, a task that is retried or runs twice is counted once.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import polars as pl

from chargebacks.adapters.store import Store
from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.landing.raw_rows import FILE, LINE, Raw, nothing
from chargebacks.consolidation.records import frame
from chargebacks.consolidation.records.merge import bucket_of
from chargebacks.consolidation.records.normalise import normalise
from chargebacks.errors import UnreadableFileError

ROWS: Final = "rows"
BASE: Final = "base"
FILES: Final = "files"
REJECTS: Final = "rejects"
Parcel = tuple[int, tuple[str, bytes]]

IN_FLIGHT: Final = 32  # requests: object storage answers in 30 to 60 ms, whatever the size
BATCH_BYTES: Final = 32 * 1024 * 1024  # raw bytes held at once


@dataclass(frozen=True)
class ReadPlan:
    """What a task needs to know, beside its files."""

    landing_path: str
    state_path: str
    buckets: int
    base_format: str


@dataclass
class FileRead:
    """What became of one landing file. `unreadable` says why nothing of it could be read.

    `missed`: it vanished, or kept changing, between listing and reading; it is not covered.
    """

    path: str
    size: int
    etag: str
    read: int = 0
    rejected: int = 0
    echoes: int = 0
    unreadable: str | None = None
    missed: bool = False


@dataclass
class _Batch:
    files: list[FileRead] = field(default_factory=list)
    raws: list[Raw] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)


def read_share(files: Iterable[LandingFile], plan: ReadPlan) -> Iterator[Parcel]:
    """The parcels of a task's files. Raises StorageError when storage fails; bad content never raises."""
    store = Store(plan.landing_path)
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for batch in _batches(files):
            fetched = pool.map(lambda file: _fetch(store, file), batch)
            yield from _parcels(_open(fetched), plan.buckets)


def _batches(files: Iterable[LandingFile]) -> Iterator[list[LandingFile]]:
    batch: list[LandingFile] = []
    size = 0
    for file in files:
        if batch and size + file.size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def _fetch(store: Store, file: LandingFile) -> tuple[LandingFile, bytes | None]:
    """The version that was listed; if it changed meanwhile, look once more; if it vanished, no bytes."""
    try:
        data = store.get_version(file.path, file.etag)
        if data is None and (now := store.stat(file.path)):
            file = LandingFile(now.path, now.size, now.etag)
            data = store.get_version(file.path, file.etag)
    except FileNotFoundError:
        data = None
    return file, data


def _open(fetched: Iterable[tuple[LandingFile, bytes | None]]) -> _Batch:
    batch = _Batch()
    for file, data in fetched:
        told = FileRead(file.path, file.size, file.etag, missed=data is None)
        batch.files.append(told)
        try:
            raw = formats.read(file.path, data) if data is not None else nothing()
        except UnreadableFileError as error:
            told.unreadable = str(error)
            raw = nothing()
        told.read, told.rejected = raw.records, len(raw.rejects)
        batch.raws.append(raw)
        batch.rejects += [_told(file.path, bad.line, bad.reason, bad.raw) for bad in raw.rejects]
    return batch


def _told(path: str, line: int, reason: str, raw: str) -> dict[str, Any]:
    return {"reason": reason, "source_file": path, "line": line, "raw": raw}


def _parcels(batch: _Batch, buckets: int) -> Iterator[Parcel]:
    kept = []
    for rows in _by_schema(batch.raws):
        done = normalise(rows)
        kept.append(done.frame)
        for n, line, reason in done.rejected.iter_rows():
            batch.files[n].rejected += 1
            batch.rejects.append(_told(batch.files[n].path, line, reason, batch.raws[n].raw_text(line)))
        for n, echoes in Counter(done.echoes).items():
            batch.files[n].echoes += echoes
    yield from bucket_parcels(ROWS, pl.concat(kept) if kept else frame.empty(), buckets)
    yield buckets, (FILES, _lines(asdict(told) for told in batch.files))
    if batch.rejects:
        yield buckets, (REJECTS, _lines(batch.rejects))


def _by_schema(raws: list[Raw]) -> Iterator[pl.DataFrame]:
    """The raw frames, those of one schema together: small files are dear one by one."""
    alike: dict[tuple[Any, ...], list[pl.DataFrame]] = {}
    for n, raw in enumerate(raws):
        if raw.frame.height:
            numbered = raw.frame.with_columns(
                pl.lit(n, dtype=pl.UInt32).alias(FILE), pl.col(LINE).cast(pl.UInt32)
            )
            alike.setdefault(tuple(sorted(numbered.schema.items(), key=lambda item: item[0])), []).append(
                numbered
            )
    for frames in alike.values():
        yield pl.concat([one.select(frames[0].columns) for one in frames])


def bucket_parcels(kind: str, rows: pl.DataFrame, buckets: int) -> Iterator[Parcel]:
    """The rows, a parcel for each bucket that has any."""
    if rows.height:
        bucketed = rows.with_columns(bucket_of(rows["chargeback_id"], buckets))
        for (bucket,), part in bucketed.partition_by("bucket", include_key=False, as_dict=True).items():
            yield int(bucket), (kind, frame.to_ipc(part))


def _lines(objects: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects).encode(
        errors="surrogatepass"
    )
