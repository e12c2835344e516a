"""Compressed landing files → the bytes inside them, known by their first bytes, whatever they are called."""

import zlib
from typing import Final

import pyarrow as pa

from chargebacks.errors import UnreadableFileError

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
MAX_EXPANDED: Final = 512 * 1024 * 1024  # bytes: what a task can hold; a small bomb unfolds to anything
_WINDOW: Final = 64 * 1024  # bytes: thousands of small members are not copied over and over
_PIECE: Final = 1024 * 1024  # bytes asked for at once: what is asked for is allocated, however small the file


def expand(path: str, data: bytes, limit: int = MAX_EXPANDED) -> bytes:
    """The content of gzip or zstd, all its members; other bytes as they are.

    Raises UnreadableFileError when it is cut off, damaged, compressed twice, or over `limit` bytes.
    """
    kind = _kind(data)
    if kind is None:
        return data
    try:
        content = _gunzip(data, limit + 1) if kind == "gzip" else _unzstd(data, limit + 1)
    except (zlib.error, EOFError, pa.ArrowException, OSError) as error:
        raise UnreadableFileError(f"{path}: damaged {kind}: {str(error)[:200]}") from None
    if len(content) > limit:
        raise UnreadableFileError(
            f"{path}: over {limit} bytes once expanded: let upstream write smaller files"
        )
    if _kind(content):
        raise UnreadableFileError(f"{path}: compressed twice: let upstream compress once")
    return content


def _kind(data: bytes) -> str | None:
    if data.startswith(GZIP_MAGIC):
        return "gzip"
    return "zstd" if data.startswith(ZSTD_MAGIC) else None


def _gunzip(data: bytes, at_most: int) -> bytes:
    """The first `at_most` bytes of all members. Raises EOFError, zlib.error: half a file is no file."""
    parts: list[bytes] = []
    member = None
    for start in range(0, len(data), _WINDOW):
        window = data[start : start + _WINDOW]
        while window:
            member = member or zlib.decompressobj(zlib.MAX_WBITS | 16)
            parts.append(member.decompress(window, at_most))
            at_most -= len(parts[-1])
            if not at_most:
                return b"".join(parts)
            window, member = member.unused_data, None if member.eof else member
    if member:
        raise EOFError("it is cut off")
    return b"".join(parts)


def _unzstd(data: bytes, at_most: int) -> bytes:
    """The same for zstd. By `read_buffer`: what `read` has allocated is never freed when it raises."""
    parts: list[pa.Buffer] = []
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        while at_most and (part := stream.read_buffer(min(_PIECE, at_most))).size:
            parts.append(part)
            at_most -= part.size
    return b"".join(parts)
