"""Compressed landing files: whole or not at all, whatever they are called, and never without bound."""

import gzip
import tracemalloc
from collections.abc import Callable

import pyarrow as pa
import pytest

from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing.compressed import expand
from chargebacks.errors import UnreadableFileError
from tests.unit.consolidation.builders import json_lines, parquet, taken

LINES = json_lines(*({"chargeback_id": f"c{n}", "reason": "é" * (n % 7)} for n in range(2_000)))


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
@pytest.mark.parametrize("data", [LINES, parquet(status=["open"]), b"status,chargeback_id\nopen,c0\n"])
def test_any_format_may_be_compressed(compress: Callable[[bytes], bytes], data: bytes) -> None:
    assert taken(compress(data), "a.bin").rows == taken(data, "a.bin").rows != []


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
def test_members_one_after_another_are_one_file(compress: Callable[[bytes], bytes]) -> None:
    members = LINES.splitlines(keepends=True)
    assert expand("a", b"".join(compress(member) for member in members)) == LINES


def test_many_members_cost_no_more_than_their_bytes() -> None:
    """Each rest copied anew would be 30 GB here: a matter of minutes."""
    member = gzip.compress(b'{"chargeback_id": "a"}\n', mtime=0)
    assert expand("a", member * 40_000).count(b"\n") == 40_000


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
def test_a_compressed_file_cut_off_anywhere_is_unreadable_and_none_of_its_rows_is_read(
    compress: Callable[[bytes], bytes],
) -> None:
    whole = compress(LINES)
    for end in (*range(4, len(whole), 97), len(whole) - 1):
        with pytest.raises(UnreadableFileError, match=r"^x/a\.json\.gz: damaged (gzip|zstd): "):
            formats.read("x/a.json.gz", whole[:end])


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
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


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
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
