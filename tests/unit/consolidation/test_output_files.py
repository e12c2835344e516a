"""The output's files: never more than asked for, each sorted by id, much of a size, whatever the ids look like."""

import random
from collections import Counter
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.records import datafile
from chargebacks.consolidation.records.merge import bucket_of
from tests.unit.consolidation.builders import DAY, land, parquet, records
from tests.unit.consolidation.running import committed, snapshot

ROWS = 20_000
FILES = 10
MOST = 1.2  # times the smallest
CHANCE = random.Random(20251120)  # noqa: S311  (test data)
MILLIS = 1_763_596_800_000
SHAPES = {
    "sequential": [f"cb-{n:06d}" for n in range(ROWS)],
    "unpadded": [f"cb-{n}" for n in range(ROWS)],
    "bare numbers": [str(n) for n in range(ROWS)],
    "every tenth": [f"{n * 10:010d}" for n in range(ROWS)],
    "the day and a number": [f"CB-20251120-{n:08d}" for n in range(ROWS)],
    "merchant and number": [f"m{n % 50:03d}-{n // 50:05d}" for n in range(ROWS)],
    "a suffix": [f"{n:06d}-chargeback-BR" for n in range(ROWS)],
    "snowflakes": [str((MILLIS + 3 * n) << 22) for n in range(ROWS)],
    "random UUIDs": [str(UUID(int=CHANCE.getrandbits(128), version=4)) for _ in range(ROWS)],
    "UUIDs by time": [
        str(
            UUID(
                int=(MILLIS + n) << 80
                | 7 << 76
                | CHANCE.getrandbits(12) << 64
                | 2 << 62
                | CHANCE.getrandbits(62)
            )
        )
        for n in range(ROWS)
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("files", [2, 3, 8, FILES])
def test_ids_of_any_shape_spread_evenly_over_the_files(shape: str, files: int) -> None:
    counts = Counter(bucket_of(pl.Series(SHAPES[shape]), files))
    assert len(counts) == files
    assert max(counts.values()) <= MOST * min(counts.values())


@pytest.mark.parametrize(
    ("output_format", "compression"),
    [("csv", "none"), ("csv", "gzip"), ("json", "none"), ("parquet", "zstd")],
)
def test_files_are_as_many_as_asked_for_sorted_and_within_a_fifth_of_each_other(
    tmp_path: Path, output_format: str, compression: str
) -> None:
    entry = _consolidated(tmp_path, output_format, compression)
    found = {path: data for path, data in snapshot(tmp_path / "out").items() if "part-" in path}
    ids = [datafile.read(data, output_format)["chargeback_id"] for data in found.values()]
    sizes = [len(data) for data in found.values()]
    assert len(found) == len(entry.files) == FILES
    assert sum(len(one) for one in ids) == ROWS
    assert all(one.is_sorted() for one in ids)
    assert max(sizes) <= MOST * min(sizes)


def _consolidated(root: Path, output_format: str, compression: str) -> Entry:
    chance = random.Random(7)  # noqa: S311
    some = ["fraud", 'says "never"', "sent back, twice", "não reconhecido 😡"]
    data = parquet(
        chargeback_id=SHAPES["sequential"],
        reason=[chance.choice(some) for _ in range(ROWS)],
        amount=[f"{chance.randrange(10**6) / 100:.2f}" for _ in range(ROWS)],
        updated_at=[f"{DAY}T{n % 24:02d}:00:00Z" for n in range(ROWS)],
    )
    land(root, "a.parquet", data)
    chosen = {"output_format": output_format, "output_compression": compression}
    return committed(root, output_files=str(FILES), **chosen)


@pytest.mark.parametrize("count", [1, 2, 9])
def test_fewer_chargebacks_than_files_make_fewer_files_and_none_is_empty(tmp_path: Path, count: int) -> None:
    land(tmp_path, "a.json", records(*(f"cb-{n}" for n in range(count))))
    entry = committed(tmp_path, output_files=str(FILES))
    assert 1 <= len(entry.files) <= count
    assert all(file.rows for file in entry.files)
