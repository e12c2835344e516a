"""Compressed landing files: whole or not at all, whatever they are called, and never without bound."""

import bz2
import gzip
import io
import lzma
import shutil
import struct
import subprocess
import sys
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing.compressed import expand
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.errors import UnreadableFileError
from tests.unit.consolidation.builders import json_lines, parquet, taken

LINES = json_lines(*({"chargeback_id": f"c{n}", "reason": "é" * (n % 7)} for n in range(2_000)))


SAMPLES = Path(__file__).parents[2] / "samples/compressed"


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


def skippable(content: bytes, number: int = 0) -> bytes:
    """A frame of zstd that holds no data: RFC 8878, 3.1.2."""
    return struct.pack("<II", 0x184D2A50 + number, len(content)) + content


COMPRESSORS = [gzip.compress, zstd, bz2.compress, lzma.compress]


@pytest.mark.parametrize("compress", COMPRESSORS)
@pytest.mark.parametrize("data", [LINES, parquet(status=["open"]), b"status,chargeback_id\nopen,c0\n"])
def test_any_format_may_be_compressed(compress: Callable[[bytes], bytes], data: bytes) -> None:
    assert taken(compress(data), "a.bin").rows == taken(data, "a.bin").rows != []


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_members_one_after_another_are_one_file(compress: Callable[[bytes], bytes]) -> None:
    members = LINES.splitlines(keepends=True)
    assert expand("a", b"".join(compress(member) for member in members)) == LINES


def test_many_members_cost_no_more_than_their_bytes() -> None:
    """Each rest copied anew would be 30 GB here: a matter of minutes."""
    member = gzip.compress(b'{"chargeback_id": "a"}\n', mtime=0)
    assert expand("a", member * 40_000).count(b"\n") == 40_000


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_a_compressed_file_cut_off_anywhere_is_unreadable_and_none_of_its_rows_is_read(
    compress: Callable[[bytes], bytes],
) -> None:
    whole = compress(LINES)
    for end in (*range(4, len(whole), 97), len(whole) - 1):
        with pytest.raises(UnreadableFileError, match=r"^x/a\.json\.gz: damaged (gzip|zstd|bzip2|xz): "):
            formats.read("x/a.json.gz", whole[:end])


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_a_damaged_file_leaves_no_memory_behind(compress: Callable[[bytes], bytes]) -> None:
    """A task meets thousands of files; one of half a gigabyte's address space each would be its end."""
    broken = compress(LINES)[:-1]
    tracemalloc.start()
    try:
        for _ in range(3):
            with pytest.raises(UnreadableFileError):
                expand("a", broken)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000


@pytest.mark.parametrize("place", [12, 300, -6])
def test_damaged_gzip_is_unreadable(place: int) -> None:
    broken = bytearray(gzip.compress(LINES))
    broken[place] ^= 0xFF
    with pytest.raises(UnreadableFileError, match="damaged gzip"):
        formats.read("a.json", bytes(broken))


