"""A landing file's bytes as records; which files there are and which day they belong to."""

import bz2
import gzip
import io
import lzma
import re
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from tests.oracle.landing_parquet import read_parquet
from tests.oracle.landing_text import UnreadableFile, names_the_key, read_csv_file, read_json_file

__all__ = ["UnreadableFile", "day_of", "records"]

DAY: Final = re.compile(
    r"(?:(\d{4})/(\d\d)/(\d\d)|year=(\d{4})/month=(\d\d?)/day=(\d\d?)|(?:(?:dt|date|ds|day)=)?(\d{4})-(\d\d)-(\d\d))"
    r"/(.+)",
    re.DOTALL,
)
# What other writers leave beside their data: names of files, beginnings of any name on the way, folders.
MARKER_NAMES: Final = ("_SUCCESS", "_metadata", "_common_metadata", ".DS_Store")
MARKER_STARTS: Final = ("_committed_", "_started_")
MARKER_ENDS: Final = (".csv.metadata", ".crc")
MARKER_PARTS: Final = ("__magic", ".hoodie", ".spark-staging")
MARKER_FOLDERS: Final = ("_temporary", "_delta_log")
JSON_ENDINGS: Final = (".json", ".jsonl", ".ndjson")
ENDING_OF_COMPRESSED: Final = re.compile(r"(\.(gz|gzip|zst|zstd|bz2|xz))+$")


def day_of(path: str, size: int) -> str | None:
    """The partition date of a path below the landing root, or None when it is no landing file.

    Empty files (commit markers, folders that a console made) and what other writers leave beside their data are none.
    """
    match = DAY.fullmatch(path)
    if match is None or size == 0:
        return None
    *parts, below = (group for group in match.groups() if group)
    return None if _is_marker(below.split("/")) else "-".join(part.zfill(2) for part in parts)


def _is_marker(parts: list[str]) -> bool:
    *folders, name = parts
    named = name in MARKER_NAMES or name.startswith(MARKER_STARTS) or name.endswith(MARKER_ENDS)
    on_the_way = any(part.startswith(MARKER_PARTS) for part in parts)
    return named or on_the_way or ".inprogress" in name or bool({*folders} & {*MARKER_FOLDERS})


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
    if b"\0" in data[:512]:
        raise UnreadableFile
    if name.endswith(JSON_ENDINGS):
        return read_json_file(data)
    if name.endswith(".csv"):
        return read_csv_file(data)
    raise UnreadableFile


def _expanded(data: bytes) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        return _by_tool("gzip", data, gzip.decompress)
    if data.startswith(b"\x28\xb5\x2f\xfd") or (data[1:4] == b"\x2a\x4d\x18" and data[0] >> 4 == 5):
        return _by_tool("zstd", data, _unzstd)
    if data.startswith(b"BZh"):
        return _by_tool("bzip2", data, bz2.decompress)
    if data.startswith(b"\xfd7zXZ"):
        return _by_tool("xz", data, lzma.decompress)
    return data


def _by_tool(tool: str, data: bytes, otherwise: Callable[[bytes], bytes]) -> bytes:
    """What the command prints, where there is one. Raises UnreadableFile when it fails or warns."""
    if shutil.which(tool):
        done = subprocess.run([tool, "-dc"], input=data, capture_output=True, check=False)
        if done.returncode or done.stderr:
            raise UnreadableFile
        return done.stdout
    try:
        return otherwise(data)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise UnreadableFile from error


def _unzstd(data: bytes) -> bytes:
    return bytes(pa.input_stream(io.BytesIO(data), compression="zstd").read())
