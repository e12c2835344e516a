"""The log entry: stored and read back equal; counts that do not add up never pass."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.consolidation.commits.converge import OURS
from chargebacks.consolidation.commits.entry import (
    FIELDS_OF_VERSION_1,
    VERSION,
    Announcement,
    Counts,
    DataFile,
    Entry,
)
from chargebacks.errors import ConservationError, StateVersionError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
COUNT = st.integers(0, 2**53)
FILES = st.builds(DataFile, TEXT.map(lambda t: t + ".csv"), COUNT, COUNT, COUNT, COUNT)
ENTRIES = st.builds(
    Entry,
    commit=st.integers(1, 10**8),
    run=TEXT,
    partition_date=st.dates(),
    execution_time=st.datetimes(),
    execution_sequence=st.integers(1, 24),
    total_executions=st.integers(1, 24),
    completed_at=st.datetimes(timezones=st.just(UTC)),
    job_name=TEXT,
    output_path=TEXT,
    output_format=st.sampled_from(["csv", "json", "parquet"]),
    buckets=st.integers(1, 1000),
    counts=st.builds(Counts, *[COUNT] * 6),
    files=st.lists(FILES, max_size=3).map(tuple),
    announcement=st.builds(Announcement, TEXT, TEXT, COUNT, st.lists(TEXT, max_size=3).map(tuple)),
    coverage=st.none() | TEXT,
    rejects=st.none() | TEXT,
    landing_files=COUNT,
    landing_digest=st.none() | TEXT,
    full=st.booleans(),
    output_compression=st.sampled_from(["none", "gzip", "zstd"]),
    rules=st.just("") | TEXT,
    rules_of_rows=st.lists(TEXT, max_size=2).map(tuple),
    rules_of_unreadable=st.lists(TEXT, max_size=2).map(tuple),
    record_fields=st.lists(TEXT, max_size=3).map(tuple),
)


@given(ENTRIES)
def test_an_entry_is_read_back_equal_and_written_alike_twice(entry: Entry) -> None:
    stored = entry.to_json()
    assert Entry.from_json(stored) == entry
    assert Entry.from_json(stored).to_json() == stored


@pytest.mark.parametrize("version", [VERSION + 1, VERSION + 1000, "3", None])
def test_an_entry_of_a_newer_version_is_refused_and_says_what_to_do(version: object) -> None:
    newer = json.loads(sample().to_json()) | {"version": version}
    with pytest.raises(StateVersionError) as refused:
        Entry.from_json(json.dumps(newer).encode(), "/state/log/2025-11-20/00000007.json")
    assert str(refused.value) == (
        f"/state/log/2025-11-20/00000007.json was written by a newer release (version {version!r}; this code knows "
        "2): upgrade the release that runs this job or command; nothing was done"
    )


def test_an_entry_of_version_1_says_that_its_files_were_read_under_the_first_rules() -> None:
    stored = json.loads(replace(sample(), landing_files=3).to_json()) | {"version": 1}
    for name in ("rules", "rules_of_rows", "rules_of_unreadable", "record_fields"):
        del stored[name]
    found = Entry.from_json(json.dumps(stored).encode())
    assert (found.rules, found.rules_of_rows, found.rules_of_unreadable) == ("", ("",), ("",))
    assert found.record_fields == FIELDS_OF_VERSION_1
    nothing = Entry.from_json(json.dumps(stored | {"landing_files": 0}).encode())
    assert (nothing.rules_of_rows, nothing.rules_of_unreadable) == ((), ())


def test_an_entry_of_its_own_version_with_fewer_or_more_fields_than_this_code_knows_is_read() -> None:
    stored = json.loads(replace(sample(), files=(DataFile("a.csv", 1, 0, 1, 1),)).to_json())
    newer = stored | {"shape": "new"}
    newer |= {name: stored[name] | {"more": 1} for name in ("counts", "announcement")}
    newer["files"] = [file | {"rows_removed": 0} for file in stored["files"]]
    older = {name: value for name, value in stored.items() if name not in ("full", "landing_digest")}
    known = Entry.from_json(json.dumps(stored).encode())
    assert Entry.from_json(json.dumps(newer).encode()) == known
    assert Entry.from_json(json.dumps(older).encode()) == known
    assert (known.full, known.landing_digest) == (False, None)


def test_an_entry_is_json_with_its_version_and_readable_times() -> None:
    stored = json.loads(sample().to_json())
    assert stored["version"] == 2
    assert stored["partition_date"] == "2025-11-20"
    assert stored["execution_time"] == "2025-11-20T06:30:00"
    assert stored["completed_at"] == "2025-11-20T06:45:32.000000+00:00"


@pytest.mark.parametrize(
    ("output_format", "compression"), [("csv", "none"), ("json", "none"), ("parquet", "zstd")]
)
def test_an_entry_from_before_compression_was_a_choice_has_the_formats_own(
    output_format: str, compression: str
) -> None:
    older = json.loads(replace(sample(), output_format=output_format).to_json())
    del older["output_compression"]
    assert Entry.from_json(json.dumps(older).encode()).output_compression == compression


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "json", "json.gz", "parquet"])
def test_a_file_keeps_its_whole_ending_in_the_view(ending: str) -> None:
    file = DataFile(f"generations/2025-11-20/00000007-r/data/part-00003-0.{ending}", 7, 3, 1, 1)
    assert file.view_name == f"part-00003-c00000007.{ending}"
    assert OURS.fullmatch(file.view_name)


def sample() -> Entry:
    return Entry(
        commit=7,
        run="r",
        partition_date=date(2025, 11, 20),
        execution_time=datetime.fromisoformat("2025-11-20T06:30:00"),
        execution_sequence=2,
        total_executions=4,
        completed_at=datetime(2025, 11, 20, 6, 45, 32, tzinfo=UTC),
        job_name="j",
        output_path="/out",
        output_format="csv",
        buckets=10,
        counts=Counts(),
        files=(),
        announcement=Announcement("t", "changed", 0),
    )


COUNTED = Counts(21, 6, 5, 4, 3, 3)


def test_counts_that_add_up_pass() -> None:
    COUNTED.check("here")
    Counts().check("here")


@pytest.mark.parametrize("name", [field.name for field in fields(Counts)])
@pytest.mark.parametrize("by", [1, -1])
def test_one_record_too_many_or_too_few_anywhere_breaks_the_law(name: str, by: int) -> None:
    wrong = replace(COUNTED, **{name: getattr(COUNTED, name) + by})
    with pytest.raises(ConservationError, match="partition x: "):
        wrong.check("partition x")


@pytest.mark.parametrize(("ids", "slices"), [(0, 0), (1, 1), (500, 1), (501, 2), (1000, 2), (1001, 3)])
def test_every_500_ids_are_a_slice(ids: int, slices: int) -> None:
    assert Announcement("t", "changed", ids).slices == slices


@pytest.mark.parametrize("path", ["generations/x/data/part-00003-17.csv", "a.b/part-00003-0.parquet"])
def test_a_files_name_in_the_view_tells_bucket_and_commit_and_is_known_as_ours(path: str) -> None:
    name = DataFile(path, 12, 3, 1, 1).view_name
    assert name == f"part-00003-c00000012.{path.rsplit('.', 1)[-1]}"
    match = OURS.fullmatch(name)
    assert match
    assert int(match[1]) == 12
