"""Many parquet files opened together are what they are one by one, down to the file, the row and its raw text."""

from collections import Counter
from datetime import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargebacks.consolidation.landing import parquet as landing
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.reading_rules import DEFAULT_RULES
from chargebacks.consolidation.records.frame import canonical_bytes
from chargebacks.consolidation.stages import opening
from chargebacks.consolidation.stages.opening import Fetched, Opened, open_files
from tests.fixtures.landing_files import parquet_files
from tests.unit.consolidation.builders import parquet


def fetched(*files: bytes) -> list[Fetched]:
    return [Fetched(LandingFile(f"{n}.parquet", len(data), "e"), data) for n, data in enumerate(files)]


def told(opened: Opened) -> Any:
    """All that came of the files, in no order."""
    return (
        Counter(row for frame in opened.frames for row in canonical_bytes(frame)),
        sorted(tuple(one.items()) for one in opened.rejects),
        sorted((file.path, str(file.unreadable)) for file in opened.files),
        (opened.read, opened.echoes),
    )


def alone(files: list[Fetched]) -> Any:
    opened = Opened()
    opening._open_alone(files, opened, DEFAULT_RULES)
    return told(opened)


@settings(max_examples=60, derandomize=True)
@given(st.lists(parquet_files(), min_size=1, max_size=3), st.lists(st.integers(0, 2), min_size=2, max_size=8))
def test_files_together_are_what_they_are_one_by_one(drawn: list[bytes], order: list[int]) -> None:
    files = fetched(*(drawn[n % len(drawn)] for n in order))
    assert told(open_files(files)) == alone(files)


def good(n: int, **columns: Any) -> bytes:
    ids = [f"{n}-{row}" for row in range(n % 3)]
    return parquet(chargeback_id=pa.array(ids, pa.string()), amount=["1.50"] * len(ids), **columns)


def reordered(**columns: Any) -> bytes:
    """`builders.parquet` puts the id first."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


BAD = {
    "a rejected row": parquet(chargeback_id=["a", "b", "c"], amount=["1", "12,50", "2"]),
    "only rejected rows": parquet(chargeback_id=["a", "b"], amount=["x", "y"]),
    "its columns in another order": reordered(amount=["1,5", "1"], chargeback_id=["a", "b"]),
    "another column": parquet(chargeback_id=["a"], amount=["1,5"], channel=["web"]),
    "another type": parquet(chargeback_id=["a", "b"], amount=[1.5, float("nan")]),
    "damaged": good(2)[:-40],
    "a type for Arrow": parquet(chargeback_id=["a"], amount=["1.50"], at=[time(6, 30)]),
    "a zone that makes Polars panic": parquet(
        chargeback_id=["a"], updated_at=pa.array([0], pa.timestamp("us", "-02:15"))
    ),
    "beyond Polars": parquet(chargeback_id=["a"], amount=pa.array([None], pa.decimal256(60, 2))),
}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each reading took."""
    found: list[int] = []
    rows = landing._rows
    monkeypatch.setattr(landing, "_rows", lambda sources: (found.append(len(sources)), rows(sources))[1])
    return found


@pytest.mark.parametrize("place", [0, 20, 39])
@pytest.mark.parametrize("what", BAD)
def test_what_is_amiss_with_one_file_does_not_open_the_others_one_by_one(
    what: str, place: int, reads: list[int]
) -> None:
    many = [good(n) for n in range(40)]
    files = fetched(*many[:place], BAD[what], *many[place:])
    found = open_files(files)
    assert len(reads) <= 2 + 2 * 6
    assert sum(reads) <= 3.2 * len(files)
    assert told(found) == alone(files)


def test_metadata_as_text_that_is_none_costs_its_record_in_a_group_too() -> None:
    texts = [["{}", "none"], ['{"transaction_id":"t"}', "[]"]]
    files = fetched(*(parquet(metadata=text) for text in texts))
    found = open_files(files)
    assert [(one["source_file"], one["line"]) for one in found.rejects] == [
        ("0.parquet", 2),
        ("1.parquet", 2),
    ]
    assert told(found) == alone(files)
