"""Bytes of landing files, whole and damaged: what is read, what costs a line, what costs the file."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pyarrow as pa
import pytest

from chargebacks import record
from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing.json_lines import _all_at_once, _one_by_one
from chargebacks.errors import UnreadableFileError
from tests.unit.consolidation.builders import json_lines, one, parquet, taken

pytestmark = pytest.mark.usefixtures("either_way")

GOOD = {"chargeback_id": "good", "status": "open"}


def raw_line(line: bytes) -> tuple[list[str], list[str]]:
    """The ids kept and the reasons given for one line between two good ones."""
    found = taken(json_lines(GOOD) + line + b"\n" + json_lines(GOOD | {"chargeback_id": "last"}))
    return [row["chargeback_id"] for row in found.rows], [reason for _, reason in found.rejects]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"chargeback_id": "a"', "record: not JSON: Expecting ',' delimiter at character 21"),
        (b"[]", "record: not a JSON object"),
        (b"null", "record: not a JSON object"),
        (b"garbage", "record: not JSON: Expecting value at character 0"),
        (b'{"chargeback_id": "a"}, {"chargeback_id": "b"}', "record: not JSON: Extra data at character 22"),
        (b'{"chargeback_id": "a", "chargeback_id": "b"}', "record: a key appears twice"),
        (b'{"chargeback_id": "a", "status": "x", "status": null}', "record: a key appears twice"),
        (b'{"chargeback_id": "a", "metadata": {"x": 1, "x": 1}}', "record: a key appears twice"),
        (b'{"chargeback_id": "a", "amount": NaN}', "record: not JSON: NaN"),
        (b'{"chargeback_id": "a", "amount": -Infinity}', "record: not JSON: -Infinity"),
        (
            b'{"chargeback_id": "a", "amount": 1e9999999999999999999}',
            "record: a number is beyond all measure",
        ),
        (b'{"chargeback_id": "a\xff"}', "record: not UTF-8"),
        (b'{"chargeback_id": "\\ud800"}', "chargeback_id: not Unicode text (a lone surrogate)"),
        (b'{"chargeback_id": "a", "reason": "\\udc00"}', "reason: not Unicode text (a lone surrogate)"),
        (b'{"chargeback_id": "a", "amount": "\\udc00"}', "amount: not Unicode text (a lone surrogate)"),
        (b'{"chargeback_id": "a", "x": ' + b"[" * 40 + b"]" * 40 + b"}", "record: nested more than 32 deep"),
        (
            b'{"chargeback_id": "a", "x": ' + b"[" * 9000 + b"]" * 9000 + b"}",
            "record: nested more than 32 deep",
        ),
        (b'{"metadata": ' + b"[" * 9000 + b"]" * 9000 + b"}", "record: nested more than 32 deep"),
        (b'{"chargeback_id": "a", "metadata": "' + b"[" * 9000 + b'"}', "metadata: nested more than 32 deep"),
        (b'{"chargeback_id": "a", "metadata": "{"}', "metadata: not JSON: Expecting property name enclosed"),
        (b'{"chargeback_id": "a", "metadata": []}', "metadata: not an object"),
        (b'{"chargeback_id": "a", "metadata": "[]"}', "metadata: not an object"),
        (b'{"chargeback_id": 5}', "chargeback_id: not text"),
        (b'{"chargeback_id": "a", "status": true}', "status: not text"),
        (b'{"chargeback_id": "a", "metadata": {"transaction_id": 5}}', "metadata.transaction_id: not text"),
        (b'{"chargeback_id": "a", "amount": true}', "amount: neither number nor text"),
        (b'{"chargeback_id": "a", "amount": {}}', "amount: neither number nor text"),
        (b'{"chargeback_id": "a", "updated_at": [1]}', "updated_at: neither number nor text"),
    ],
)
def test_a_bad_line_among_good_ones_costs_only_itself(line: bytes, reason: str) -> None:
    ids, reasons = raw_line(line)
    assert ids == ["good", "last"]
    assert [told.startswith(reason) for told in reasons] == [True], reasons


@pytest.mark.parametrize(
    ("unknown", "broken"),
    [
        (b'"x": {"y": "\\ud800"}', "x"),
        (b'"w": 1, "x": {"\\ud800": 1}', "x"),
        (b'"\xc3\xa9": [["\\udfff"]]', "é"),
        (b'"metadata": {"card": "\\ud800"}', "metadata.card"),
        (b'"\\ud800": 1', "record: a field's name"),
        (b'"metadata": {"\\ud800": 1}', "record: a field's name"),
    ],
)
def test_a_lone_surrogate_in_an_unknown_field_costs_only_its_line(unknown: bytes, broken: str) -> None:
    ids, reasons = raw_line(b'{"chargeback_id": "a", ' + unknown + b"}")
    assert ids == ["good", "last"]
    assert reasons == [f"{broken}: not Unicode text (a lone surrogate)"]


def test_rejects_name_their_line_counting_blank_ones() -> None:
    found = taken(b'\n\n{"chargeback_id": "a"}\r\n \nbroken\n{"chargeback_id": " "}\n')
    assert found.rejects == [
        (5, "record: not JSON: Expecting value at character 0"),
        (6, "chargeback_id: blank"),
    ]
    assert [row["chargeback_id"] for row in found.rows] == ["a"]


@pytest.mark.parametrize("broken", [b"", b"broken\n"])
def test_a_byte_order_mark_windows_line_ends_and_a_missing_last_newline_change_nothing(broken: bytes) -> None:
    plain = json_lines(GOOD, GOOD | {"chargeback_id": "b"})
    dressed = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n").rstrip() + b"\n" + broken
    assert taken(dressed).rows == taken(plain).rows


def test_only_newlines_end_a_line() -> None:
    text = json.dumps({"chargeback_id": "a", "reason": "x\u2028y\x85z"}, ensure_ascii=False).encode()
    assert taken(text).rows == [{"chargeback_id": "a", "reason": "x\u2028y\x85z"}]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_a_file_without_records_is_read_as_none(data: bytes) -> None:
    assert taken(data).rows == []
    assert taken(data).rejects == []


def test_a_number_beyond_reason_in_an_unknown_field_stays_short() -> None:
    assert one(x=1, y="z")["extras"] == '{"x":1,"y":"z"}'
    line = b'{"chargeback_id": "a", "x": 1e999999, "y": 1.50}'
    assert taken(line).rows == [{"chargeback_id": "a", "extras": '{"x":1E+999999,"y":1.5}'}]


NAMES = ("a.parquet", "a.json", "a.JSONL", "a.ndjson.gz", "a.csv", "a.csv.gz", "a.zip", "a", "x y/part=1/é")


@pytest.mark.parametrize("path", NAMES)
@pytest.mark.parametrize(
    "data",
    [
        parquet(chargeback_id=["good"], status=["open"]),
        json_lines(GOOD),
        b"\n " + json_lines(GOOD),
        b"[" + json_lines(GOOD) + b"]",
        b"status,chargeback_id\nopen,good\n",
        gzip.compress(json_lines(GOOD), mtime=0),
        gzip.compress(parquet(chargeback_id=["good"], status=["open"]), mtime=0),
    ],
    ids=["parquet", "json lines", "below blank lines", "json array", "csv", "json gzip", "parquet gzip"],
)
def test_format_is_told_by_content_before_the_name(path: str, data: bytes) -> None:
    assert taken(data, path).rows == [GOOD]


@pytest.mark.parametrize("path", ["a.json", "A.NDJSON", "a.jsonl.gz", "a.json.zst"])
def test_the_name_tells_where_the_content_does_not(path: str) -> None:
    found = taken(b"broken\n" + json_lines(GOOD), path)
    assert (found.rows, [line for line, _ in found.rejects]) == ([GOOD], [1])


@pytest.mark.parametrize(
    ("path", "data", "found"),
    [
        ("a.bin", b"\x01\x02", "check what upstream wrote"),
        ("a.txt", b"status,amount\nopen,2\n", "check what upstream wrote"),
        ("a.parquet", b"PAR", "check what upstream wrote"),
        ("a.csv", b"PK\x03\x04\x14\x00", "this is zip"),
        ("a.parquet", b"ORC\x11", "this is ORC"),
        ("a.avro", b"Obj\x01\x04", "this is Avro"),
        ("a.json", "\ufeff{}".encode("utf-16-le"), "this is UTF-16 text"),
        ("a.csv", "\ufeffchargeback_id".encode("utf-16-be"), "this is UTF-16 text"),
    ],
)
def test_content_in_no_known_format_is_an_unreadable_file(path: str, data: bytes, found: str) -> None:
    with pytest.raises(UnreadableFileError, match=f"^{path}: neither parquet, JSON nor CSV .*{found}(: |$)"):
        formats.read(path, data)


def test_parquet_cut_off_anywhere_is_an_unreadable_file() -> None:
    data = parquet(status=["open", "won"] * 200, amount=[Decimal("1.25")] * 400)
    for end in range(4, len(data), 37):
        with pytest.raises(UnreadableFileError, match=r"^x/cut\.parquet: damaged parquet: "):
            formats.read("x/cut.parquet", data[:end])


def test_text_that_is_no_unicode_inside_parquet_costs_the_file() -> None:
    offsets = pa.array([0, 1], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff")])
    with pytest.raises(UnreadableFileError):
        formats.read("a.parquet", parquet(reason=broken))


def test_parquet_keeps_every_kind_of_unknown_column_as_json_text() -> None:
    data = parquet(
        b=pa.array([b"\x00\xff"]),
        d=pa.array([Decimal("1.50")]),
        far=pa.array([300_000_000_000_000_000], pa.timestamp("us")),
        f=pa.array([float("nan")]),
        l=pa.array([[1, None]]),
        m=pa.array([{"z": 1, "a": None}]),
        n=pa.nulls(1),
        t=pa.array([1_500], pa.timestamp("ns")),
        u=pa.array([0], pa.timestamp("s", "America/Sao_Paulo")),
        y=pa.array([-1], pa.date32()),
    )
    assert json.loads(taken(data).rows[0]["extras"]) == {
        "b": "00ff",
        "d": 1.5,
        "far": 300_000_000_000_000_000,
        "f": "nan",
        "l": [1, None],
        "m": {"a": None, "z": 1},
        "t": "1970-01-01T00:00:00.000001Z",
        "u": "1970-01-01T00:00:00.000000Z",
        "y": "1969-12-31",
    }


def test_a_parquet_row_with_a_day_beyond_the_calendar_is_rejected_alone() -> None:
    far = pa.array([20_412, 2_000_000_000, -2_000_000_000], pa.date32())
    found = taken(parquet(updated_at=far, unknown=far))
    assert [row["updated_at"] for row in found.rows] == [datetime(2025, 11, 20, tzinfo=UTC)]
    assert [line for line, _ in found.rejects] == [2, 3]


FAR = 10**16  # milliseconds
FAR_UNKNOWN = {
    "list": (pa.list_(pa.timestamp("ms")), [FAR, 0], [FAR, "1970-01-01T00:00:00.000000Z"]),
    "struct": (pa.struct([("t", pa.timestamp("ms", "Asia/Tokyo"))]), {"t": FAR}, {"t": FAR}),
    "map": (pa.map_(pa.string(), pa.timestamp("us")), [("a", 2**62)], {"a": 2**62}),
    "deeper": (pa.list_(pa.struct([("d", pa.date32())])), [{"d": 2**31 - 1}], [{"d": 2**31 - 1}]),
    "span": (pa.duration("ms"), 2**62, 2**62),
    "spans": (pa.list_(pa.duration("ms")), [2**62, 1], [2**62, "0:00:00.001000"]),
    "abroad": (pa.timestamp("ms", "Asia/Tokyo"), 253402300799000, "9999-12-31T23:59:59.000000Z"),
    "wide": (pa.decimal256(60, 2), Decimal("1" * 50 + ".50"), Decimal("1" * 50 + ".5")),
    "wides": (pa.struct([("d", pa.decimal256(60, 2))]), {"d": Decimal("1.50")}, {"d": Decimal("1.5")}),
}


@pytest.mark.parametrize(("kind", "value", "told"), FAR_UNKNOWN.values(), ids=FAR_UNKNOWN)
def test_a_value_beyond_reach_in_an_unknown_column_is_kept_and_costs_nothing(
    kind: pa.DataType, value: Any, told: Any
) -> None:
    rows = taken(parquet(x=pa.array([value, None], kind), status=["open", ""])).rows
    expected = {"chargeback_id": "c0", "status": "open", "extras": record.extras_text({"x": told})}
    assert rows == [expected, {"chargeback_id": "c1"}]
    rejected = formats.read("a.parquet", parquet(x=pa.array([value], kind), amount=["12,50"]))
    assert rejected.raw_text(1)


@pytest.mark.parametrize("metadata", [None, ["{}", "", "no JSON"], [{"transaction_id": None}] * 3])
def test_a_known_time_beyond_the_calendar_never_passes_for_an_epoch(metadata: Any) -> None:
    """However the file is read: 10^16 is an epoch in microseconds, were it a number."""
    times = pa.array([FAR, 0, 0], pa.timestamp("ms"))
    found = taken(parquet(updated_at=times, **({"metadata": metadata} if metadata else {})))
    assert found.rejects[0] == (1, "updated_at: no instant (ISO 8601 or epoch)")
    assert found.rows[0] == {"chargeback_id": "c1", "updated_at": datetime(1970, 1, 1, tzinfo=UTC)}


def test_a_wide_decimal_out_of_reach_costs_its_record_and_another_is_exact() -> None:
    amounts = pa.array([Decimal("1.50"), Decimal(10) ** 40, None], pa.decimal256(60, 2))
    found = taken(parquet(amount=amounts))
    assert [row.get("amount") for row in found.rows] == [Decimal("1.5"), None]
    assert found.rejects == [(2, "amount: no decimal of at most 29 digits and 9 decimal places")]


def test_an_unknown_column_nested_too_deep_costs_the_records_that_fill_it() -> None:
    kind, value = pa.int8(), 1
    for _ in range(40):
        kind, value = pa.list_(kind), [value]  # type: ignore[assignment]
    found = taken(parquet(x=pa.array([value, None], kind)))
    assert found.rejects == [(1, "record: nested more than 32 deep")]
    assert [row["chargeback_id"] for row in found.rows] == ["c1"]


def test_a_map_with_days_for_keys_can_be_shown() -> None:
    by_day = pa.array([[(date(2025, 11, 20), 1)]], pa.map_(pa.date32(), pa.int8()))
    raw = formats.read("a.parquet", parquet(x=by_day, status=[5]))
    assert "2025" in raw.raw_text(1)


def test_parquet_without_rows_or_without_any_known_column_is_no_failure() -> None:
    assert taken(parquet(chargeback_id=pa.array([], pa.string()))).rows == []
    unknown = taken(parquet(chargeback_id=pa.nulls(2), x=[1, 2]))
    assert [reason for _, reason in unknown.rejects] == ["chargeback_id: missing"] * 2


def test_dictionary_encoded_parquet_text_is_text() -> None:
    coded = pa.array(["open", "won", None]).dictionary_encode()
    assert [row.get("status") for row in taken(parquet(status=coded)).rows] == ["open", "won", None]


@pytest.mark.parametrize(
    "metadata", [["{}"], [""], ["null"], pa.nulls(1), [None], [{"transaction_id": None}]]
)
def test_metadata_with_nothing_in_it_is_null_in_parquet(metadata: Any) -> None:
    assert taken(parquet(metadata=metadata)).rows == [{"chargeback_id": "c0"}]


def test_metadata_as_text_object_or_map_is_the_same_metadata() -> None:
    entries = {"transaction_id": "t-1", "risk": "high"}
    as_map = pa.array([list(entries.items())], pa.map_(pa.string(), pa.string()))
    found = [taken(parquet(metadata=kind)).rows for kind in ([json.dumps(entries)], [entries], as_map)]
    found += [[one(metadata=entries)], [one(metadata=json.dumps(entries))]]
    expected = {"chargeback_id": "c0", "transaction_id": "t-1", "extras": '{"metadata":{"risk":"high"}}'}
    assert found == [[expected]] * 5


@pytest.mark.parametrize(
    "name", ["transaction_id", "customer_email", "_metadata", "extras", "line", "file", "ID", "id"]
)
def test_an_unknown_name_is_kept_in_extras_alike_in_both_formats(name: str) -> None:
    expected = {"chargeback_id": "c0", "extras": json.dumps({name: "x"}, separators=(",", ":"))}
    assert one(**{name: "x"}) == expected
    assert taken(parquet(**{name: ["x"]})).rows == [expected]


def test_fields_that_differ_in_case_only_are_different_fields() -> None:
    assert one(id="1", ID="2", Status="x")["extras"] == '{"ID":"2","Status":"x","id":"1"}'
    assert taken(parquet(id=["1"], ID=["2"])).rows[0]["extras"] == '{"ID":"2","id":"1"}'


def test_folder_names_do_not_touch_columns_named_year_month_and_day() -> None:
    path = "year=2025/month=11/day=20/a"
    expected = [{"chargeback_id": "c0", "extras": '{"day":"09","month":7,"year":1999}'}]
    assert taken(parquet(year=[1999], month=[7], day=["09"]), f"{path}.parquet").rows == expected
    line = json_lines({"chargeback_id": "c0", "year": 1999, "month": 7, "day": "09"})
    assert taken(line, f"{path}.json").rows == expected


def test_plain_unknown_fields_take_the_fast_way_and_others_the_slow_one() -> None:
    """The measure of the tests that compare the two ways."""
    plain = GOOD | {"amount": 10.5, "metadata": {"transaction_id": "t", "card": 1}}
    new = {"s": "x", "i": -1, "b": True, "n": None, "": "y", "d": {"z": 1, "a": {"b": "\u001f"}}}
    line = json_lines(plain | new | {"l": ["a", None], "e": []}, plain | {"e": [1]}).strip()
    assert _all_at_once(line) is not None
    assert taken(line).rows[0]["extras"] == (
        '{"":"y","b":true,"d":{"a":{"b":"\\u001f"},"z":1},"e":[],"i":-1,"l":["a",null],'
        '"metadata":{"card":1},"s":"x"}'
    )
    for odd in ([1.5], [{"a": 1}], [["a"]], ["a", 1], 1.5, {}, {"a": None}, 2**63):
        assert _all_at_once(json_lines(plain | {"new": odd}).strip()) is None


@pytest.mark.parametrize(
    "field",
    [
        {"updated_at": 1_763_640_000},
        {"created_at": -1_763_640_000_000, "updated_at": None},
        {"consolidation_date": 1_763_640_000},
        {"metadata": '{"transaction_id": "t", "card": "c"}'},
        {"metadata": '{"metadata": {"extras": "e"}}'},
        {"metadata": ""},
    ],
)
def test_epochs_and_metadata_as_text_take_the_fast_way(field: dict[str, Any]) -> None:
    lines = [json_lines(GOOD | one).strip() for one in (field, field, {})]
    assert _all_at_once(b"\n".join(lines)) is not None
    assert taken(b"\n".join(lines)).rows[0] == one(**GOOD | field) | {"chargeback_id": "good"}


ODD = [
    b"1",
    b"-0",
    b"1.0",
    b"1e3",
    b"9223372036854775808",
    b"true",
    b"null",
    b'""',
    b'"2025-11-20T00:00:00Z"',
]
ODD += [
    b'"\\ud83d\\ude21\\/"',
    b'"\t"',
    b"NaN",
    b"01",
    b"[]",
    b"{}",
    b'{"b":1,"a":"x"}',
    b'{"b":null,"a":"x"}',
]
ODD += [
    b'{"a":1,"a":2}',
    b'["x",null,"\\n"]',
    b"[1,-0]",
    b'["x",1]',
    b"[[1]]",
    b'[{"a":null}]',
    b'1,"new":1',
    b'1,"transaction_id":"t"',
    b'1,"":2',
    b'1,"extras":"{\\"n\\":1}"',
    b"'x'",
]


def test_unknown_fields_are_the_same_by_the_fast_way_and_the_slow_one() -> None:
    """Types are guessed from some lines: a wrong guess may cost time only."""
    fast = 0
    for (first, second), place in product(product(ODD, ODD), (b"%s", b'{"new": %s}')):
        name = b"new" if place == b"%s" else b"metadata"
        pair = [b'{"chargeback_id": "a", "%s": %s}' % (name, place % new) for new in (first, second)]
        found = _all_at_once(b"\n".join(pair))
        if found is not None:
            slow = _one_by_one(list(enumerate(pair, 1)), str)
            texts = found["extras"] if "extras" in found.columns else [None, None]
            assert (list(texts), slow.rejects) == (list(slow.frame["extras"]), []), (first, second)
            fast += 1
    assert fast >= 2 * len(ODD)


@pytest.mark.parametrize("odd", ['{"a":null,"b":1}', '{"b":1}', '{"b":null}'])
def test_a_null_within_an_unknown_object_is_told_from_a_field_that_is_not_there(odd: str) -> None:
    lines = [b'{"chargeback_id": "a", "new": {"a":1,"b":1}}'] * 40
    lines[20] = b'{"chargeback_id": "b", "new": %s}' % odd.encode()
    assert taken(b"\n".join(lines)).rows[20]["extras"] == f'{{"new":{odd}}}'


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"extras": '{"b": 1, "a": null, "metadata": {"x": 2}}'}, '{"b":1,"metadata":{"x":2}}'),
        ({"extras": '{"new": 1}', "new": 2}, '{"extras":"{\\"new\\": 1}","new":2}'),
        ({"extras": '{"status": 1}'}, '{"extras":"{\\"status\\": 1}"}'),
        ({"extras": '{"metadata": 1}'}, '{"extras":"{\\"metadata\\": 1}"}'),
        ({"extras": '{"metadata": {"transaction_id": 1}}'}, None),
        ({"extras": '{"a": 1, "a": 2}'}, '{"extras":"{\\"a\\": 1, \\"a\\": 2}"}'),
        ({"extras": "{"}, '{"extras":"{"}'),
    ],
)
def test_an_extras_field_is_unfolded_only_when_we_could_have_written_it(
    fields: Any, told: str | None
) -> None:
    assert one(**fields)["extras"] == (told or json.dumps(fields, separators=(",", ":")))


def test_a_bad_line_in_a_long_file_costs_only_itself() -> None:
    good = [{"chargeback_id": f"c{n}", "amount": 10.5, "status": "open"} for n in range(1_000)]
    lines = json_lines(*good).splitlines()
    lines[700:700] = [b"broken", b"", json.dumps({"chargeback_id": "x", "new": [1]}).encode()]
    found = taken(b"\n".join(lines))
    assert [row["chargeback_id"] for row in found.rows] == [f"c{n}" for n in range(700)] + ["x"] + [
        f"c{n}" for n in range(700, 1_000)
    ]
    assert {(str(row.get("amount")), row.get("extras")) for row in found.rows} == {
        ("10.500000000", None),
        ("None", '{"new":[1]}'),
    }
    assert found.rejects == [(701, "record: not JSON: Expecting value at character 0")]


@pytest.mark.parametrize("amount", ["1" * 31, "3.5217468552498673e-96", "0." + "0" * 60 + "1", "1e60"])
@pytest.mark.parametrize("name", ['"amount"', '"amoun\\u0074"', '"\\u0061mount"'])
def test_an_amount_out_of_reach_never_wraps_around_to_another(amount: str, name: str) -> None:
    """Arrow's parser, which reads plain files, makes 90264010348295720720987288815.695365632 of 31 ones."""
    for text in (amount, f'"{amount}"'):
        found = taken(b'{"chargeback_id": "a", ' + name.encode() + b": " + text.encode() + b"}")
        assert (found.rows, len(found.rejects)) == ([], 1)


def test_our_own_date_of_any_type_is_no_ground_to_reject_a_record() -> None:
    assert one(consolidation_date=[1]) == one(consolidation_date={"x": True}) == {"chargeback_id": "c0"}
    line = b'{"chargeback_id": "c0", "consolidation_date": "\\udc00"}'
    assert taken(line).rows == [{"chargeback_id": "c0"}]
