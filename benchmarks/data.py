"""The landing files that every contestant reads: made once a size, from a fixed seed, all of one clean look.

1.2 % of the records are delivered again: some as they were, some as newer versions, in any order. So a contestant
must find the newest of each, and `truth.json` says what that comes to.
"""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from benchmarks import truth
from benchmarks.harness import ROOT, tell
from chargebacks.local.sample.noise import below, noise

DAY = "2025-11-20"
FOLDER = "2025/11/20"
SEED = 20251120
AGAIN = 0.012
VERSIONS = 3
BLOCK_ROWS = 250_000
START = datetime(2025, 11, 20, tzinfo=UTC)
STATUSES = ("open", "under_review", "evidence_sent", "won", "lost")
CURRENCIES = ("BRL", "BRL", "BRL", "USD", "EUR")
REASONS = ("Fraud", "Duplicate charge", "Not received, the carrier lost it", "Não reconhecida", "00123")
TIMES = ("created_at", "updated_at", "event_timestamp")


@dataclass(frozen=True)
class Data:
    """A landing zone: its root, its files in order of arrival, and what the newest of each comes to."""

    landing: Path
    truth: truth.Truth

    @property
    def files(self) -> list[Path]:
        return sorted((self.landing / FOLDER).iterdir())


def ensure(kind: str, size: int, files: int) -> Data:
    """Landing files of `size` chargebacks, `kind` json or parquet. Made when they are not there yet."""
    folder = ROOT / "data" / f"{kind}-{size}-in-{files}"
    if not folder.is_dir():
        tell(f"making {size:,} chargebacks in {files:,} {kind} files")
        _make(kind, size, files, folder.with_suffix(".part"))
        folder.with_suffix(".part").rename(folder)
    return Data(folder / "landing", truth.Truth(**json.loads((folder / "truth.json").read_text())))


def _make(kind: str, size: int, files: int, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "landing" / FOLDER).mkdir(parents=True)
    arriving = deliveries(size)
    with ThreadPoolExecutor(2) as pool:
        writes = [
            pool.submit(_write, rows, folder / "landing" / FOLDER / f"{n:06d}.{kind}", kind)
            for n, rows in _files(arriving, files, kind)
        ]
    for write in writes:
        write.result()
    newest = arriving.group_by("number").agg(pl.col("version").max())
    found = truth.Truth.of(truth.facts(records(block)) for block in newest.iter_slices(BLOCK_ROWS))
    (folder / "truth.json").write_text(json.dumps(vars(found)))


def deliveries(size: int) -> pl.DataFrame:
    """Which version of which chargeback arrives, in order: two whole numbers a row."""
    first = pl.select(number=pl.int_range(size), version=pl.lit(0, pl.Int64), place=pl.int_range(size))
    again = pl.select(k=pl.int_range(round(size * AGAIN))).select(
        number=below(pl.col("k"), "who", SEED, size), version=below(pl.col("k"), "version", SEED, VERSIONS)
    )
    later = (noise(pl.int_range(pl.len()), "when", SEED) % (size - pl.col("number")).cast(pl.UInt64)).cast(
        pl.Int64
    )
    again = again.with_columns(place=pl.col("number") + 1 + later)
    return pl.concat([first, again]).sort("place", "version", "number").drop("place")


def _files(arriving: pl.DataFrame, files: int, kind: str) -> Iterator[tuple[int, pl.DataFrame]]:
    """Each file's rows. Made a block at a time: making them costs more per call than per row."""
    bounds = [len(arriving) * n // files for n in range(files + 1)]
    at_once = max(1, BLOCK_ROWS * files // len(arriving))
    for first in range(0, files, at_once):
        last = min(first + at_once, files)
        rows = records(arriving[bounds[first] : bounds[last]])
        rows = _as_json(rows) if kind == "json" else rows
        for n in range(first, last):
            yield n, rows[bounds[n] - bounds[first] : bounds[n + 1] - bounds[first]]


def _write(rows: pl.DataFrame, path: Path, kind: str) -> None:
    rows.write_ndjson(path) if kind == "json" else rows.write_parquet(path, compression="snappy")


def _as_json(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        pl.col(TIMES).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"), pl.col("amount").cast(pl.Float64)
    )


def records(chosen: pl.DataFrame) -> pl.DataFrame:
    """The records of some numbers and versions: the contract's columns, typed. Ids come in no order."""
    number, version = pl.col("number"), pl.col("version")
    created = pl.lit(START) + pl.duration(milliseconds=below(number, "created", SEED, 18 * 3_600_000))
    updated = created + pl.duration(hours=version * 2)
    return chosen.select(
        chargeback_id=pl.format("cb-{}", noise(number, "id", SEED).cast(pl.String).str.zfill(20)),
        status=_one_of(STATUSES, number + version),
        merchant_id=pl.format("merchant-{}", below(number, "merchant", SEED, 500)),
        amount=pl.format(
            "{}.{}",
            below(number, "whole", SEED, 5_000),
            below(number, "cents", SEED, 100).cast(pl.String).str.zfill(2),
        ).cast(pl.Decimal(18, 2)),
        currency=_one_of(CURRENCIES, below(number, "currency", SEED, 100)),
        created_at=created,
        updated_at=updated,
        reason=_one_of(REASONS, below(number, "reason", SEED, 100)),
        metadata=pl.struct(
            transaction_id=pl.format("tx-{}", noise(number, "transaction", SEED)),
            customer_email=pl.format("customer-{}@example.com", below(number, "customer", SEED, 900_000)),
        ),
        event_type=_one_of(("INSERT", "MODIFY", "MODIFY"), version),
        event_timestamp=updated + pl.duration(milliseconds=below(number, "event", SEED, 2_000)),
    )


def _one_of(words: tuple[str, ...], which: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(words)).gather(which % len(words))
