"""CSV landing files: what is read, what costs a record, what costs the file; the fast way agrees with Python's csv."""

import csv
import io
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargebacks.consolidation.landing import comma_separated, csv_records, formats
from chargebacks.consolidation.landing.raw_rows import LINE, Raw
from chargebacks.errors import UnreadableFileError
from tests.unit.consolidation.builders import taken, without_nulls

pytestmark = pytest.mark.usefixtures("either_way")

HEADER = b"chargeback_id,status,reason\n"
GOOD = {"chargeback_id": "good", "status": "open"}


def read(*lines: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV file, none of which may be rejected."""
    found = taken(b"\n".join(lines), "a.csv")
    assert not found.rejects
    return found.rows


def rejected(line: bytes) -> list[tuple[int, str]]:
    """Why a line between two good ones is rejected; the good ones must not be."""
    found = taken(HEADER + b"good,open,\n" + line + b"\nlast,open,\n", "a.csv")
    assert [row["chargeback_id"] for row in found.rows] == ["good", "last"]
    return found.rejects


def test_columns_bind_by_name_in_any_order() -> None:
    assert read(b"reason,chargeback_id,status", b"why,good,open") == [GOOD | {"reason": "why"}]


def test_values_are_text_and_nothing_is_guessed_or_trimmed() -> None:
    row = read(b"chargeback_id,status,merchant_id,reason,amount", b" 00123 , NULL,007,NaN,1e3")[0]
    assert row.pop("amount") == 1000
    assert row == {"chargeback_id": " 00123 ", "status": " NULL", "merchant_id": "007", "reason": "NaN"}


def test_an_empty_field_is_null_quoted_or_not() -> None:
    assert read(HEADER.strip(), b'good,open,""', b"good,open,") == [GOOD, GOOD]


def test_quotes_hold_commas_newlines_and_doubled_quotes() -> None:
    rows = read(HEADER.strip(), b'a,"x,y","say ""no"",\r\nor\n\nnot"', b'"b",,"""q"""')
    assert rows == [
        {"chargeback_id": "a", "status": "x,y", "reason": 'say "no",\r\nor\n\nnot'},
        {"chargeback_id": "b", "reason": '"q"'},
    ]


@pytest.mark.parametrize("body", [b"good,open,\nb,,x", b'good,open,"" \nb,,x'.replace(b" ", b"")])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\r\n", b"\n\n\r\n"])
def test_line_ends_and_a_byte_order_mark_change_nothing(
    start: bytes, end: bytes, last: bytes, body: bytes
) -> None:
    data = start + (HEADER + body).replace(b"\n", end) + last
    assert taken(data, "a.csv").rows == [GOOD, {"chargeback_id": "b", "reason": "x"}]


def test_blank_lines_are_passed_over_and_counted() -> None:
    found = taken(b"\n" + HEADER + b"\r\ngood,open,\n\n\nshort\n", "a.csv")
    assert (found.rows, [line for line, _ in found.rejects]) == ([GOOD], [7])


def test_lines_are_counted_over_newlines_in_quotes_and_blank_lines_alike() -> None:
    records = [b'good,"x\n\ny",', b"good,open,"] * 20
    for blank, line in ((b"", 62), (b"\n", 63)):
        found = taken(HEADER + b"\n".join([blank + records[0], *records[1:], b" ,,"]), "a.csv")
        assert found.rejects == [(line + 20, "chargeback_id: blank")]


def test_a_byte_order_mark_in_the_second_line_is_text() -> None:
    assert read(HEADER.strip(), b"\xef\xbb\xbfgood,open,")[0]["chargeback_id"] == "\ufeffgood"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a,b", "record: 2 fields where the header names 3"),
        (b"a,b,c,d", "record: 4 fields where the header names 3"),
        (b"a", "record: 1 fields where the header names 3"),
        (b'a,b,"c"d', "record: not CSV: ',' expected after '\"'"),
        (b'a,b,"c" ', "record: not CSV: ',' expected after '\"'"),
        (b"a,b\rc,d", "record: not CSV: new-line character seen in unquoted field"),
        (b"a,\xff,c", "record: not UTF-8"),
        (b"\x00\x00\x00", "record: 1 fields where the header names 3"),
        (b",open,x", "chargeback_id: missing"),
        (b'"",open,x', "chargeback_id: missing"),
        (b"  ,open,x", "chargeback_id: blank"),
    ],
)
def test_a_bad_record_among_good_ones_costs_only_itself(line: bytes, reason: str) -> None:
    assert rejected(line) == [(3, reason)]


def test_a_reject_tells_the_line_where_it_starts_and_its_text_as_it_was() -> None:
    data = HEADER + b'good,"x\ny",\n"","two\r\nlines","q"""\r\na,\xff\n'
    for broken in (data, data.replace(b"\n\n", b"\n").replace(b"good", b"go\x00od")):
        raw = formats.read("a.csv", broken)
        assert raw.raw_text(4) == '"","two\r\nlines","q"""'
        assert raw.raw_text(6) == "a,�"


def test_quotes_within_an_unquoted_field_are_text() -> None:
    assert read(HEADER.strip(), b'good,5" pipe,a""b')[0] == {
        "chargeback_id": "good",
        "status": '5" pipe',
        "reason": 'a""b',
    }


def test_a_nul_is_text_like_any_other_character() -> None:
    assert read(HEADER.strip(), b"good,open,a\x00b") == [GOOD | {"reason": "a\x00b"}]


def test_a_field_may_be_long() -> None:
    long = "x" * 300_000
    assert read(HEADER.strip(), b"good,open," + long.encode()) == [GOOD | {"reason": long}]
    assert read(HEADER.strip(), b'good,open,"' + long.encode() + b'"', b"b,,\r\n") == [
        GOOD | {"reason": long},
        {"chargeback_id": "b"},
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a,b\n1,2\n", "no column chargeback_id"),
        (b"good,open,why\n", "no column chargeback_id"),
        (b"CHARGEBACK_ID,status\na,open\n", "no column chargeback_id"),
        (b"chargeback_id;status\na;open\n", "no column chargeback_id"),
        (b"chargeback_id,status\ra,open\r", "no CSV header in the first line: new-line character"),
        (b'"chargeback_id"x,status\na,open\n', "no CSV header in the first line: ',' expected"),
        (b'"chargeback_id,status\na,open\n', "cut off, or a quote opened in line 1 is never closed"),
        (b"chargeback_id,status,status\na,open,won\n", "the CSV header names 'status' twice"),
        (b"chargeback_id,,\na,open,won\n", "the CSV header names '' twice"),
        (b"chargeback_id,stat\xfcs\na,open\n", "the CSV header is not UTF-8"),
        (HEADER + b'good,open,\na,open,"cut', "cut off, or a quote opened in line 3 is never closed"),
        (HEADER + b'a,"open,x\nb,open,y\nc,open,z\n', "cut off, or a quote opened in line 2 is never closed"),
    ],
)
def test_a_file_whose_records_cannot_be_told_is_unreadable_as_a_whole(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=f"^x/a.csv: {reason}"):
        formats.read("x/a.csv", data)


