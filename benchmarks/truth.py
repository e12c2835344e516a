"""What the newest of every chargeback comes to, in one comparable figure, and how to get it from any output."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.harness import BenchmarkError

COLUMNS = ("chargeback_id", "status", "amount", "updated_at")


@dataclass(frozen=True)
class Truth:
    """How many chargebacks, and a SHA-256 over id, status, cents and `updated_at` of all, in order of id."""

    rows: int
    digest: str

    @classmethod
    def of(cls, facts: Iterable[pl.DataFrame]) -> "Truth":
        """Of the rows of all these frames of `facts`."""
        all_of_them = pl.concat(facts).sort("chargeback_id", "updated_at")
        text = io.BytesIO()
        all_of_them.write_csv(text)
        return cls(len(all_of_them), hashlib.sha256(text.getbuffer()).hexdigest())


def facts(rows: pl.DataFrame) -> pl.DataFrame:
    """What is compared of the rows, whatever types a contestant gave them."""
    return rows.select(
        pl.col("chargeback_id").cast(pl.String),
        pl.col("status").cast(pl.String),
        cents=(pl.col("amount").cast(pl.Float64) * 100).round().cast(pl.Int64),
        updated_at=_micros(rows.schema["updated_at"]),
    )


def _micros(kind: pl.DataType) -> pl.Expr:
    column = pl.col("updated_at")
    if kind == pl.String:  # "2025-11-20T01:02:03.004Z", "2025-11-20 01:02:03.004+00"
        plain = column.str.replace(" ", "T").str.replace(r"(Z|\+00(:?00)?)$", "")
        column = plain.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
    return column.dt.epoch("us")


def checked(
    name: str, truth: Truth, folder: Path, output_format: str, files: int | None = 10, in_order: bool = True
) -> Callable[[], None]:
    """A check that `folder` holds exactly the truth, in at most so many files, each sorted by id."""

    def check() -> None:
        paths = sorted(
            path for path in folder.rglob(f"*.{output_format}") if not path.name.startswith((".", "_"))
        )
        frames = [(path, _read(path, output_format)) for path in paths]
        if files and not 0 < len(frames) <= files:
            raise BenchmarkError(
                f"{name} wrote {len(frames)} {output_format} files below {folder}, not 1 to {files}"
            )
        for path in _unsorted(frames) if in_order else ():
            raise BenchmarkError(f"{name}: {path} is not sorted by chargeback_id")
        found = Truth.of(facts(rows) for _, rows in frames)
        if found != truth:
            raise BenchmarkError(f"{name} wrote {found}, which is not the {truth}")

    return check


def _unsorted(frames: Iterable[tuple[Path, pl.DataFrame]]) -> Iterator[Path]:
    return (path for path, rows in frames if not rows["chargeback_id"].is_sorted())


def _read(path: Path, output_format: str) -> pl.DataFrame:
    options: dict[str, Any] = {"columns": list(COLUMNS)}
    if output_format == "csv":
        return pl.read_csv(path, infer_schema=False, **options)
    return pl.read_parquet(path, hive_partitioning=False, **options)
