"""First stage: a share of landing files → parcels for the shuffle. Runs inside a task.

A parcel is (partition number, what it is, bytes). Rows go to the partition of their bucket; everything that is
told of a file (counts, rejects, coverage) goes to the ledger, the partition after the last bucket. Because all
of it passes through the shuffle, a task that is retried or runs twice is counted once.
"""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from chargebacks import record
from chargebacks.adapters.store import Store
from chargebacks.consolidation.landing import isolation
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.reading_rules import DEFAULT_RULES, ReadingRules
from chargebacks.consolidation.records import frame
from chargebacks.consolidation.records.merge import bucket_of, effective_update
from chargebacks.consolidation.stages.native_output import without_native_panics
from chargebacks.consolidation.stages.opening import Fetched, FileRead, Opened, open_files
from chargebacks.errors import WithheldError

ROWS: Final = "rows"
BASE: Final = "base"
FILES: Final = "files"
REJECTS: Final = "rejects"
COUNTS: Final = "counts"
Parcel = tuple[int, tuple[str, bytes]]

IN_FLIGHT: Final = 64  # requests: object storage answers in 30 to 60 ms, whatever the size
BATCH_BYTES: Final = 32 * 1024 * 1024  # raw bytes worked on at once; as many again are on their way
BATCH_FILES: Final = 1024


@dataclass(frozen=True)
class ReadPlan:
    """What a task needs besides its files. Records dated after `execution_time` (aware UTC) are counted."""

    landing_path: str
    state_path: str
    buckets: int
    base_format: str
    rules: ReadingRules = DEFAULT_RULES
    execution_time: datetime | None = None


def read_share(files: Iterable[LandingFile], plan: ReadPlan) -> Iterator[Parcel]:
    """The parcels of a task's files. Raises StorageError when storage fails; bad content never raises."""
    listed = list(files)
    if skipped := [file for file in listed if file.path in plan.rules.skip_files]:
        yield from _parcels(Opened(files=[_skip(file) for file in skipped]), plan)
        listed = [file for file in listed if file not in skipped]
    for batch in fetched(listed, Store(plan.landing_path)):
        try:
            with without_native_panics():
                opened = open_files(batch, plan.rules)
            yield from _parcels(opened, plan)
        except MemoryError as error:
            raise isolation.memory_error([one.file for one in batch]) from error


def _skip(file: LandingFile) -> FileRead:
    """Quarantine a file without a request for it: opening it may end the process."""
    reason = f"{file.path}: skipped by --skip-file"
    return FileRead(file.path, file.size, file.etag, unreadable=reason, skipped=True)


def fetched(files: Iterable[LandingFile], store: Store) -> Iterator[list[Fetched]]:
    """Yield the files in batches; fetch the next batch while one is worked on. Start no request after an error."""
    pool = ThreadPoolExecutor(IN_FLIGHT)
    try:
        ahead: list[Future[Fetched]] = []
        for batch in _batches(files):
            following = [pool.submit(_fetch, store, file) for file in batch]
            if ahead:
                yield [one.result() for one in ahead]
            ahead = following
        if ahead:
            yield [one.result() for one in ahead]
    finally:
        pool.shutdown(cancel_futures=True)


def _batches(files: Iterable[LandingFile]) -> Iterator[list[LandingFile]]:
    batch: list[LandingFile] = []
    size = 0
    for file in files:
        if batch and (size + file.weight > BATCH_BYTES or len(batch) == BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.weight
    if batch:
        yield batch


def _fetch(store: Store, file: LandingFile) -> Fetched:
    """Fetch the listed version; if it changed, list once more. Return no bytes if it vanished or is withheld."""
    try:
        data = store.get_version(file.path, file.etag)
        if data is None and (now := store.stat(file.path)):
            file = LandingFile(now.path, now.size, now.etag)
            data = store.get_version(file.path, file.etag)
    except FileNotFoundError:
        data = None
    except WithheldError as error:
        return Fetched(file, None, withheld=str(error))
    return Fetched(file, data)


def _parcels(opened: Opened, plan: ReadPlan) -> Iterator[Parcel]:
    buckets = plan.buckets
    rows = pl.concat(opened.frames or [frame.empty()])
    yield from bucket_parcels(ROWS, rows, buckets)
    counts = {"read": opened.read, "rejected": opened.rejected, "echoes": opened.echoes}
    counts |= _later(rows, plan.execution_time)
    yield buckets, (COUNTS, _lines([counts]))
    yield buckets, (FILES, _lines(vars(told) for told in opened.files))
    if opened.rejects:
        yield buckets, (REJECTS, _lines(opened.rejects))


def _later(rows: pl.DataFrame, execution_time: datetime | None) -> dict[str, Any]:
    """Return how many records are dated after the execution, and the latest of these instants as text."""
    moments = rows.select(effective_update()).to_series()
    latest = moments.max()
    if execution_time is None or not isinstance(latest, datetime) or latest <= execution_time:
        return {"later": 0, "latest": ""}
    return {"later": int((moments > execution_time).sum()), "latest": record.instant_text(latest)}


def bucket_parcels(kind: str, rows: pl.DataFrame, buckets: int) -> Iterator[Parcel]:
    """The rows, a parcel for each bucket that has any."""
    if rows.height:
        ordered = rows.with_columns(bucket_of(rows["chargeback_id"], buckets)).sort("bucket")
        start = 0
        for bucket, count in ordered.group_by("bucket").len().sort("bucket").iter_rows():
            yield bucket, (kind, frame.to_ipc(ordered.slice(start, count).drop("bucket")))
            start += count


def _lines(objects: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects).encode(
        errors="surrogatepass"
    )
