"""Recognise formats that are not read, so that the quarantine's reason names them and says what to do instead."""

import zlib
from dataclasses import dataclass
from typing import Final

_START: Final = 512  # bytes: tar's mark ends at 262
_TAR: Final = slice(257, 262)


@dataclass(frozen=True)
class _Kind:
    """A format, and what upstream should do instead."""

    name: str
    instead: str

    def __str__(self) -> str:
        return f"this is {self.name}: let upstream {self.instead}"


def _kinds(instead: str, **magics: bytes) -> dict[bytes, _Kind]:
    return {magic: _Kind(name.replace("_", " "), instead) for name, magic in magics.items()}


_COMPRESS: Final = "compress with gzip, zstd, bzip2 or xz"
_UNPACK: Final = "write the files in it by themselves, plain or compressed"
_CONVERT: Final = "write parquet, JSON or CSV"
_ENCODE: Final = "write UTF-8"
# Longer marks first: UTF-32's begins as UTF-16's does.
_BY_START: Final = {
    **dict.fromkeys((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"), _Kind("zip", _UNPACK)),
    b"7z\xbc\xaf\x27\x1c": _Kind("7z", _UNPACK),
    **_kinds(_UNPACK, rar=b"Rar!\x1a\x07", cabinet=b"MSCF\0\0\0\0"),
    **_kinds(_COMPRESS, lz4=b"\x04\x22\x4d\x18", legacy_lz4=b"\x02\x21\x4c\x18", lzop=b"\x89LZO\0\r\n\x1a\n"),
    **_kinds(_COMPRESS, snappy=b"\xff\x06\0\0sNaPpY", Java_snappy=b"\x82SNAPPY\0", lzip=b"LZIP\x01"),
    **_kinds(_COMPRESS, lzma=b"]\0\0", compress=b"\x1f\x9d", pack=b"\x1f\x1e"),
    **_kinds(
        _CONVERT, ORC=b"ORC", Avro=b"Obj\x01", Arrow=b"ARROW1", Feather=b"FEA1", HDF5=b"\x89HDF\r\n\x1a\n"
    ),
    **_kinds(
        _CONVERT,
        SQLite=b"SQLite format 3\0",
        PDF=b"%PDF-",
        XML=b"<?xml",
        HTML=b"<!DOCTYPE",
        Ion=b"\xe0\x01\0\xea",
    ),
    **_kinds(_CONVERT, a_Hadoop_sequence_file=b"SEQ\x06", RCFile=b"RCF\x01"),
    **_kinds(_CONVERT, an_old_Office_document=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    **_kinds("write it without encryption", PGP=b"-----BEGIN PGP", OpenSSL=b"Salted__"),
    **dict.fromkeys((b"\xff\xfe\0\0", b"\0\0\xfe\xff"), _Kind("UTF-32 text", _ENCODE)),
    **dict.fromkeys((b"\xff\xfe", b"\xfe\xff"), _Kind("UTF-16 text", _ENCODE)),
}
_FIRST_BYTES: Final = frozenset(magic[:1] for magic in _BY_START)
# Compressions without a mark: only the name shows them.
_BY_NAME: Final = {
    ".snappy": "snappy", ".lz4": "lz4", ".lzo": "lzo", ".lzo_deflate": "lzo", ".br": "brotli", ".deflate": "deflate",
    ".zz": "zlib", ".lzma": "lzma", ".z": "compress", ".sz": "snappy",
}  # fmt: skip


def marked(path: str, content: bytes) -> str | None:
    """Return what the content certainly is, with what to do about it; None when a reader may try it.

    Call it first: a compressed or archived file may contain plain CSV, header included.
    """
    start = content[:_START]
    kind = _by_mark(start, printable=False) or _by_name(path, start) or _by_bytes(start)
    return str(kind) if kind else None


def likely(content: bytes) -> str | None:
    """Return what content is that no reader accepts and that starts like text (`ORC`); else None."""
    start = content[:_START]
    if kind := _by_mark(start, printable=True):
        return str(kind)
    return f"this is binary: let upstream {_CONVERT}" if 0 in start else None


def _by_mark(start: bytes, *, printable: bool) -> _Kind | None:
    if start[:1] not in _FIRST_BYTES:
        return None
    found = ((mark, kind) for mark, kind in _BY_START.items() if start.startswith(mark))
    return next((kind for mark, kind in found if mark.decode("latin-1").isprintable() is printable), None)


def _by_bytes(start: bytes) -> _Kind | None:
    if start[_TAR] == b"ustar":
        return _Kind("tar", _UNPACK)
    if b"\0" in start[:4] and (encoding := _wide(start[:16])):
        return _Kind(f"{encoding} text", _ENCODE)
    return _Kind("zlib", _COMPRESS) if _is_zlib(start) else None


def _wide(start: bytes) -> str | None:
    """Recognise UTF-32 or UTF-16 without a byte order mark: ASCII letters, each beside three zeros or one."""
    for encoding, width in (("UTF-32", 4), ("UTF-16", 2)):
        whole = start[: len(start) // width * width]
        for letters in (whole[::width], whole[width - 1 :: width]):
            if 0 not in letters and whole.count(0) == len(whole) - len(letters):
                return encoding
    return None


def _is_zlib(start: bytes) -> bool:
    """Return whether it is zlib (RFC 1950): the header's check is right and the data expands. `x^` may begin a text."""
    if start[:1] != b"\x78" or len(start) < 2 or int.from_bytes(start[:2], "big") % 31:
        return False
    try:
        zlib.decompressobj().decompress(start, 1)
    except zlib.error:
        return False
    return True


def _by_name(path: str, start: bytes) -> _Kind | None:
    """Return the kind that the name shows, if the content is binary: a name alone proves nothing."""
    name = _BY_NAME.get(path[path.rfind(".") :].lower())
    return _Kind(f"{name}, by its name", _COMPRESS) if name and _is_binary(start) else None


def _is_binary(start: bytes) -> bool:
    if start.translate(None, bytes(range(9)) + bytes(range(14, 32))) != start:
        return True
    try:
        start.decode()
    except UnicodeDecodeError as error:
        return error.end < len(start)  # else a character may be cut off at the end
    return False