def test_what_follows_the_last_member_must_be_one() -> None:
    with pytest.raises(UnreadableFileError, match="damaged gzip"):
        formats.read("a.json", gzip.compress(LINES) + LINES)


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_a_file_expands_up_to_the_limit_and_not_beyond(compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(b"\n" * 1_000_000)
    assert len(expand("a", bomb, limit=1_000_000)) == 1_000_000
    for data, limit in ((bomb, 999_999), (bomb * 3, 2_500_000), (bomb, 1)):
        with pytest.raises(UnreadableFileError, match=f"over {limit} bytes once expanded"):
            expand("a", data, limit)


def test_a_file_compressed_twice_is_unreadable() -> None:
    with pytest.raises(UnreadableFileError, match="compressed twice"):
        formats.read("a.gz", gzip.compress(zstd(LINES)))


def test_compressed_nothing_is_a_file_without_records() -> None:
    assert taken(gzip.compress(b""), "a.json.gz").rows == []


def test_a_name_that_promises_gzip_is_not_believed() -> None:
    """Object stores and clients expand what was stored with a content encoding."""
    assert taken(LINES, "a.json.gz").rows == taken(LINES).rows


ENDS: dict[str, tuple[Callable[[bytes], bytes], bytes, bool]] = {
    "gzip and padding of a tape or a block device": (gzip.compress, b"\0" * 10_000, True),
    "gzip and one zero byte": (gzip.compress, b"\0", True),
    "gzip and garbage": (gzip.compress, b"garbage", False),
    "gzip, padding and garbage": (gzip.compress, b"\0\0garbage", False),
    "gzip, padding and another member": (gzip.compress, b"\0\0" + gzip.compress(b"x"), False),
    "zstd and a skippable frame": (zstd, skippable(b"index"), True),
    "zstd and an empty skippable frame": (zstd, skippable(b"", 15), True),
    "zstd and half a skippable frame": (zstd, skippable(b"index")[:-1], False),
    "zstd and the header of one": (zstd, skippable(b"index")[:6], False),
    "zstd and padding": (zstd, b"\0\0\0\0", False),
    "bzip2 and garbage": (bz2.compress, b"garbage", False),
    "xz and stream padding": (lzma.compress, b"\0" * 8, True),
    "xz and padding of another size": (lzma.compress, b"\0" * 7, False),
    "xz and garbage": (lzma.compress, b"garbage", False),
}


def by_command(data: bytes) -> bytes | None:
    """What the command line makes of it; None when it fails or warns that it ignored something."""
    tool = {b"\x1f": "gzip", b"B": "bzip2", b"\xfd": "xz"}.get(data[:1], "zstd")
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run([tool, "-dc"], input=data, capture_output=True, check=False)
    return None if done.returncode or done.stderr else done.stdout


@pytest.mark.parametrize("case", ENDS)
def test_what_follows_the_data_is_taken_as_the_commands_take_it(case: str) -> None:
    compress, end, readable = ENDS[case]
    data = compress(LINES) + end
    assert by_command(data) == (LINES if readable else None)
    if readable:
        assert expand("a", data) == LINES
    else:
        with pytest.raises(UnreadableFileError, match=r"^a: damaged (gzip|zstd|bzip2|xz): "):
            expand("a", data)


@pytest.mark.parametrize(
    "data",
    [
        skippable(b"abcd") + zstd(LINES),
        skippable(b"abcd", 15)
        + skippable(b"")
        + zstd(LINES[:5])
        + skippable(b"x" * 200_000)
        + zstd(LINES[5:]),
        zstd(b"") + zstd(LINES) + zstd(b""),
        lzma.compress(LINES[:5]) + b"\0" * 4 + lzma.compress(LINES[5:]) + b"\0" * 8,
        lzma.compress(b"") + lzma.compress(LINES, check=lzma.CHECK_NONE),
        bz2.compress(b"") + bz2.compress(LINES[:5], 1) + bz2.compress(LINES[5:]),
        gzip.compress(b"") + gzip.compress(LINES) + b"\0" * 512,
    ],
)
def test_frames_that_say_nothing_and_padding_between_streams_are_passed_over(data: bytes) -> None:
    assert by_command(data) == LINES
    assert expand("a", data) == LINES


@pytest.mark.parametrize("name", ["pzstd.json.zst", "xz-threads.json.xz", "pbzip2-like.json.bz2"])
def test_files_of_the_real_tools_are_read(name: str) -> None:
    """Made as tests/samples/compressed/README.md says: several frames, blocks and streams."""
    assert len(taken((SAMPLES / name).read_bytes(), name).rows) == 40


def test_a_skippable_frame_alone_is_a_file_without_records() -> None:
    assert taken(skippable(b"x"), "a.json.zst").rows == []


def test_a_dictionary_that_needs_much_memory_is_refused_before_it_is_allocated() -> None:
    data = bytearray(lzma.compress(LINES[:100], filters=[{"id": lzma.FILTER_LZMA2, "preset": 0}]))
    place = 12 + 4  # stream header, block header: the filter's properties, dictionary size
    data[place] = 37  # 1.5 GiB
    size = (data[12] + 1) * 4
    data[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(bytes(data[12 : 12 + size - 4])))
    with pytest.raises(UnreadableFileError, match="damaged xz: Memory usage limit exceeded"):
        expand("a", bytes(data))


@pytest.mark.parametrize("module", ["bz2", "lzma"])
def test_a_python_without_the_module_says_so(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compress: Callable[[bytes], bytes] = {"bz2": bz2.compress, "lzma": lzma.compress}[module]
    data = compress(LINES)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        UnreadableFileError, match=r"^a: .* cannot be read by this Python .*: let upstream write gzip"
    ):
        expand("a", data)
    assert expand("a", gzip.compress(LINES)) == LINES


def test_text_that_starts_as_bzip2_does_is_text() -> None:
    assert taken(b"BZh9,chargeback_id\nx,c0\n", "a.csv").rows[0]["chargeback_id"] == "c0"


def test_names_of_compressed_files_are_stripped_and_weigh_as_such() -> None:
    found = taken(bz2.compress(b"broken\n" + LINES), "a.json.bz2")
    assert (len(found.rows), len(found.rejects)) == (2_000, 1)
    assert LandingFile("A.CSV.XZ", 10, "e").weight == LandingFile("a.csv.gz", 10, "e").weight == 80


CSV = b"status,chargeback_id\n" + b"".join(b"open,c%d\n" % n for n in range(40))


def archive(kind: str) -> bytes:
    """CSV as it stands, in an archive that does not compress: its header is there to be taken for one."""
    sink = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(sink, "w") as file:
            file.writestr("a.csv", CSV)
    else:
        with tarfile.open(
            fileobj=sink, mode="w", format=tarfile.GNU_FORMAT if kind == "gnu" else tarfile.PAX_FORMAT
        ) as tar:
            told = tarfile.TarInfo("a.csv")
            told.size = len(CSV)
            tar.addfile(told, io.BytesIO(CSV))
    return sink.getvalue()


def codec(name: str) -> bytes:
    return bytes(pa.compress(CSV, codec=name, asbytes=True))


FOREIGN = {
    "zip": ("a.csv", archive("zip")),
    "tar": ("a.csv", archive("gnu")),
    "tar ": ("a.tar.gz", gzip.compress(archive("pax"))),
    "7z": ("a.7z", b"7z\xbc\xaf\x27\x1c\0\4" + CSV),
    "rar": ("a.rar", b"Rar!\x1a\x07\x01\0" + CSV),
    "lz4": ("a.csv", codec("lz4")),
    "lz4, by its name": ("a.csv.lz4", b"\0\0\3\xe8\0\0\1" + CSV),  # Hadoop's blocks have no mark
    "snappy, by its name": ("a.csv.snappy", codec("snappy")),
    "brotli, by its name": ("a.json.br", codec("brotli")),
    "snappy": ("a.csv", b"\xff\x06\0\0sNaPpY\x01" + CSV),
    "Java snappy": ("a.csv", b"\x82SNAPPY\0\0\0\0\1" + CSV),
    "lzip": ("a.csv", b"LZIP\x01" + CSV),
    "lzma": ("a.csv", lzma.compress(CSV, lzma.FORMAT_ALONE)),
    "lzop": ("a.csv", b"\x89LZO\0\r\n\x1a\n" + CSV),
    "compress": ("a.csv.Z", b"\x1f\x9d\x90" + CSV),
    "zlib": ("a.json", zlib.compress(CSV)),
    "UTF-16 text": ("a.csv", CSV.decode().encode("utf-16-le")),
    "UTF-16 text ": ("a.json", LINES.decode().encode("utf-16-be")),
    "UTF-32 text": ("a.json", LINES.decode().encode("utf-32")),
    "UTF-32 text ": ("a.json", LINES.decode().encode("utf-32-be")),
    "an old Office document": ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + CSV),
    "binary": ("a.json", b"\x0b\x12\0\x80" + CSV),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_another_compression_or_archive_is_named_and_never_taken_for_text(kind: str) -> None:
    path, data = FOREIGN[kind]
    with pytest.raises(
        UnreadableFileError, match=rf"^{path}: .* this is {kind.strip()}: let upstream [a-z ]+"
    ):
        formats.read(path, data)


@pytest.mark.parametrize("path", ["a.csv.snappy", "a.lz4", "a.csv.Z", "a.json.br"])
def test_a_name_that_promises_another_compression_is_not_believed_either(path: str) -> None:
    assert len(taken(CSV + "é,c99\n".encode(), path).rows) == 41
    assert len(taken(LINES, path).rows) == 2_000


@pytest.mark.parametrize(
    "header", [b"ORC,chargeback_id", b"LZIP_,chargeback_id", b"x^,chargeback_id", b"%PDF-,chargeback_id"]
)
def test_a_header_that_starts_as_another_format_does_is_read(header: bytes) -> None:
    assert taken(header + b"\nx,c0\n", "a.csv").rows[0]["chargeback_id"] == "c0"
