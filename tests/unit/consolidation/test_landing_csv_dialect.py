r"""Quotes escaped by a backslash (Spark, MySQL, DuckDB when asked) or doubled: each file is read as it was written."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargebacks import record
from chargebacks.consolidation.landing import comma_separated, csv_dialect, formats
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.consolidation.records.datafile_writer import COLUMNS
from chargebacks.errors import UnreadableFileError
from tests.fixtures.any_files import csv_files
from tests.oracle.landing_text import NotARecord, UnreadableFile, read_csv_file
from tests.unit.consolidation.builders import Row, taken, without_nulls
from tests.unit.consolidation.test_landing_any_file import expected
from tests.unit.consolidation.test_rules_properties import together

pytestmark = pytest.mark.usefixtures("either_way")

SAMPLES = Path(__file__).parents[2] / "samples/csv"
HEADER = b"chargeback_id,status,reason\n"
PLAIN: list[Row] = [{"chargeback_id": f"c{n}", "status": "open", "reason": "r"} for n in range(40)]
HOSTILE: list[Row] = [
    {"chargeback_id": "a", "status": 'screen 15"', "reason": "C:\\dir\\"},
    {"chargeback_id": "b", "status": '"', "reason": 'two\nlines, \\"and\\" \\\\'},
    {"chargeback_id": "c", "status": "\\, x", "reason": '",\\'},
]


def rows(data: bytes, escape: str = "") -> list[Row]:
    """The rows of a file with known text columns, none of which may be rejected."""
    raw = formats.read("a.csv", data, ReadingRules(csv_escape=escape))
    assert not raw.rejects
    return [without_nulls({n: v for n, v in row.items() if n != "line"}) for row in raw.frame.to_dicts()]


def unreadable(data: bytes, escape: str = "") -> str:
    with pytest.raises(UnreadableFileError) as found:
        formats.read("a.csv", data, ReadingRules(csv_escape=escape))
    return str(found.value)


def test_a_file_of_spark_is_read_as_spark_reads_it() -> None:
    wanted = json.loads((SAMPLES / "spark.json").read_text())
    for row in wanted:
        row |= json.loads(row.pop("metadata", "{}"))
    assert rows((SAMPLES / "spark.csv").read_bytes()) == wanted


def test_raw_texts_are_the_file_s_own() -> None:
    data = (SAMPLES / "spark.csv").read_bytes()
    raw = formats.read("a.csv", data + b'short\\,"x\n\\""\n', ReadingRules(csv_escape="backslash"))
    assert raw.raw_text(2) == 'cb-1,"screen 15\\"",open,m,"{\\"transaction_id\\": \\"t-1\\"}"'
    assert raw.raw_text(8) == data.decode().split("\n", 7)[7].partition("\ncb-8")[0]
    assert [(bad.line, bad.raw, bad.records) for bad in raw.rejects] == [(12, 'short\\,"x\n\\""', 2)]


@pytest.mark.parametrize("escape", ["\\", '"'])
@pytest.mark.parametrize("more", [[], PLAIN])
def test_a_file_of_duckdb_is_read_as_it_was_written(tmp_path: Path, escape: str, more: list[Row]) -> None:
    table = pd.DataFrame([*HOSTILE, *more])
    file = tmp_path / "a.csv"
    duckdb.from_df(table).write_csv(str(file), header=True, escapechar=escape, quotechar='"')
    assert rows(file.read_bytes()) == [*HOSTILE, *more]


@pytest.mark.parametrize("doubled", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_of_pandas_with_all_texts_in_quotes_is_read_as_it_was_written(doubled: bool, end: str) -> None:
    escape: Any = {} if doubled else {"doublequote": False, "escapechar": "\\"}
    text = pd.DataFrame([*HOSTILE, *PLAIN]).to_csv(index=False, quoting=1, lineterminator=end, **escape)
    assert rows(text.encode()) == [*HOSTILE, *PLAIN]


def test_a_file_as_mysql_writes_it() -> None:
    data = HEADER + b'"a","15\\" x\\\\","two\\\nlines"\n"b",\\N,"\\N \\0"\n'
    assert rows(data) == [
        {"chargeback_id": "a", "status": '15" x\\', "reason": "two\nlines"},
        {"chargeback_id": "b", "reason": "\\N \\0"},
    ]


def test_a_null_alone_in_its_record_is_rejected_and_does_not_vanish() -> None:
    found = formats.read("a.csv", b"chargeback_id\na\n\\N\n", ReadingRules(csv_escape="backslash"))
    assert found.records == 2


@pytest.mark.parametrize(
    "row",
    [b'a,"x\\\\y",z', b"a,\\N,z", b'a,"x\\\ny",z', b'a,"C:\\\\",z'],
)
def test_two_possible_readings_with_different_values_make_the_file_unreadable_unless_set(row: bytes) -> None:
    data = HEADER + row + b"\n"
    assert unreadable(data).endswith("and the values differ: set csv_escape to quote or backslash")
    assert unreadable(data).startswith("a.csv: a backslash may escape in this CSV file")
    assert rows(data, "quote") != rows(data, "backslash")


@pytest.mark.parametrize(
    "row", [b'a,"x\\y",z', b"a,C:\\dir,z", b"a,x\\,z", b'a,"\\u00e9",z', b'a,5\\" pipe,z']
)
def test_a_backslash_that_means_itself_in_both_readings_decides_nothing(row: bytes) -> None:
    data = HEADER + row + b"\n"
    assert rows(data) == rows(data, "quote") == rows(data, "backslash")


def test_backslashes_in_a_file_with_doubled_quotes_are_text() -> None:
    data = b'chargeback_id,metadata,reason\na,"{""transaction_id"": ""C:\\\\ \\"" x""}","ends with \\"\n'
    assert rows(data) == [{"chargeback_id": "a", "transaction_id": 'C:\\ " x', "reason": "ends with \\"}]


@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(csv_files(), st.sampled_from(["quote", "backslash"]))
def test_any_file_is_read_as_the_oracle_reads_it_by_either_setting(data: bytes, escape: str) -> None:
    rules = ReadingRules(csv_escape=escape)
    try:
        wanted = read_csv_file(data, escape)
    except UnreadableFile:
        with pytest.raises(UnreadableFileError):
            comma_separated.read("a.csv", data, rules)
        return
    raw = comma_separated.read("a.csv", data, rules)
    found = together(raw)
    assert [found[line] for line in sorted(found)] == [expected(one) for one in wanted]
    assert raw.records == sum(one.records if isinstance(one, NotARecord) else 1 for one in wanted)


def test_our_own_header_means_doubled_quotes() -> None:
    assert COLUMNS in csv_dialect.OWN_HEADERS
    first = (*record.FIELDS[:11], "extras")
    assert first in csv_dialect.OWN_HEADERS
    line = b'a,"x\\\\",,,,,,"\\""",,,,\n'
    for escape in ("", "quote", "backslash"):
        assert rows(",".join(first).encode() + b"\n" + line, escape) == [
            {"chargeback_id": "a", "status": "x\\\\", "reason": '\\"'}
        ]


