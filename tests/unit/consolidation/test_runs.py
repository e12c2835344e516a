"""A bucket that does not fit in memory goes to disk and comes back in ranges of ids, not a row less."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.consolidation.records.frame import SCHEMA
from chargebacks.consolidation.stages import runs
from chargebacks.consolidation.stages.runs import Runs, side_by_side

IDS = st.lists(st.text("abé€😀", min_size=1, max_size=2), max_size=30)


def rows(ids: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"chargeback_id": ids}, schema_overrides={"chargeback_id": pl.String}).select(
        pl.lit(None, dtype=kind).alias(name) if name != "chargeback_id" else pl.col(name)
        for name, kind in SCHEMA.items()
    )


@given(parts=st.lists(IDS, max_size=6), limit=st.sampled_from([0, 200, 10**9]), batch=st.integers(1, 4))
def test_ranges_hold_every_row_in_order_and_never_part_equal_ids(
    parts: list[list[str]], limit: int, batch: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "BATCH_ROWS", batch)
        held = Runs(limit)
        for part in parts:
            held.add(rows(part))
        ranges = [
            [one for found in range_ for one in found["chargeback_id"]]
            for range_ in side_by_side(held.streams())
        ]
        held.close()

    everything = [one for part in parts for one in part]
    assert held.count == len(everything)
    assert sorted(one for range_ in ranges for one in range_) == sorted(everything)
    assert all(range_ for range_ in ranges)
    for before, after in pairwise(ranges):
        assert max(before) < min(after)


def test_rows_beyond_the_limit_are_on_disk_until_closed() -> None:
    held = Runs(limit=0)
    held.add(rows(["b", "a"]))
    assert held.spilled
    assert held.in_memory().is_empty()
    folder = held._runs[0]
    assert folder.is_dir()
    held.close()
    assert not folder.exists()


def test_rows_within_the_limit_stay_in_memory() -> None:
    held = Runs()
    held.add(rows(["b", "a"]))
    assert not held.spilled
    assert held.in_memory()["chargeback_id"].to_list() == ["b", "a"]
