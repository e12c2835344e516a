"""Which landing files are there, which are new, and how tasks share them."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks import partition
from chargebacks.consolidation.landing.listing import (
    CHUNK_BYTES,
    OPENING_COST,
    LandingFile,
    compare,
    share,
)
from chargebacks.consolidation.landing.markers import KINDS, kind_of
from chargebacks.consolidation.landing.zone import open_zone
from tests.oracle.landing import day_of
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


MARKERS = {  # by kind: how the writers name them
    "_SUCCESS": ["d/_SUCCESS"],
    "_committed_*": ["d/_committed_5812345", "d/_committed_vacuum42"],
    "_started_*": ["d/_started_5812345"],
    "_metadata": ["d/_metadata"],
    "_common_metadata": ["d/_common_metadata"],
    "_temporary/": ["d/_temporary/0/part-0.parquet", "d/h=1/_temporary/0/_x/a"],
    "_delta_log/": ["d/_delta_log/00000000000000000000.json"],
    "__magic*": ["d/__magic", "d/__magic/job-1/a.parquet", "d/__magic_job-7f/tasks/b.pending"],
    ".hoodie*": ["d/.hoodie/hoodie.properties", "d/.hoodie_partition_metadata"],
    ".spark-staging*": ["d/.spark-staging-1/part-0.parquet"],
    ".DS_Store": ["d/.DS_Store"],
    "*.inprogress*": ["d/.part-0-3.inprogress.71d4b0ea-cc2f", "d/part-0.inprogress", "d/.inprogress.1"],
    "*.csv.metadata": ["d/5c4f-11ee.csv.metadata"],
    "*.crc": ["d/.part-0.parquet.crc", "d/part-0.parquet.crc", "d/._SUCCESS.crc"],
    "zero bytes": ["d/empty.json", "2025/11/20", "d/sub"],
}
BY_KIND = [(kind, path) for kind, paths in MARKERS.items() for path in paths]


def test_every_kind_of_marker_is_tried_and_documented() -> None:
    assert list(MARKERS) == list(KINDS)
    page = (Path(__file__).parents[3] / "docs/landing-zone.md").read_text()
    table = page.split("| passed over | written by |\n| --- | --- |\n")[1].split("\n\n")[0]
    assert [line.split(" | ")[0].strip("| `") for line in table.splitlines()] == list(KINDS)


def test_every_layout_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs/landing-zone.md").read_text()
    table = page.split("| layout | example |\n| --- | --- |\n")[1].split("\n\n")[0]
    assert set(re.findall("`([^`]*Y[^`]*)`", table)) == set(partition.LAYOUTS)


@pytest.mark.parametrize(("kind", "path"), BY_KIND)
def test_markers_and_unfinished_files_are_passed_over_and_told(kind: str, path: str) -> None:
    size = 0 if kind == "zero bytes" else 99
    assert kind_of(path, size) == kind
    found = compare([file(path, size)], {})
    assert (found.new, found.ignored, found.ignored_by_kind) == ([], [path], {kind: 1})
    assert day_of(f"2025/11/20/{path}", size) is None


@pytest.mark.parametrize(("kind", "path"), BY_KIND)
def test_a_marker_that_an_earlier_release_read_and_covered_neither_changes_nor_vanishes(
    kind: str, path: str
) -> None:
    size = 0 if kind == "zero bytes" else 99
    for listed in ([file(path, size)], [file(path, size, "2")], []):
        found = compare(listed, covered(file(path, size)))
        assert (found.new, found.overwritten, found.vanished) == ([], [], [])


@pytest.mark.parametrize(
    "path",
    [
        "d/_part.json",
        "d/.hidden.json",
        "d/x_temporary/a.json",
        "d/_temporaryfile",
        "d/_SUCCESS.json",
        "d/_metadata.json",
        "d/_delta_log.json",
        "d/a.crc.json",
        "d/metadata",
        "d/_SUCCESS\n",
        "d/x.metadata",
        "d/inprogress.json",
        "d/a__magic.json",
        "d/_committed",
        "d/part#12",
    ],
)
def test_a_name_that_only_resembles_a_marker_is_a_landing_file_all_the_same(path: str) -> None:
    assert kind_of(path, 1) is None
    assert day_of(f"2025/11/20/{path}", 1) == "2025-11-20"


FOLDERS = [
    "2025/11/05",
    "year=2025/month=11/day=05",
    "year=2025/month=11/day=5",
    "dt=2025-11-05",
    "date=2025-11-05",
    "ds=2025-11-05",
    "day=2025-11-05",
    "2025-11-05",
]
NOT_OF_THE_DAY = [
    "2025/11/06/x.json",
    "2025/11/5/x.json",
    "2025/11/050/x.json",
    "2025/11/05.json",
    "dt=2025-11-06/x.json",
    "DT=2025-11-05/x.json",
    "dt=2025-11-5/x.json",
    "dt=20251105/x.json",
    "a/2025/11/05/x.json",
    "2025-11-05.json",
]


def test_files_are_found_in_every_layout_of_the_day_and_below_it_once(tmp_path: Path) -> None:
    names = [f"{folder}/{name}" for folder in FOLDERS for name in ("a.json", "hour=07/deep er/b.json")]
    for name in [*names, *NOT_OF_THE_DAY]:
        land(tmp_path, name, b"{}")
    found = open_zone(str(tmp_path / "landing")).list_files(DAY)
    assert [one.path for one in found] == sorted(names)
    assert all(one.size == 2 and one.etag for one in found)
    assert {day_of(name, 2) for name in names} == {"2025-11-05"}
    assert {day_of(name, 2) for name in NOT_OF_THE_DAY} <= {None, "2025-11-06"}


@pytest.mark.parametrize("day", [date(2025, 1, 2), date(2025, 10, 2), date(2025, 3, 10)])
def test_zeros_before_month_and_day_may_be_missing_each_by_itself(day: date) -> None:
    for month in {f"{day:%m}", str(day.month)}:
        for number in {f"{day:%d}", str(day.day)}:
            folder = f"year={day.year:04d}/month={month}/day={number}"
            assert folder in partition.landing_folders(day)
            assert partition.landing_day(folder) == day


@given(st.dates(date(1000, 1, 1)))
def test_every_folder_of_a_day_names_that_day_and_no_other(day: date) -> None:
    folders = partition.landing_folders(day)
    assert len(folders) == len(set(folders))
    assert {partition.landing_day(folder) for folder in folders} == {day}


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
