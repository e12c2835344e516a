"""Small makers of landing files, frames and settings, shared by the tests of the batch side."""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet

from chargebacks.consolidation.landing import formats, raw_rows
from chargebacks.consolidation.landing.raw_rows import FILE, LINE
from chargebacks.consolidation.reading_rules import DEFAULT_RULES, ReadingRules
from chargebacks.consolidation.records.normalise import normalise
from chargebacks.settings import JobSettings

DAY = "2025-11-20"
NOW = datetime(2025, 11, 20, 6, 45, 32, 123456, UTC)
Row = dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """What one landing file came to: rows without their nulls, rejects as (line, reason), lines of echoes' count."""

    rows: list[Row]
    rejects: list[tuple[int, str]]
    echoes: int


def json_lines(*objects: Mapping[str, Any]) -> bytes:
    """One object a line."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects).encode()


def parquet(**columns: Any) -> bytes:
    """A parquet file of columns (pyarrow arrays or lists); without `chargeback_id`, ids c0, c1 …"""
    count = len(next(iter(columns.values())))
    named = {"chargeback_id": [f"c{n}" for n in range(count)]} | columns
    sink = io.BytesIO()
    pa.parquet.write_table(pa.table(named), sink)
    return sink.getvalue()


def taken(data: bytes, path: str = "a.jsonl", rules: ReadingRules = DEFAULT_RULES) -> Taken:
    """The file read and normalised. Every reject's raw text is asked for, as the quarantine does."""
    raw = formats.read(path, data, rules)
    rows = raw.frame.with_columns(pl.lit(0, dtype=pl.UInt32).alias(FILE), pl.col(LINE).cast(pl.UInt32))
    done = normalise(rows, rules) if rows.height else None
    judged = list(done.rejected.select(LINE, "reason").iter_rows()) if done else []
    told = [(one.line, one.reason) for one in raw.rejects] + judged
    assert all(raw.raw_text(line) is not None for line, _ in told)
    found = done.frame.to_dicts() if done else []
    held = sum(one.records for one in raw.rejects) + len(judged)
    assert raw.records == len(found) + held + (done.echoes.len() if done else 0)
    return Taken([without_nulls(row) for row in found], sorted(told), done.echoes.len() if done else 0)


def one(**fields: Any) -> Row:
    """The single normalised row of a JSON record with these fields and the id c0; it must not be rejected."""
    found = taken(json_lines({"chargeback_id": "c0", **fields}))
    assert not found.rejects
    return found.rows[0]


def reason(**fields: Any) -> str | None:
    """Why a JSON record with these fields (and the id c0, unless given) is rejected; None when it is not."""
    found = taken(json_lines({"chargeback_id": "c0", **fields}))
    return found.rejects[0][1] if found.rejects else None


def kept(column: str, values: Any) -> list[Any]:
    """What becomes of a parquet column: the values, None for those that were rejected."""
    found = taken(parquet(**{column: values}))
    by_id = {row["chargeback_id"]: row.get(column, "null") for row in found.rows}
    return [by_id.get(f"c{n}") for n in range(len(values))]


def frame_of(*records: Mapping[str, Any]) -> pl.DataFrame:
    """A normalised frame of JSON records."""
    raw = formats.read("a.jsonl", json_lines(*records)) if records else raw_rows.nothing()
    done = normalise(
        raw.frame.with_columns(pl.lit(0, dtype=pl.UInt32).alias(FILE), pl.col(LINE).cast(pl.UInt32))
    )
    assert not raw.rejects
    assert not done.rejected.height
    return done.frame


def without_nulls(row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if value is not None}


def settings(root: Path, **given: str) -> JobSettings:
    """The job's settings with landing zone, output and state below `root`; 06:30 on DAY unless given."""
    (root / "landing").mkdir(parents=True, exist_ok=True)
    text = {
        "landing_path": str(root / "landing"),
        "output_path": str(root / "out"),
        "partition_date": DAY,
        "execution_time": f"{DAY}T06:30:00",
        "parallel_partitions": "1",  # one after the other: which step comes when is known
        "output_files": "3",
        "output_format": "json",
    }
    return JobSettings.parse(text | given, NOW)


def land(root: Path, path: str, data: bytes | Iterable[Mapping[str, Any]]) -> Path:
    """Write a landing file below `root`/landing, in DAY's folder unless the path names another."""
    folder = root / "landing"
    target = folder / path if "/" in path else folder / "2025/11/20" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data if isinstance(data, bytes) else json_lines(*data))
    return target


def records(*ids: str, **fields: str) -> list[Row]:
    """One record an id, updated at one o'clock."""
    return [{"chargeback_id": one, "updated_at": f"{DAY}T01:00:00Z", **fields} for one in ids]


def newer(*ids: str, **fields: str) -> list[Row]:
    """The same, updated at eleven."""
    return records(*ids, **{"updated_at": f"{DAY}T11:00:00Z", **fields})
