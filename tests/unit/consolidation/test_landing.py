"""Which landing files are there, which are new, and how tasks share them."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.adapters.store import Store
from chargebacks.consolidation.landing import listing
from chargebacks.consolidation.landing.listing import (
    CHUNK_BYTES,
    OPENING_COST,
    LandingFile,
    compare,
    is_marker,
    share,
)
from tests.unit.consolidation.builders import land

DAY = date(2025, 11, 5)


def file(path: str, size: int = 5, etag: str = "1") -> LandingFile:
    return LandingFile(path, size, etag)


def covered(*files: LandingFile) -> dict[str, LandingFile]:
    return {one.path: one for one in files}


def test_a_file_is_new_until_it_is_covered_in_the_version_that_is_there() -> None:
    a, b = file("a"), file("b")
    assert compare([a, b], {}).new == [a, b]
    assert compare([a, b], covered(a)).new == [b]
    assert compare([a, b], covered(a, b)).new == []


@pytest.mark.parametrize("now", [file("a", size=6), file("a", etag="2")])
def test_an_overwritten_file_is_read_as_a_new_one_and_told(now: LandingFile) -> None:
    found = compare([now], covered(file("a")))
    assert (found.new, found.overwritten, found.vanished) == ([now], ["a"], [])


def test_a_vanished_file_is_told_and_changes_nothing() -> None:
    found = compare([file("b")], covered(file("c"), file("b"), file("a")))
    assert (found.new, found.overwritten, found.vanished) == ([], [], ["a", "c"])


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("d/_SUCCESS", 0),
        ("d/_committed_123", 0),
        ("2025/11/20", 0),  # a folder made by S3's console
        ("d/empty.json", 0),
        ("d/.part-0.parquet.crc", 12),
        ("d/_temporary/0/part-0.parquet", 99),
        ("d/.spark-staging-1/part-0.parquet", 99),
    ],
)
def test_markers_and_unfinished_files_are_passed_over_and_told(path: str, size: int) -> None:
    assert is_marker(file(path, size))
    found = compare([file(path, size)], {})
    assert (found.new, found.ignored) == ([], [path])


@pytest.mark.parametrize(
    "path", ["d/_part.json", "d/.hidden.json", "d/x_temporary/a.json", "d/_temporaryfile", "d/a.crc"]
)
def test_a_name_that_only_looks_odd_is_a_landing_file_all_the_same(path: str) -> None:
    assert not is_marker(file(path))


def test_files_are_found_in_every_spelling_of_the_day_and_below_it_once(tmp_path: Path) -> None:
    names = [
        "2025/11/05/a.json",
        "2025/11/05/deep/er/b.json",
        "year=2025/month=11/day=05/c.json",
        "year=2025/month=11/day=5/d.json",
    ]
    for name in [*names, "2025/11/06/x.json", "2025/11/5/x.json", "2025/11/050/x.json", "2025/11/05.json"]:
        land(tmp_path, name, b"{}")
    found = listing.list_files(Store(str(tmp_path / "landing")), DAY)
    assert [one.path for one in found] == sorted(names)
    assert all(one.size == 2 and one.etag for one in found)


def test_a_landing_zone_that_is_not_there_holds_no_files(tmp_path: Path) -> None:
    assert listing.list_files(Store(str(tmp_path / "nowhere")), DAY) == []


SIZES = st.lists(st.integers(0, 3 * CHUNK_BYTES) | st.integers(0, 10**6), max_size=60)


@given(SIZES, st.integers(1, 12))
def test_every_file_is_in_exactly_one_share_and_no_share_is_empty(sizes: list[int], tasks: int) -> None:
    files = [file(f"f{n}", size) for n, size in enumerate(sizes)]
    shares = share(files, tasks)
    assert sorted((one for part in shares for one in part), key=lambda one: one.path) == sorted(
        files, key=lambda one: one.path
    )
    assert all(shares)
    assert len(shares) >= min(tasks, len(files))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=200), st.integers(1, 12))
def test_shares_differ_by_at_most_one_file(sizes: list[int], tasks: int) -> None:
    """Longest first: the heaviest share was the lightest before it got its last file."""
    shares = share([file(f"f{n}", size) for n, size in enumerate(sizes)], tasks)
    loads = [sum(one.size + OPENING_COST for one in part) for part in shares]
    assert max(loads) - min(loads) <= max(sizes) + OPENING_COST


@given(st.lists(st.integers(0, CHUNK_BYTES), min_size=1, max_size=20), st.integers(1, 3))
def test_a_share_never_outgrows_what_a_task_can_hold(sizes: list[int], tasks: int) -> None:
    shares = share([file(f"f{n}", size) for n, size in enumerate(sizes)], tasks)
    assert all(sum(one.size for one in part) < 2 * CHUNK_BYTES for part in shares)


def test_shares_do_not_depend_on_the_order_of_the_listing() -> None:
    files = [file(f"f{n}", n % 7) for n in range(50)]
    assert share(files, 4) == share(reversed(files), 4)
