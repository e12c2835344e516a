"""What a release left behind is consolidated on from, in every output format, as if this code had written it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import chargebacks
from chargebacks.consolidation.commits.entry import RECORD_FIELDS, Entry
from chargebacks.consolidation.records import datafile
from tests.unit.consolidation.builders import DAY, Row, json_lines, land, newer, records
from tests.unit.consolidation.kept import WAYS, given, restore
from tests.unit.consolidation.running import Broker, committed, exact, log, run_day, view

BROKEN = "2025/11/20/broken.parquet"
FIRST = ("a.jsonl", "b.csv", "broken.parquet", "c.parquet", "d.json.gz")
UNLIKE = ("event_id", "completed_at", "output_format")  # what run, clock and settings decide
ROOT = Path(__file__).parents[3]


def third(root: Path) -> None:
    """Land what arrives after the two executions of the sample: news, a duplicate, a removal, a reject, an echo."""
    echo = newer("cb-7", event_type="MODIFY", consolidation_date=f"{DAY}T11:00:00Z")
    lines = [
        *newer("cb-2", "cb-16"),
        *records("cb-1"),
        *newer("cb-4", event_type="REMOVE"),
        *echo,
        *records(""),
    ]
    land(root, "g.jsonl", json_lines(*lines))


@dataclass(frozen=True)
class Unbroken:
    """Three executions by this code alone: the newest entry, the rows, and the messages of the third."""

    entry: Entry
    rows: dict[str, Row]
    messages: list[Row]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Unbroken:
    root, broker = tmp_path_factory.mktemp("unbroken"), Broker()
    restore(root, "csv-none")
    shutil.rmtree(root / "_state")
    whole = root / "landing/2025/11/20"
    late = {path: path.read_bytes() for path in whole.iterdir() if path.name not in FIRST}
    for path in late:
        path.unlink()
    committed(root, "06:30", **given("csv-none"))
    for path, data in late.items():
        path.write_bytes(data)
    committed(root, "12:30", **given("csv-none"))
    third(root)
    entry = run_day(root, broker, "18:30", **given("csv-none")).entry
    assert entry
    return Unbroken(entry, exact(root), [one for one in told(broker, root) if one["commit"] == entry.commit])


def told(broker: Broker, root: Path) -> list[Row]:
    """The messages, the output path below the root, without what every run says otherwise."""
    path = f"{root}/out"
    return [
        {k: v for k, v in one.items() if k not in UNLIKE}
        | {"output_path": one["output_path"].removeprefix(path)}
        for one in broker.events
    ]


@pytest.mark.parametrize("way", WAYS)
def test_a_released_state_goes_on_with_the_rows_counts_and_messages_of_an_unbroken_history(
    tmp_path: Path, unbroken: Unbroken, way: str
) -> None:
    restore(tmp_path, way)
    third(tmp_path)
    broker = Broker()
    report = run_day(tmp_path, broker, "18:30", **given(way))
    head = report.entry
    assert head
    assert (head.commit, head.counts) == (unbroken.entry.commit, unbroken.entry.counts)
    assert head.landing_files == unbroken.entry.landing_files
    assert exact(tmp_path) == view(tmp_path) == unbroken.rows
    assert broker.announced == ["cb-16", "cb-2"]
    assert told(broker, tmp_path) == unbroken.messages
    assert [file.path for file in report.landing.new] == ["2025/11/20/g.jsonl", BROKEN]
    assert report.landing.retried == [BROKEN]  # unreadable under the first rules
    assert report.landing.overwritten == []


@pytest.mark.parametrize("way", ["csv-none", "parquet-zstd"])
def test_without_news_a_released_state_keeps_its_files_and_announces_nothing(
    tmp_path: Path, way: str
) -> None:
    restore(tmp_path, way)
    before = log(tmp_path).head()
    assert before
    broker = Broker()
    entry = run_day(tmp_path, broker, "18:30", **given(way)).entry
    assert entry
    assert (entry.counts, entry.files, broker.announced) == (before.counts, before.files, [])
    assert (entry.landing_digest, entry.landing_files) == (before.landing_digest, 7)
    assert (entry.rules_of_rows, entry.rules_of_unreadable) == (("",), (entry.rules,))
    again = run_day(tmp_path, broker, "19:30", **given(way))
    assert again.landing.new == []  # what was unreadable still is, under these rules: not read a third time


@pytest.mark.parametrize("way", ["csv-gzip", "json-none", "parquet-snappy"])
def test_full_over_a_released_state_gives_its_rows_and_counts(tmp_path: Path, way: str) -> None:
    restore(tmp_path, way)
    before, rows = log(tmp_path).head(), exact(tmp_path)
    assert before
    entry = committed(tmp_path, "18:30", full="true", **given(way))
    assert (entry.counts, exact(tmp_path), entry.announcement.ids) == (before.counts, rows, 0)
    assert entry.files == before.files


def test_a_field_added_by_the_recipe_is_null_in_older_rows_and_there_in_newer_ones(tmp_path: Path) -> None:
    """In a copy of the package, edited as CONTRIBUTING says, and a process of its own."""
    package = tmp_path / "changed/chargebacks"
    shutil.copytree(Path(chargebacks.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "schemas", tmp_path / "changed/schemas")
    for name, old, new in (
        ("record.py", '    "reason",\n', '    "arn",\n    "reason",\n'),
        ("consolidation/records/frame.py", '    "reason": ', '    "arn": pl.String(),\n    "reason": '),
    ):
        text = (package / name).read_text()
        assert text.count(old) == 1
        (package / name).write_text(text.replace(old, new))
    for way in WAYS:
        restore(tmp_path / way, way)
        land(tmp_path / way, "g.jsonl", newer("cb-2", arn="74"))
    subprocess.run(
        [sys.executable, "-c", CONSOLIDATE, str(tmp_path), *WAYS],
        check=True,
        cwd=package.parent,  # the first place to import from
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


CONSOLIDATE = """
import sys
from pathlib import Path
import chargebacks
from chargebacks.consolidation.stages import write
from tests.unit.consolidation.kept import given
from tests.unit.consolidation.running import committed, exact, log
root, *ways = sys.argv[1:]
assert chargebacks.__file__.startswith(root), chargebacks.__file__
for way in ways:
    here = Path(root, way)
    before = exact(here)
    write.BASE_ROWS = 0 if way.endswith(("gzip", "zstd")) else 10  # batch by batch, and whole
    entry = committed(here, "18:30", **given(way))
    rows = exact(here)
    assert rows.pop("cb-2").get("arn") == "74", rows
    before.pop("cb-2")
    assert rows == before and "arn" not in str(rows)
    assert entry.announcement.ids == 1
    assert "arn" in entry.record_fields
    assert {file.commit for file in entry.files} == {3}  # readers find the new column in every file
    assert committed(here, "19:30", **given(way)).files == entry.files
"""


def test_fields_of_an_entry_say_which_columns_its_files_have(tmp_path: Path) -> None:
    restore(tmp_path, "parquet-none")
    entry = committed(tmp_path, "18:30", **given("parquet-none"))
    [file, *_] = entry.files
    data = (tmp_path / "_state/out" / file.path).read_bytes()
    flat = {"chargeback_id", *datafile.read(data, "parquet").columns, "metadata"} - {"extras"}
    assert flat == set(entry.record_fields) == set(RECORD_FIELDS)