@pytest.mark.parametrize("data", [HEADER, HEADER.strip(), HEADER + b"\r\n\n", b"\n\n", b""])
def test_a_file_without_records_is_read_as_none(data: bytes) -> None:
    assert (read(data), taken(data, "a.csv").rejects) == ([], [])


def test_unknown_columns_go_to_extras_and_our_own_attributes_nowhere() -> None:
    header = b'chargeback_id,z,"a ""b""",,Status,consolidation_status,file,line'
    rows = read(header, b'a,1.50,"x\ty",u,,completed,f,9', b"b,,,,,,,")
    assert rows == [
        {
            "chargeback_id": "a",
            "extras": '{"":"u","a \\"b\\"":"x\\ty","file":"f","line":"9","z":"1.50"}',
        },
        {"chargeback_id": "b"},
    ]


def test_metadata_is_json_text() -> None:
    rows = read(
        b"chargeback_id,metadata",
        b'a,"{""transaction_id"": ""t"", ""customer_email"": null}"',
        b"b,",
        b"c,{}",
    )
    assert rows == [
        {"chargeback_id": "a", "transaction_id": "t"},
        {"chargeback_id": "b"},
        {"chargeback_id": "c"},
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"none", "metadata: not JSON: Expecting value at character 0"),
        (b"[1]", "metadata: not an object"),
        (b'"{""transaction_id"": 5}"', "metadata.transaction_id: not text"),
        (b'"{""transaction_id"": ""a"", ""transaction_id"": ""b""}"', "metadata: a key appears twice"),
        (
            b'"{""transaction_id"": ""\\ud800""}"',
            "metadata.transaction_id: not Unicode text (a lone surrogate)",
        ),
    ],
)
def test_bad_metadata_costs_only_its_record(text: bytes, reason: str) -> None:
    found = taken(b"chargeback_id,metadata\na," + text + b"\ngood,{}\n", "a.csv")
    assert (found.rows, found.rejects) == ([{"chargeback_id": "good"}], [(2, reason)])