def test_with_neither_reading_clean_records_are_rejected_as_with_doubled_quotes() -> None:
    found = taken(HEADER + b'a,"x\\"y",z\nshort\nb,"x",z\n', "a.csv")
    assert [row["chargeback_id"] for row in found.rows] == ["b"]
    assert [line for line, _ in found.rejects] == [2, 3]
    assert all("set csv_escape to backslash" in reason for _, reason in found.rejects)


def test_the_setting_reads_doubled_quotes_too_and_rejects_what_is_left() -> None:
    raw = formats.read("a.csv", HEADER + b'a,"x\\"y""z",\nshort\n', ReadingRules(csv_escape="backslash"))
    assert raw.frame["status"].to_list() == ['x"y"z']
    assert [bad.line for bad in raw.rejects] == [3]


def test_a_file_cut_off_within_escaped_quotes_is_unreadable() -> None:
    for cut in (b'a,"x\\"', b'a,"x\\', b'a,"x\\"y'):
        assert "cut off" in unreadable(HEADER + b'b,"1\\"",z\n' + cut, "backslash")


def test_a_stray_quote_that_swallows_more_than_twenty_lines_makes_the_file_unreadable() -> None:
    lines = b"".join(b"c%d,open,r\n" % n for n in range(1000))
    for data in (
        HEADER + b'a,"open,x\n' + lines + b'b,"x",y\n',
        HEADER + b'a,"' + b"x" * 70_000 + b'\n"y\n',
    ):
        told = unreadable(data)
        assert told.startswith("a.csv: the text from line 2 cannot be split into records: ")
    assert "1002 lines, perhaps 1002 records (not CSV: ',' expected after '\"')" in unreadable(
        HEADER + b'a,"open,x\n' + lines + b'b,"x",y\n'
    )


