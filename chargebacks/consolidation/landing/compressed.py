"""Expand compressed landing files, which are recognised by their first bytes, whatever their names.

gzip, zstd, bzip2 and xz, in any number of members, streams or frames, as `gunzip`, `zstd -d`, `bunzip2` and `unxz` read
them. Files that these report as damaged, or with garbage after the end, are unreadable.
"""

import re
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, Protocol

import pyarrow as pa

from chargebacks.consolidation.landing.isolation import lacks_memory
from chargebacks.errors import UnreadableFileError

MAX_EXPANDED: Final = 512 * 1024 * 1024  # bytes: what a task can hold; a small bomb unfolds to anything
XZ_MEMORY: Final = 128 * 1024 * 1024  # bytes for a decoder's dictionary; `xz -9` needs 65 MiB
_WINDOW: Final = 64 * 1024  # bytes of a member's input at once
_FIRST_WINDOW: Final = 1024  # bytes: thousands of small members are not copied over and over
_NOT_ZERO: Final = re.compile(rb"[^\0]")
_PIECE: Final = 1024 * 1024  # bytes asked for at once: what is asked for is allocated, however small the file
# RFC 1952; RFC 8878 (its frames may begin with skippable ones, as pzstd's do); bzip2's first block, or the end of a
# stream without one; "The .xz File Format", 2.1.1.1. bzip2's first three bytes alone could be text.
_MAGIC: Final = re.compile(
    rb"(?P<gzip>\x1f\x8b)|(?P<zstd>\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)|(?P<xz>\xfd7zX)"
    rb"|(?P<bzip2>BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90|(?:[1\x17][^\n]{0,4})?\Z))",
    re.DOTALL,
)


class _Member(Protocol):
    """A decompressor of zlib, bz2 or lzma."""

    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def expand(path: str, data: bytes, limit: int = MAX_EXPANDED) -> bytes:
    """Return the content of a compressed file, all its members; other bytes as they are.

    Raises UnreadableFileError when it is cut off, damaged, compressed twice, or over `limit` bytes.
    """
    kind = kind_of(data)
    if kind is None:
        return data
    try:
        content = _EXPANDERS[kind](data, limit + 1)
    except ImportError as error:
        raise UnreadableFileError(
            f"{path}: {kind} cannot be read by this Python ({error}): let upstream write gzip or zstd"
        ) from None
    except (zlib.error, EOFError, ValueError, pa.ArrowException, OSError, *_xz_errors()) as error:
        if lacks_memory(error):
            raise
        raise UnreadableFileError(f"{path}: damaged {kind}: {str(error)[:200]}") from None
    if len(content) > limit:
        raise UnreadableFileError(
            f"{path}: over {limit} bytes once expanded: let upstream write smaller files"
        )
    if kind_of(content):
        raise UnreadableFileError(f"{path}: compressed twice: let upstream compress once")
    return content


def kind_of(data: bytes) -> str | None:
    """Return gzip, zstd, bzip2 or xz, or None for other content."""
    found = _MAGIC.match(data)
    return found.lastgroup if found else None


def _members(data: bytes, at_most: int, make: Callable[[], Any], padding: int) -> bytes:
    """Return the first `at_most` bytes of all members. Raises EOFError and the decompressor's errors.

    Zero bytes may follow a member, as many as `padding` or a multiple of it. With `padding` 1 nothing may follow them.
    """
    parts: list[bytes] = []
    member: _Member | None = None
    start = 0
    while start < len(data):
        size = _WINDOW
        if member is None:
            start = _after_padding(data, start, padding)
            member, size = make(), _FIRST_WINDOW
        window = data[start : start + size]
        if not window:
            return b"".join(parts)
        parts.append(member.decompress(window, at_most))
        at_most -= len(parts[-1])
        if not at_most:
            return b"".join(parts)
        start += len(window) - len(member.unused_data)
        member = None if member.eof else member
    if member:
        raise EOFError("it is cut off")
    return b"".join(parts)


def _after_padding(data: bytes, start: int, padding: int) -> int:
    if not start or data[start]:
        return start
    rest = _NOT_ZERO.search(data, start)
    end = rest.start() if rest else len(data)
    zeros = end - start
    if zeros % padding:
        raise ValueError(f"{zeros} zero bytes of padding, which must be a multiple of {padding}")
    if rest and padding == 1:
        raise ValueError(f"other data after {zeros} zero bytes of padding")
    return end


def _gunzip(data: bytes, at_most: int) -> bytes:
    return _members(data, at_most, lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), padding=1)


def _bunzip2(data: bytes, at_most: int) -> bytes:
    bz2 = import_module("bz2")  # some builds of Python lack it
    return _members(data, at_most, bz2.BZ2Decompressor, padding=1)


def _unxz(data: bytes, at_most: int) -> bytes:
    lzma = import_module("lzma")
    return _members(
        data, at_most, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY), padding=4
    )


def _xz_errors() -> tuple[type[Exception], ...]:
    """Return the errors of lzma, which derive from Exception itself."""
    try:
        return (import_module("lzma").LZMAError,)
    except ImportError:
        return ()


def _unzstd(data: bytes, at_most: int) -> bytes:
    """The same for zstd. By `read_buffer`: what `read` has allocated is never freed when it raises."""
    parts: list[pa.Buffer] = []
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        while at_most and (part := stream.read_buffer(min(_PIECE, at_most))).size:
            parts.append(part)
            at_most -= part.size
    return b"".join(parts)


_EXPANDERS: Final = {"gzip": _gunzip, "zstd": _unzstd, "bzip2": _bunzip2, "xz": _unxz}
