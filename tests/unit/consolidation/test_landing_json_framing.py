"""JSON records without one line each, how many records a reject holds, and files that hold their records in a list."""

import json

import pytest

from chargebacks.consolidation.landing import formats
from chargebacks.errors import UnreadableFileError
from tests.oracle.landing_text import NotARecord, read_json_file
from tests.unit.consolidation.builders import Row, json_lines, parquet, taken

pytestmark = pytest.mark.usefixtures("either_way")

MANY: list[Row] = [{"chargeback_id": f"c{n}", "new": {"a": "}{", "b": n}} for n in range(300)]
TEXTS = [json.dumps(one) for one in MANY]


def ids(text: str) -> list[str]:
    """The ids in a file, none of which may be rejected."""
    found = taken(text.encode(), "a.json")
    assert not found.rejects
    return [row["chargeback_id"] for row in found.rows]


def unreadable(data: bytes, name: str = "a.json") -> str:
    with pytest.raises(UnreadableFileError) as found:
        formats.read(name, data)
    return str(found.value)


@pytest.mark.parametrize(
    "text",
    [
        "".join(TEXTS),
        "\n".join(TEXTS[n] + TEXTS[n + 1] for n in range(0, 300, 2)),
        "\n".join([*TEXTS[:100], "".join(TEXTS[100:200]), *TEXTS[200:]]),
        "\n".join(TEXTS[:100]) + "".join(TEXTS[100:]),
        "\n".join(f"[{', '.join(TEXTS[n : n + 50])}]" for n in range(0, 300, 50)),
        "".join(f"[{','.join(TEXTS[n : n + 50])}]" for n in range(0, 300, 50)),
        json.dumps(MANY[:150], indent=2) + "\n" + json.dumps(MANY[150:], indent=2),
        "\r\n".join([*TEXTS[:10], f"[{','.join(TEXTS[10:])}]"]),
        "\r".join(TEXTS),
    ],
)
def test_records_are_found_wherever_a_line_or_a_list_ends(text: str) -> None:
    assert sorted(ids(text)) == sorted(one["chargeback_id"] for one in MANY)


def test_where_a_line_holds_several_records_they_are_told_by_their_places() -> None:
    data = (
        b'{"chargeback_id": "a"}\n[{"chargeback_id": ""}, 5, {"chargeback_id": "b"}]\n{"chargeback_id": "c"'
    )
    found = taken(data, "a.json")
    assert [row["chargeback_id"] for row in found.rows] == ["a", "b"]
    assert [line for line, _ in found.rejects] == [2, 3, 5]
    assert formats.read("a.json", data).raw_text(3) == "5"


def test_a_list_of_scalars_in_a_line_is_one_record_that_is_no_object() -> None:
    assert taken(b'{"chargeback_id": "a"}\n["b", "open"]\n', "a.json").rejects == [
        (2, "record: not a JSON object")
    ]


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (TEXTS[0] + TEXTS[1] + TEXTS[2][:-5], 3),
        ("[" + ", ".join(TEXTS[:5]) + ', {"charge', 6),
        ('{"data": [' + ", ".join(TEXTS[:5]), 5),
        (", ".join(TEXTS[:5]) + ",", 5),
        ("garbage", 1),
        ('{"chargeback_id": "a", "chargeback_id": "b"}', 1),
        ('{"chargeback_id": NaN}', 1),
        ('"\\"chargeback_id\\": \\"chargeback_id\\":"', 1),
    ],
)
def test_a_line_that_is_not_json_counts_for_the_records_that_it_plausibly_holds(
    text: str, records: int
) -> None:
    raw = formats.read("a.json", f"{TEXTS[0]}\n{text}\n{TEXTS[1]}".encode())
    assert (raw.frame.height, [bad.records for bad in raw.rejects]) == (2, [records])
    assert raw.records == 2 + records


def test_a_line_that_is_not_json_and_too_long_for_a_record_makes_the_file_unreadable() -> None:
    line = "".join(TEXTS) * 6 + "{"
    told = unreadable(f"{TEXTS[0]}\n{line}\n{TEXTS[1]}".encode())
    assert told.startswith(
        f"a.json: the text from line 2 cannot be split into records: {len(line)} bytes, 1 l"
    )
    assert "perhaps 1801 records" in told


def test_a_long_record_that_is_json_is_rejected_alone_however_long() -> None:
    line = json.dumps({"chargeback_id": "x", "status": 5, "reason": "x" * 100_000})
    found = taken(f'{TEXTS[0]}\n{line}\n[{line[:-1]}, "status": 1}}]'.encode(), "a.json")
    assert [line for line, _ in found.rejects] == [2, 3]