def test_unknown_fields_of_metadata_go_to_extras() -> None:
    text = b'"{""transaction_id"": ""t"", ""risk"": 1.0}"'
    assert read(b"chargeback_id,metadata,channel", b"a," + text + b",app") == [
        {"chargeback_id": "a", "transaction_id": "t", "extras": '{"channel":"app","metadata":{"risk":1}}'}
    ]


def test_expected_files_take_the_fast_way() -> None:
    """The measure of the tests that compare the two ways."""
    assert fast(b'chargeback_id,reason,metadata,new\n"a","x, ""y""\r\n\nz","{""transaction_id"":""t""}",n\n')
    assert not fast(b'chargeback_id,reason\na,5" pipe\n')


def fast(data: bytes) -> Raw | None:
    names = comma_separated._header(data)
    assert names
    rows = comma_separated._all_at_once(names, data.partition(b"\n")[2].rstrip(b"\r\n"))
    return None if rows is None else Raw(rows, csv_records.read("a.csv", data).texts().__getitem__)


def slowly(data: bytes) -> Raw | None:
    try:
        return csv_records.read("a.csv", data).raw()
    except UnreadableFileError:
        return None


NAMES = [
    "status",
    "reason",
    "amount",
    "metadata",
    "updated_at",
    "consolidation_date",
    "other",
    "é,\"'",
    "extras",
]
NOT_ALONE = st.characters(exclude_categories=["Cs"])
FIELDS = st.one_of(
    st.sampled_from(
        ["", " ", "a", ",", '"', '""', "\n", "\r\n", "\r", "\n\n", "x\r\ny", "\x00", "\x1f\x7f", "\ufeff"]
    ),
    st.sampled_from(
        ['{"transaction_id":"t"}', '{"transaction_id": "t\\n", "customer_email": null}', "{}", "null"]
    ),
    st.sampled_from(
        ['{"metadata":{"risk":1}}', '{"extras":"{}","z":[1.50]}', '{"status":1}', '{"metadata":{}}']
    ),
    st.text(NOT_ALONE, max_size=6),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]], bytes]:
    """Names, rows, and a CSV file that says both, quoted by one of two habits."""
    names = draw(st.permutations(["chargeback_id", *draw(st.lists(st.sampled_from(NAMES), unique=True))]))
    rows = draw(st.lists(st.lists(FIELDS, min_size=len(names), max_size=len(names)), max_size=5))
    text = io.StringIO(newline="")
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    alone = any("\r" in field for row in rows for field in row)  # Python's writer leaves it bare
    habit: Literal[0, 1] = csv.QUOTE_ALL if alone or draw(st.booleans()) else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=ends, quoting=habit).writerows([names, *rows])
    return names, rows, text.getvalue().encode()


def told(raw: Raw) -> list[dict[str, Any]]:
    """Rows and rejects in order, each with its line and raw text."""
    rows = [without_nulls(row) for row in raw.frame.to_dicts()]
    found = [row | {"raw": raw.raw_text(row[LINE])} for row in rows] + [vars(one) for one in raw.rejects]
    return sorted(found, key=lambda one: one[LINE])


@settings(max_examples=40, derandomize=True)
@given(tables())
def test_any_table_is_read_as_it_was_written(table: tuple[list[str], list[list[str]], bytes]) -> None:
    names, rows, data = table
    wanted = [{name: field for name, field in zip(names, row, strict=True) if field} for row in rows]
    raw = csv_records.read("a.csv", data).raw()
    read = {row[LINE]: row for row in raw.frame.to_dicts()} | {bad.line: None for bad in raw.rejects}
    lines = sorted(read)
    assert len(lines) == len(wanted)
    for line, want in zip(lines, wanted, strict=True):
        row = read[line]
        if row is not None:
            texts = {name for name in want if name in row} - {"extras", "metadata"}
            assert {name: row[name] for name in texts} == {name: want[name] for name in texts}


@settings(max_examples=80, derandomize=True)
@given(
    tables(),
    st.lists(
        st.tuples(st.integers(0, 80), st.sampled_from([b'"', b",", b"\n", b"\r", b"\xff", b"a"])), max_size=2
    ),
)
def test_the_fast_and_the_slow_reading_give_the_same(
    table: tuple[list[str], list[list[str]], bytes], damage: list[tuple[int, bytes]]
) -> None:
    header, _, body = table[2].partition(b"\n")
    for place, octet in damage:
        body = body[:place] + octet + body[place:]
    found = fast(header + b"\n" + body)
    slow = slowly(header + b"\n" + body)
    if slow is None:
        assert found is None
        return
    assert told(formats.read("a.csv", header + b"\n" + body)) == told(slow)
    if found is not None:
        assert told(found) == told(slow)
