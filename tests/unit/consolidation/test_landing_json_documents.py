"""JSON that is not one record a line: arrays, pretty-printed records, records without line ends between them."""

import json

import pytest

from chargebacks.consolidation.landing import formats
from chargebacks.errors import UnreadableFileError
from tests.unit.consolidation.builders import Row, json_lines, taken

pytestmark = pytest.mark.usefixtures("either_way")

TWO: list[Row] = [
    {"chargeback_id": "a", "metadata": {"transaction_id": "}\n{"}},
    {"chargeback_id": "b", "new": [1.50]},
]
ROWS = [{"chargeback_id": "a", "transaction_id": "}\n{"}, {"chargeback_id": "b", "extras": '{"new":[1.5]}'}]
PRETTY = [json.dumps(one, indent=2) for one in TWO]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TWO),
        json.dumps(TWO, indent=2),
        "\ufeff \n" + json.dumps(TWO, indent=4).replace("\n", "\r\n") + "\r\n",
        "[\n" + ",\n".join(json.dumps(one) for one in TWO) + "\n]\n",
        "\n".join(PRETTY),
        "".join(PRETTY),
        "\n".join(json.dumps([one]) for one in TWO),
        "".join(json.dumps(one) for one in TWO),
        json_lines(*TWO).decode(),
    ],
)
def test_records_are_the_same_however_they_are_laid_out(text: str) -> None:
    found = taken(text.encode(), "a.json")
    assert (found.rows, found.rejects) == (ROWS, [])


def test_one_pretty_printed_record_is_one_record() -> None:
    assert taken(PRETTY[0].encode(), "a.json").rows == ROWS[:1]


def test_a_bad_element_costs_only_itself_and_is_told_by_its_place() -> None:
    elements = ['{"chargeback_id": "a"}', "5", "[]", '{"a": 1, "a": 2}', '{"chargeback_id": NaN}', "{}"]
    data = f"[{', '.join(elements)}]".encode()
    found = taken(data, "a.json")
    assert found.rows == [{"chargeback_id": "a"}]
    assert found.rejects == [
        (2, "record: not a JSON object"),
        (3, "record: not a JSON object"),
        (4, "record: a key appears twice"),
        (5, "record: not JSON: NaN"),
        (6, "chargeback_id: missing"),
    ]
    assert formats.read("a.json", data).raw_text(4) == '{"a": 1, "a": 2}'


def test_an_element_that_is_not_utf_8_costs_only_itself() -> None:
    found = taken(b'[{"chargeback_id": "\xff"},\n{"chargeback_id": "b"}]', "a.json")
    assert (found.rows, found.rejects) == ([{"chargeback_id": "b"}], [(1, "record: not UTF-8")])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TWO)[:-1],
        json.dumps(TWO, indent=2)[:-20],
        "[\n" + ",\n".join(json.dumps(one) for one in TWO) + "\n",
        "[" + json.dumps(TWO[0]) + json.dumps(TWO[1]) + "]",
        "[" + json.dumps(TWO[0]) + ",]",
        "[\n" + json.dumps(TWO[0]) + "]\ntrailing",
        "[" * 90_000,
    ],
)
def test_an_array_that_is_cut_off_or_damaged_is_unreadable_and_none_of_it_is_read(text: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"^a\.json: damaged JSON array: "):
        formats.read("a.json", text.encode())


def test_a_first_line_that_is_json_by_itself_makes_the_file_json_lines() -> None:
    found = taken(b'[1, 2]\n{"chargeback_id": "a"}\n{"chargeback_id": "b"},\n', "a.json")
    assert [row["chargeback_id"] for row in found.rows] == ["a"]
    assert [line for line, _ in found.rejects] == [1, 3]


def test_json_lines_with_a_broken_first_line_stay_json_lines() -> None:
    found = taken(b'{"chargeback_id": "a"\n{"chargeback_id": "b"}\n', "a.json")
    assert [row["chargeback_id"] for row in found.rows] == ["b"]
    assert [line for line, _ in found.rejects] == [1]


@pytest.mark.parametrize("text", ["[]", " [ ] ", "[\n]\n"])
def test_an_empty_array_is_a_file_without_records(text: str) -> None:
    found = taken(text.encode(), "a.json")
    assert (found.rows, found.rejects) == ([], [])