@pytest.mark.parametrize("rows", [30, 400])
def test_records_between_two_stray_quotes_that_make_a_valid_field_are_not_taken_for_its_text(
    rows: int,
) -> None:
    lines = [f"c{n},open,m1,plain" for n in range(rows)]
    lines[5] = 'c5,open,m1,"big'
    lines[-3] = f'c{rows - 3},open,m1,15"'
    data = "\n".join(["chargeback_id,status,merchant_id,reason", *lines, ""]).encode()
    assert unreadable(data).startswith("a.csv: a quoted field of the record at line 7 holds over 20 lines")
    with pytest.raises(UnreadableFile):
        read_csv_file(data)


def test_a_long_text_of_many_lines_is_a_field() -> None:
    text = "Dear sir, madam,\n" * 60
    rows = [f'c{n},open,m1,"{text}"' for n in range(40)]
    data = "\n".join(["chargeback_id,status,merchant_id,reason", *rows, ""]).encode()
    assert [row["reason"].count("\n") for row in taken(data, "a.csv").rows] == [60] * 40


def test_a_stray_quote_that_swallows_a_few_lines_counts_for_them() -> None:
    raw = formats.read("a.csv", HEADER + b'a,"open,x\nb,open,x\n\nc,"x",y\nd,open,x\n')
    assert [(bad.line, bad.records) for bad in raw.rejects] == [(2, 3)]
    assert raw.frame["chargeback_id"].to_list() == ["d"]


def test_records_ended_by_carriage_returns_alone_count_one_by_one() -> None:
    raw = formats.read("a.csv", HEADER + b"\r".join(b"a,b,c" for _ in range(15)) + b"\nd,e,f\n")
    assert [bad.records for bad in raw.rejects] == [15]
    assert "perhaps 30 records" in unreadable(HEADER + b"\r".join(b"a,b,c" for _ in range(30)))


@pytest.mark.parametrize(
    "again",
    [
        HEADER,
        b"\xef\xbb\xbf" + HEADER,
        HEADER.replace(b"\n", b"\r\n"),
        b'"chargeback_id","status","reason"\n',
    ],
)
def test_a_repeated_header_is_rejected_as_such(again: bytes) -> None:
    body = b"".join(b"c%d,open,r\n" % n for n in range(40))
    found = taken(HEADER + body + again + body.replace(b"c", b"d") + again, "a.csv")
    assert found.rejects == [(42, "record: a repeated header row"), (83, "record: a repeated header row")]
    assert len(found.rows) == 80


def test_a_row_with_some_of_the_header_s_names_is_a_record() -> None:
    assert taken(HEADER + b"chargeback_id,status,other\n", "a.csv").rejects == []


def test_columns_in_another_order_further_down_make_the_file_unreadable() -> None:
    body = b"".join(b"c%d,open,r\n" % n for n in range(40))
    told = unreadable(HEADER + body + b"status,chargeback_id,reason\nopen,a,r\n")
    assert told == (
        "a.csv: line 42 names the columns in another order than the header: land each file by itself"
    )


@pytest.mark.parametrize(
    ("first", "hint"),
    [
        (b"chargeback_id;status", "; the columns seem to be separated by semicolons"),
        (b'"status";"chargeback_id"', "; the columns seem to be separated by semicolons"),
        (b"status\tchargeback_id", "; the columns seem to be separated by tabs"),
        (b"chargeback_id|status", "; the columns seem to be separated by vertical bars"),
        (b"sep=,\nchargeback_id,status", "; 'sep=' is for spreadsheets: let upstream leave it out"),
        (b"sep=;\nchargeback_id;status", "; 'sep=' is for spreadsheets: let upstream leave it out"),
        (b"a,b", ""),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_another_delimiter_is_named_in_the_reason(first: bytes, hint: str, name: str) -> None:
    with pytest.raises(UnreadableFileError) as found:
        formats.read(name, first + b"\na;open\n")
    assert str(found.value).endswith(
        hint or ("with commas" if name == "a.csv" else "check what upstream wrote")
    )
