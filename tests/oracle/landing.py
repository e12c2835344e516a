"""A landing file's bytes as records; which files there are and which day they belong to."""

import gzip
import io
import re
import zlib
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from tests.oracle.landing_parquet import read_parquet
from tests.oracle.landing_text import UnreadableFile, names_the_key, read_csv_file, read_json_file

__all__ = ["UnreadableFile", "day_of", "records"]

DAY: Final = re.compile(r"(?:(\d{4})/(\d\d)/(\d\d)|year=(\d{4})/month=(\d\d?)/day=(\d\d?))/(?:.*/)?([^/]+)")
JSON_ENDINGS: Final = (".json", ".jsonl", ".ndjson")
ENDING_OF_COMPRESSED: Final = re.compile(r"(\.(gz|gzip|zst|zstd))+$")


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
    """The file's records as plain values, NotARecord for each that is none. Raises UnreadableFile."""
    data = _expanded(path.read_bytes()).removeprefix(b"\xef\xbb\xbf")
    name = ENDING_OF_COMPRESSED.sub("", path.name.lower())
    if data.startswith(b"PAR1"):
        return read_parquet(data)
    if not data.strip():
        return []
    if data.lstrip()[:1] in (b"{", b"["):
        return read_json_file(data)
    if names_the_key(data):
        return read_csv_file(data)
    if name.endswith(JSON_ENDINGS):
        return read_json_file(data)
    if name.endswith(".csv"):
        return read_csv_file(data)
    raise UnreadableFile


def _expanded(data: bytes) -> bytes:
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data)
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            return bytes(pa.input_stream(io.BytesIO(data), compression="zstd").read())
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile from error
    return data
