"""Compressed files in every container, as one piece or in several, padded, doubled; archives and foreign formats."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Final

import pyarrow as pa
import pyarrow.feather
import pyarrow.orc

from tests.corpus.arrow_files import written
from tests.corpus.csv_files import written as csv_written
from tests.corpus.json_files import joined
from tests.corpus.readers import arrow, csv_rows, json_lines, lines
from tests.corpus.records import table
from tests.corpus.spec import Fate, Make, Reader, Spec

Pack = Callable[[bytes], bytes]
SKIPPABLE: Final = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"  # RFC 8878, 3.1.2


def gz(data: bytes) -> bytes:
    """As one member of gzip."""
    return gzip.compress(data, mtime=0)


def zst(data: bytes) -> bytes:
    """As one frame of zstd."""
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


def _named(data: bytes) -> bytes:
    sink = io.BytesIO()
    with gzip.GzipFile("ü.json", "wb", 9, sink, mtime=1) as file:
        file.write(data)
    return sink.getvalue()


def _with_extra_field(data: bytes) -> bytes:
    return b"\x1f\x8b\x08\x04" + bytes(6) + b"\x04\x00BC\x00\x00" + gz(data)[10:]


def halves(pack: Pack) -> Pack:
    """Pack the two halves of the bytes one after the other."""
    return lambda data: pack(data[: len(data) // 2]) + pack(data[len(data) // 2 :])


def _streamed(codec: str) -> Pack:
    def pack(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return bytes(sink.getvalue())

    return pack


def _zip(data: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(zipfile.ZipInfo("records"), data)
    return sink.getvalue()


def _tar(data: bytes) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        info = tarfile.TarInfo("records.json")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


READ: Final[dict[str, Pack]] = {
    "gzip/plain": gz,
    "gzip/stored": lambda data: gzip.compress(data, 0, mtime=0),
    "gzip/named": _named,
    "gzip/extra-field": _with_extra_field,
    "gzip/two-members": halves(gz),
    "gzip/empty-last-member": lambda data: gz(data) + gz(b""),
    "gzip/member-a-byte": lambda data: b"".join(gz(data[n : n + 50]) for n in range(0, len(data), 50)),
    "gzip/trailing-nuls": lambda data: gz(data) + bytes(512),
    "gzip/one-trailing-nul": lambda data: gz(data) + b"\0",
    "gzip/nuls-after-two-members": lambda data: halves(gz)(data) + bytes(10_000),
    "zstd/plain": zst,
    "zstd/streamed": _streamed("zstd"),
    "zstd/two-frames": halves(zst),
    "zstd/skippable-first": lambda data: SKIPPABLE + zst(data),
    "zstd/skippable-between": lambda data: zst(data[:99]) + SKIPPABLE + zst(data[99:]),
    "zstd/skippable-last": lambda data: zst(data) + SKIPPABLE,
    "zstd/skippable-before-each": lambda data: SKIPPABLE + zst(data[:99]) + SKIPPABLE + zst(data[99:]),
    "bz2/plain": bz2.compress,
    "bz2/two-streams": halves(bz2.compress),
    "xz/plain": lzma.compress,
    "xz/two-streams": halves(lzma.compress),
    "xz/padded": lambda data: lzma.compress(data) + bytes(8),
    "xz/crc32": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
}
UNREADABLE: Final[dict[str, tuple[Pack, str]]] = {
    "zip": (_zip, "zip"),
    "tar": (_tar, "tar"),
    "tar-gz": (lambda data: gz(_tar(data)), "tar"),
    "lz4": (_streamed("lz4"), "lz4"),
    "snappy-frames": (lambda data: b"\xff\x06\x00\x00sNaPpY" + data, ""),
    "unix-compress": (lambda data: b"\x1f\x9d\x90" + data, ""),
    "7z": (lambda data: b"7z\xbc\xaf\x27\x1c\x00\x04" + data, ""),
    "rar": (lambda data: b"Rar!\x1a\x07\x01\x00" + data, ""),
    "gzip-twice": (lambda data: gz(gz(data)), "twice"),
    "gzip-in-zstd": (lambda data: zst(gz(data)), "twice"),
    "zip-in-gzip": (lambda data: gz(_zip(data)), "zip"),
    "bz2-in-gzip": (lambda data: gz(bz2.compress(data)), ""),
    "gzip-and-text": (lambda data: gz(data) + b"x", ""),
    "gzip-and-zstd": (lambda data: gz(data) + zst(data), ""),
}


# These look like noise: under a text format's name each line is read or rejected by itself.
WITHOUT_MAGIC: Final[dict[str, Pack]] = {
    "lzma-alone": partial(lzma.compress, format=lzma.FORMAT_ALONE),
    "brotli": lambda data: bytes(pa.compress(data, codec="brotli", asbytes=True)),
    "zlib": zlib.compress,
}


@cache
def _json() -> bytes:
    return joined("\n")


CONTENTS: Final[dict[str, tuple[Make, Reader]]] = {
    ".json": (_json, json_lines),
    ".csv": (csv_written, csv_rows()),
    ".parquet": (partial(written, table()), arrow),
}


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    yield from _readable()
    yield from _unreadable()
    for name, (make, says) in FOREIGN.items():
        for ending in (".json", ".csv", ".parquet", ""):
            fate = Fate.UNREADABLE if says or ending not in (".json", ".csv") else Fate.DAMAGED
            yield Spec(f"foreign/{name}/{_called(ending)}", ending, make, lines, fate, says=says)


def _readable() -> Iterator[Spec]:
    for n, (name, pack) in enumerate(READ.items()):
        kind = name.split("/")[0]
        suffix = "" if n % 2 else {"gzip": ".gz", "zstd": ".zst"}.get(kind, f".{kind}")
        for ending, (make, reader) in CONTENTS.items():
            packed = partial(_packed, pack, make)
            yield Spec(f"container/{name}/{ending[1:]}", ending + suffix, packed, reader, before=make)


def _unreadable() -> Iterator[Spec]:
    for name, (pack, says) in UNREADABLE.items():
        for ending in (".json", ".csv", ""):
            called, packed = f"container/{name}/{_called(ending)}", partial(_packed, pack, _json)
            yield Spec(called, ending, packed, json_lines, Fate.UNREADABLE, _json, says=says)
    for name, pack in WITHOUT_MAGIC.items():
        for ending in (".json", ".csv", ""):
            called, packed = f"container/{name}/{_called(ending)}", partial(_packed, pack, _json)
            fate = Fate.DAMAGED if ending else Fate.UNREADABLE
            yield Spec(called, ending, packed, lines, fate, slack=(0, 50))


def _called(ending: str) -> str:
    return f"named{ending or '-otherwise'}"


def _packed(pack: Pack, make: Make) -> bytes:
    return pack(make())


def _orc() -> bytes:
    sink = pa.BufferOutputStream()
    pa.orc.write_table(table(), sink)
    return bytes(sink.getvalue())


def _feather(version: int) -> bytes:
    sink = pa.BufferOutputStream()
    plain = table().select(["chargeback_id", "status"])
    pa.feather.write_feather(plain, sink, version=version, compression="uncompressed")
    return bytes(sink.getvalue())


def _stream() -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table().schema) as writer:
        writer.write_table(table())
    return sink.getvalue()


FOREIGN: Final[dict[str, tuple[Make, str]]] = {
    "orc": (_orc, "orc"),
    "arrow-file": (partial(_feather, 2), ""),
    "arrow-stream": (_stream, ""),
    "avro": (
        lambda: b"Obj\x01\x04\x14avro.codec\x08null\x16avro.schema\x02{}\x00" + bytes(range(64)),
        "avro",
    ),
    "sqlite": (lambda: b"SQLite format 3\x00" + bytes(range(84)) * 4, ""),
    "pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", ""),
    "encrypted-parquet": (lambda: b"PARE" + written(table())[4:-4] + b"PARE", ""),
    "random": (lambda: bytes((n * n * 7 + n // 3) % 251 for n in range(1000)), ""),
}
