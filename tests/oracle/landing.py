"""A landing file's bytes as records; which files there are and which day they belong to."""

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from tests.oracle.exact_json import read_json

DAY: Final = re.compile(r"(?:(\d{4})/(\d\d)/(\d\d)|year=(\d{4})/month=(\d\d?)/day=(\d\d?))/(?:.*/)?([^/]+)")
JSON_ENDINGS: Final = (".json", ".jsonl", ".ndjson")


class UnreadableFile(Exception):  # noqa: N818 — a finding, not a failure of ours
    """The content of the file cannot be read."""


@dataclass(frozen=True)
class NotJson:
    """A line that is no JSON."""


def day_of(path: str, size: int) -> str | None:
    """The partition date of a path below the landing root, or None when it is no landing file.

    Empty files (commit markers, folders that a console made), checksums and a writer's unfinished work are none.
    """
    match = DAY.fullmatch(path)
    if match is None or "/_temporary/" in path or "/.spark-staging" in path:
        return None
    *parts, name = (group for group in match.groups() if group)
    if size == 0 or (name.startswith(".") and name.endswith(".crc")):
        return None
    return "-".join(part.zfill(2) for part in parts)


def records(path: Path) -> list[Any]:
    """The file's records as plain values. Raises UnreadableFile."""
    data = path.read_bytes()
    if data.startswith(b"PAR1"):
        return _parquet(data)
    if data and not path.name.endswith(JSON_ENDINGS) and not data.lstrip().startswith(b"{"):
        raise UnreadableFile
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [_parsed(line) for line in lines if line.strip()]


def _parquet(data: bytes) -> list[Any]:
    try:
        # One thread: the library's own threads may outlive the interpreter and abort it.
        rows: list[Any] = pq.ParquetFile(io.BytesIO(data)).read(use_threads=False).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile from error
    return rows


def _parsed(line: bytes) -> Any:
    try:
        return read_json(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return NotJson()
