"""The data files against what is expected: those that the log's newest entry names, and the output folder's."""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TextIO

import pyarrow.parquet as pq

from tests.oracle.exact_json import decimal_text, json_text, read_json
from tests.oracle.expect import Expected
from tests.oracle.rules import INNER, KEY

COLUMNS: Final = [
    KEY,
    "status",
    "merchant_id",
    "amount",
    "currency",
    "created_at",
    "updated_at",
    "reason",
    "metadata",
    "event_type",
    "event_timestamp",
    "extras",
]
csv.field_size_limit(1 << 30)


def check_files(expected: Expected, output: Path, state: Path, at_most: int) -> Iterator[str]:
    """Every difference in the partition's files, one line each."""
    for place, files in (
        ("newest log entry", head_files(state, expected.partition_date)),
        ("output folder", view_files(output, expected.partition_date)),
    ):
        where = f"{expected.partition_date}, {place}"
        if len(files) > at_most:
            yield f"{where}: {len(files)} files, more than {at_most}"
        yield from _compare(where, expected.rows, files)


def head_files(state: Path, day: str) -> list[Path]:
    """The files that the partition's newest log entry names."""
    entries = sorted(path for path in (state / "log" / day).glob("*.json") if path.stem.isdigit())
    named = json.loads(entries[-1].read_bytes())["files"] if entries else []
    return sorted(state / file["path"] for file in named)


def view_files(output: Path, day: str) -> list[Path]:
    """What a reader finds who lists the partition's folder."""
    year, month, number = day.split("-")
    folder = output / f"year={year}" / f"month={month}" / f"day={number}"
    return sorted(path for path in folder.glob("*") if not path.name.startswith(("_", ".")))


def _compare(where: str, rows: dict[str, bytes], files: Iterable[Path]) -> Iterator[str]:
    seen: set[str] = set()
    for path in files:
        last = ""
        for key, content in read_rows(path):
            if key in seen:
                yield f"{where}: {key} is there more than once, again in {path.name}"
            if key < last:
                yield f"{where}: {path.name} is not sorted: {key} after {last}"
            if content != rows.get(key):
                told = rows.get(key, b"no such row").decode()
                yield f"{where}: {key} in {path.name} is {content.decode()}, expected {told}"
            seen.add(key)
            last = key
    for key in sorted(rows.keys() - seen):
        yield f"{where}: {key} is missing, expected {rows[key].decode()}"


def read_rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """(chargeback_id, canonical content) of every row of a data file."""
    reader = {"csv": _csv, "json": _json, "parquet": _parquet}[path.name.split(".")[1]]
    return ((str(row[KEY]), json_text(row).encode()) for row in reader(path))


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    with _opened(path, newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if reader.fieldnames != COLUMNS:
            raise ValueError(f"{path} has the columns {reader.fieldnames}, expected {COLUMNS}")
        for texts in reader:
            row: dict[str, Any] = {name: text or None for name, text in texts.items()}
            row["amount"] = _plain_amount(row["amount"])
            row["metadata"] = _inner(read_json(row["metadata"]) if row["metadata"] else None)
            yield row


def _opened(path: Path, newline: str) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline=newline)
    return path.open(encoding="utf-8", newline=newline)


def _plain_amount(text: str | None) -> Decimal | str | None:
    """The amount; the text itself, which equals no amount, when it is not written plainly."""
    return Decimal(text) if text and decimal_text(Decimal(text)) == text else text


def _json(path: Path) -> Iterator[dict[str, Any]]:
    with _opened(path, newline="\n") as file:
        for line in file:
            row = read_json(line)
            yield {name: row.get(name) for name in COLUMNS} | {"metadata": _inner(row.get("metadata"))}


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.ParquetFile(path).iter_batches(use_threads=False):
        for row in batch.to_pylist():
            yield row | {"metadata": _inner(row["metadata"])}


def _inner(metadata: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: metadata.get(name) for name in INNER} if metadata else None