@pytest.mark.parametrize("cut", [2, 300, 3000])
def test_pretty_printed_records_that_are_cut_off_make_the_file_unreadable(cut: int) -> None:
    text = "\n".join(json.dumps(one, indent=2) for one in MANY)
    assert unreadable(text[:-cut].encode()).startswith("a.json: damaged JSON over several lines: ")


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["data", "Records"])
def test_an_envelope_makes_the_file_unreadable_and_names_the_list(indent: int | None, name: str) -> None:
    whole = {"status": 200, "next": None, "page": {"size": 300}, "tags": ["a"], name: MANY}
    told = unreadable(json.dumps(whole, indent=indent).encode())
    assert told == f"a.json: the records are in the list {name!r}: write one record a line"
    lines = [{name: MANY[n : n + 2], "page": n} for n in range(0, 300, 2)]
    assert unreadable(json_lines(*lines)) == told


@pytest.mark.parametrize(
    "whole",
    [
        {"chargeback_id": "a", "data": [{"a": 1}]},
        {"data": []},
        {"data": [1, 2]},
        {"data": [{"a": 1}, 2]},
        {"data": [{"a": 1}], "more": [{"a": 1}]},
        {"data": {"list": [{"a": 1}]}},
    ],
)
def test_an_object_with_an_id_or_without_one_list_of_objects_is_a_record(whole: Row) -> None:
    raw = formats.read("a.json", json.dumps(whole).encode())
    assert (raw.frame.height, raw.rejects) == (1, [])


def test_an_envelope_is_known_whatever_the_size_of_its_numbers() -> None:
    told = unreadable(b'{"next": %s, "data": [{"chargeback_id": "a"}]}' % (b"9" * 5000))
    assert told.startswith("a.json: the records are in the list 'data'")


def test_an_envelope_among_records_counts_for_the_records_in_its_list() -> None:
    data = json_lines(*MANY[:2], {"data": MANY[2:10]}, {"status": 1, "data": MANY[2:5]}, {"status": "x"})
    raw = formats.read("a.json", data)
    assert [(bad.line, bad.records) for bad in raw.rejects] == [(4, 3), (3, 8)]
    assert [line for line, _ in taken(data).rejects] == [3, 4, 5]


@pytest.mark.parametrize(
    ("whole", "name"),
    [
        ({"response": {"data": MANY, "took": 3}}, "response.data"),
        ({"data": MANY, "errors": [{"code": 1}]}, "data"),
        ({"created": MANY[:9], "updated": MANY[9:]}, "updated"),
        ({"pages": {"1": {"items": MANY[:250]}, "2": {"items": MANY[250:]}}}, "pages.1.items"),
    ],
)
def test_an_envelope_is_known_by_its_records_wherever_its_lists_are(whole: Row, name: str) -> None:
    told = unreadable(json.dumps(whole).encode())
    assert told == f"a.json: the records are in the list {name!r}: write one record a line"
    raw = formats.read("a.json", json_lines(MANY[0], whole))
    assert [(bad.line, bad.records) for bad in raw.rejects] == [(2, len(MANY))]
    assert read_json_file(json_lines(MANY[0], whole))[1:] == [NotARecord(len(MANY))]


def test_a_list_within_the_list_that_the_file_is_counts_for_its_objects() -> None:
    data = json.dumps([MANY[:7], [1, 2], MANY[7]]).encode()
    raw = formats.read("a.json", data)
    assert [(bad.line, bad.records) for bad in raw.rejects] == [(1, 7), (2, 1)]
    assert read_json_file(data)[0] == NotARecord(7)


@pytest.mark.parametrize("depth", [32, 400, 1_000, 20_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}")])
@pytest.mark.parametrize("field", ['"x": %s', '"metadata": {"x": %s}', '"metadata": %r'])
def test_a_record_nested_too_deep_is_rejected_alone(
    opening: str, closing: str, depth: int, field: str
) -> None:
    deep = opening * depth + (closing * depth if opening == "[" else "1" + closing * depth)
    deep = json.dumps(f'{{"x": {deep}}}') if "%r" in field else deep
    line = '{"chargeback_id": "deep", ' + field.replace("%r", "%s") % deep + "}"
    for text in (
        f"{TEXTS[0]}\n{line}\n{TEXTS[1]}",
        f"[{TEXTS[0]},{line},{TEXTS[1]}]",
        TEXTS[0] + line + TEXTS[1],
    ):
        found = taken(text.encode(), "a.json")
        assert [row["chargeback_id"] for row in found.rows] == ["c0", "c1"]
        assert [reason.partition(": ")[2] for _, reason in found.rejects] == ["nested more than 32 deep"]


@pytest.mark.parametrize("depth", [31, 400, 100_000])  # 3,000,000 was tried by hand
def test_metadata_nested_too_deep_costs_only_its_record_in_csv_and_parquet(depth: int) -> None:
    deep = '{"x": ' + "[" * depth + "]" * depth + "}"
    quoted = deep.replace('"', '""')
    wanted = ["good"] if depth > 31 else ["good", "deep"]
    for data in (
        f'chargeback_id,metadata\ngood,{{}}\ndeep,"{quoted}"\n'.encode(),
        parquet(chargeback_id=["good", "deep"], metadata=["{}", deep]),
    ):
        assert [row["chargeback_id"] for row in taken(data, "a.csv").rows] == wanted
