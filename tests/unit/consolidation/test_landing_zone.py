"""A partition as messy as landing zones are: every file is read, rejected or reported, and each by its own rule."""

import gzip
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from chargebacks.consolidation.records import datafile
from chargebacks.settings import FORMATS
from tests.unit.consolidation.builders import Row, frame_of, json_lines, land, parquet, taken
from tests.unit.consolidation.running import run_day, snapshot, view

MOMENT = datetime(2025, 11, 20, 1, 0, 0, tzinfo=UTC)
NANOS = pa.timestamp("ns", "UTC")
WHOLE = {"amount": Decimal("10.5"), "updated_at": MOMENT, "status": "open"}


def one(key: str, **fields: Any) -> Row:
    """A record whose id says where it comes from."""
    return {
        "chargeback_id": key,
        "status": "open",
        "amount": "10.50",
        "updated_at": "2025-11-20T01:00:00Z",
    } | fields


def columns(key: str, **arrays: Any) -> bytes:
    return parquet(**{"chargeback_id": [key], "status": ["open"]} | arrays)


@dataclass(frozen=True)
class Case:
    """A file that lands, and what becomes of it: records kept and rejected, or none of it readable."""

    name: str
    data: bytes
    kept: int = 1
    rejected: int = 0
    unreadable: bool = False
    also: Row = field(default_factory=dict)

    @property
    def ids(self) -> set[str]:
        return {f"{self.name}{n or ''}" for n in range(self.kept)}


def text_case(name: str, **fields: Any) -> Case:
    return Case(name, json_lines(one(name, **fields)))


def csv(name: str, header: str, row: str) -> Case:
    return Case(name, f"{header}\n{row}\n".encode())


SAME = [  # schemas that differ: all of them hold the same record
    text_case("text.json"),
    text_case("numbers.json", amount=10.50, updated_at=1763600400),
    text_case("epoch-ms.json", amount="+10.5", updated_at=1763600400000),
    text_case("offset.json", updated_at="2025-11-19T22:00:00-03:00"),
    text_case("local.json", updated_at="2025-11-20 01:00"),
    Case("decimal.parquet", columns("decimal.parquet", amount=pa.array([Decimal("10.50")]), updated_at=[MOMENT])),
    Case("double.parquet", columns("double.parquet", amount=[10.5], updated_at=pa.array([MOMENT], NANOS))),
    Case("strings.parquet", columns("strings.parquet", updated_at=["2025-11-20T01:00:00.000Z"], amount=["10.5"])),
    Case("epoch.parquet", columns("epoch.parquet", amount=["1.05e1"], updated_at=[1763600400])),
    csv("plain.csv", "chargeback_id,status,amount,updated_at", "plain.csv,open,10.50,2025-11-20T01:00:00Z"),
    csv("order.csv", "updated_at,amount,status,chargeback_id", "1763600400,10.5,open,order.csv"),
    csv("a b/day=19/name with = and é.csv", "chargeback_id,status,amount,updated_at",
        "a b/day=19/name with = and é.csv,open,10.5,2025-11-20T01:00Z"),
    Case("deep/er/nested.json.gz", gzip.compress(json_lines(one("deep/er/nested.json.gz")))),
    Case("pretty.json", json.dumps(one("pretty.json"), indent=2).encode()),
    Case("array.json", json.dumps([one("array.json")]).encode()),
    Case("mislabelled.json", columns("mislabelled.json", amount=["10.5"], updated_at=[MOMENT])),
    Case("mislabelled.parquet", json_lines(one("mislabelled.parquet"))),
    Case("mislabelled.csv", gzip.compress(json_lines(one("mislabelled.csv")))),
    Case("_underscore.json", json_lines(one("_underscore.json"))),
    Case(".hidden.json", json_lines(one(".hidden.json"))),
]  # fmt: skip
OTHERS = [
    Case("missing-columns.csv", b"chargeback_id\nmissing-columns.csv\n"),
    Case("ints.parquet", columns("ints.parquet", amount=[7]), also={"amount": Decimal(7)}),
    Case("more.json", json_lines(one("more.json", new=1)), also={"extras": '{"new":1}'}),
    Case("more.csv", b"new,chargeback_id\n1,more.csv\n", also={"extras": '{"new":"1"}'}),
    Case("bad-line.json", b"{\n" + json_lines(one("bad-line.json")), rejected=1),
    Case("short.csv", b"chargeback_id,status\nshort.csv,open\nx\n", rejected=1),
    Case("no-rows.parquet", parquet(chargeback_id=pa.array([], pa.string())), kept=0),
    Case("header.csv", b"chargeback_id,status\n", kept=0),
    Case("blank.json", b"\n \n", kept=0),
    Case("empty.json.gz", gzip.compress(b""), kept=0),
    Case(
        "firehose.json",
        b"".join(json_lines(one(f"firehose.json{n or ''}")).strip() for n in range(3)),
        kept=3,
    ),
    Case(
        "lists.json", b"\n".join(json.dumps([one(f"lists.json{n or ''}")]).encode() for n in range(2)), kept=2
    ),
    Case(
        "spark.csv",
        b'chargeback_id,reason\nspark.csv,"15\\""\nspark.csv1,x\n',
        kept=2,
        also={"reason": '15"'},
    ),
    Case("twice.csv", b"chargeback_id\ntwice.csv\nchargeback_id\ntwice.csv1\n", kept=2, rejected=1),
    Case(
        "damaged.json",
        json_lines(one("damaged.json")) + b'{"chargeback_id":"x"}{"chargeback_id":"y"}{',
        rejected=1,
    ),
    Case("cut.parquet", columns("x")[:-20], kept=0, unreadable=True),
    Case("cut.json.gz", gzip.compress(json_lines(one("x")))[:-3], kept=0, unreadable=True),
    Case("cut.csv", b'chargeback_id,reason\nx,"cut', kept=0, unreadable=True),
    Case("cut-array.json", b'[{"chargeback_id": "x"},', kept=0, unreadable=True),
    Case("no-header.csv", b"x,open\n", kept=0, unreadable=True),
    Case("a.zip", b"PK\x03\x04", kept=0, unreadable=True),
    Case("README.txt", b"Files land here.\n", kept=0, unreadable=True),
]
MANY = 700  # of a hundred files one may be unreadable
PASSED_OVER = (
    "_SUCCESS",
    "empty.csv",
    "folder",
    ".a.parquet.crc",
    "_temporary/0/a.json",
    ".spark-staging-1/a.json",
)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("zone")
    for case in SAME + OTHERS:
        land(root, f"2025/11/20/{case.name}", case.data)
    for name in PASSED_OVER:
        land(root, f"2025/11/20/{name}", b"x" if "/" in name or name.endswith("crc") else b"")
    land(root, "year=2025/month=11/day=20/hive.json", [one("hive")])
    for number in range(MANY):
        land(root, f"2025/11/20/many/{number:03d}.json", [one(f"many{number:03d}")])
    return root


