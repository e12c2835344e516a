"""A bucket that memory does not hold comes out as one that it does: same rows, counts, order and announcements."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chargebacks.consolidation.records import datafile
from chargebacks.consolidation.stages import runs, write
from tests.unit.consolidation.builders import json_lines, land, newer, records
from tests.unit.consolidation.running import Broker, anonymous, exact, log, run

IDS = [f"cb-{n:03d}" for n in range(60)]


@pytest.fixture
def tiny_memory() -> Iterator[None]:
    """Rows spill at once, previous files are read batch by batch, chunks hold a few ids."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs.Runs.__init__, "__defaults__", (0,))
        patch.setattr(runs, "BATCH_ROWS", 4)
        patch.setattr(datafile, "BATCH_ROWS", 4)
        patch.setattr(write, "BASE_ROWS", 0)
        patch.setattr(write, "CHUNK_IDS", 7)
        yield


def two_executions(root: Path, **given: str) -> Broker:
    broker = Broker()
    land(root, "a.json", json_lines(*records(*IDS), *records(*IDS[::3])))
    run(root, broker, None, "06:30", **given).raise_failures()
    land(
        root, "b.json", json_lines(*newer(*IDS[5:25]), *newer("cb-030", event_type="REMOVE"), *records("new"))
    )
    run(root, broker, None, "12:30", **given).raise_failures()
    return broker


@pytest.mark.parametrize(
    ("output_format", "output_compression"),
    [("csv", "none"), ("csv", "gzip"), ("json", "none"), ("json", "gzip"), ("parquet", "zstd")],
)
def test_by_ranges_or_at_once_the_outcome_is_the_same(
    tmp_path: Path, request: pytest.FixtureRequest, output_format: str, output_compression: str
) -> None:
    given = {"output_format": output_format, "output_compression": output_compression, "output_files": "3"}
    at_once, by_ranges = tmp_path / "at_once", tmp_path / "by_ranges"
    expected = two_executions(at_once, **given)
    request.getfixturevalue("tiny_memory")
    found = two_executions(by_ranges, **given)

    assert exact(by_ranges) == exact(at_once)
    assert len(exact(by_ranges)) == 61
    assert found.announced == expected.announced
    chunks = [len(log(root).entries()[0].announcement.chunks) for root in (at_once, by_ranges)]
    assert chunks[0] < chunks[1], "it did go range by range"
    moved = [message.replace(str(by_ranges), str(at_once)) for message in anonymous(found)]
    assert moved == anonymous(expected)


def test_files_that_grew_by_ranges_are_sorted(tmp_path: Path, tiny_memory: None) -> None:
    two_executions(tmp_path, output_files="2", output_format="parquet")
    for path in (tmp_path / "out").rglob("*.parquet"):
        ids = datafile.read(path.read_bytes(), "parquet")["chargeback_id"].to_list()
        assert ids == sorted(ids)
        assert len(ids) > 20


def test_a_bucket_that_stays_as_it_was_keeps_its_file_however_large(
    tmp_path: Path, tiny_memory: None
) -> None:
    land(tmp_path, "a.json", json_lines(*records(*IDS)))
    run(tmp_path, None, None, "06:30", output_files="1").raise_failures()
    land(tmp_path, "again.json", json_lines(*records(*IDS)))
    run(tmp_path, None, None, "12:30", output_files="1").raise_failures()
    first, second = log(tmp_path).entries()
    assert second.files == first.files
    assert second.announcement.ids == 0
    assert second.counts.duplicates_removed == len(IDS)


def test_another_number_of_files_moves_large_buckets_too(tmp_path: Path, tiny_memory: None) -> None:
    two_executions(tmp_path, output_files="3")
    before = exact(tmp_path)
    run(tmp_path, None, None, "18:30", output_files="2").raise_failures()
    assert exact(tmp_path) == before


def test_by_ranges_a_full_execution_counts_what_it_would_lose(tmp_path: Path, tiny_memory: None) -> None:
    two_executions(tmp_path, output_files="2")
    land(tmp_path, "a.json", records(*IDS[:30], updated_at="2025-11-20T00:00:00Z"))
    (tmp_path / "landing/2025/11/20/b.json").unlink()
    [refused] = run(tmp_path, at="18:30", full="true", output_files="2").partitions
    assert refused.error
    first = ", ".join(f"'cb-{n:03d}'" for n in range(30, 35))
    assert f"lose 31 chargebacks of the previous output, first {first}; 30 would go back" in refused.error