@pytest.fixture(scope="module")
def report(landed: Path) -> Any:
    return run_day(landed, max_rejected_share="0.1")


def test_every_file_that_lands_is_read_rejected_or_reported(report: Any, landed: Path) -> None:
    told = [
        json.loads(line) for data in snapshot(landed / "_quarantine").values() for line in data.splitlines()
    ]
    sources = [one["source_file"].removeprefix("2025/11/20/") for one in told]
    kept = set(view(landed))
    for case in SAME + OTHERS:
        assert case.ids <= kept, case.name
        assert sources.count(case.name) == case.rejected + case.unreadable, case.name
    assert sorted(path.removeprefix("2025/11/20/") for path in report.unreadable) == sorted(
        case.name for case in OTHERS if case.unreadable
    )
    assert {path.removeprefix("2025/11/20/") for path in report.landing.ignored} == set(PASSED_OVER)
    assert len(kept) == sum(case.kept for case in SAME + OTHERS) + MANY + 1
    assert report.entry.landing_files == len(SAME + OTHERS) + MANY + 1


def test_a_reject_counts_for_the_records_that_it_plausibly_holds(report: Any, landed: Path) -> None:
    told = [
        json.loads(line) for data in snapshot(landed / "_quarantine").values() for line in data.splitlines()
    ]
    held = {one["source_file"].rpartition("/")[2]: one["records"] for one in told}
    assert held["damaged.json"] == 3
    assert held["cut.csv"] is None
    assert report.entry.counts.records_rejected == sum(one["records"] or 0 for one in told)


def test_nothing_of_it_is_read_again(report: Any, landed: Path) -> None:
    again = run_day(landed, at="12:30", max_rejected_share="0.1")
    assert (again.landing.new, again.landing.vanished) == ([], [])


@pytest.mark.parametrize("case", SAME, ids=lambda case: case.name)
def test_schemas_that_differ_hold_the_same_record(case: Case) -> None:
    assert taken(case.data, case.name).rows == [{"chargeback_id": case.name} | WHOLE]


@pytest.mark.parametrize("case", [case for case in OTHERS if case.also], ids=lambda case: case.name)
def test_what_one_file_has_more_or_otherwise_is_kept(case: Case) -> None:
    assert taken(case.data, case.name).rows[0].items() >= case.also.items()


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_data_file_of_ours_that_lands_is_read_as_what_it_was_made_of(output_format: str) -> None:
    rows = frame_of(
        one("a", metadata={"transaction_id": "t", "risk": {"b": None, "a": 1.50}}, reason='x,"y"\r\nz'),
        one("b", extras="x", new=[1, "é"], customer={"name": ""}),
        one("c", extras='{"new": 1}', new=2),
        one("d", extras={"extras": "{}"}, event_timestamp="2025-11-20T01:00:00.123456Z"),
        one("e"),
    )  # fmt: skip
    data = datafile.write(rows, output_format)
    assert taken(data, f"a.{output_format}").rows == [
        {name: value for name, value in row.items() if value is not None} for row in rows.to_dicts()
    ]
    assert len(set(rows["extras"])) == 5
