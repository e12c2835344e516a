"""Wrong input of any kind gives a contract error, never another exception, and never an e-mail address."""

import itertools
import json
from typing import Any

import pytest

from chargebacks import contract
from chargebacks.errors import ContractError
from tests.unit.test_contract import SLICE, refusal

OPEN = json.dumps(SLICE).encode()[:-1]  # the event, ready for one more field


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JSON at character 0"),
        (b"null", "must be a JSON object, not null"),
        (b"[1,2]", "must be a JSON object, not a list of 2"),
        (b'"text"', 'must be a JSON object, not "text"'),
        (b"{", "no JSON at character 1"),
        (b"\xff\xfe{}", "no UTF-8 at byte 0"),
        (json.dumps(SLICE).encode("utf-16"), "no UTF-8 at byte 0"),
        (b"\xef\xbb\xbf" + json.dumps(SLICE).encode(), "no JSON at character 0"),
        (OPEN + b',"x":NaN}', "NaN is no JSON number"),
        (OPEN + b',"x":-Infinity}', "-Infinity is no JSON number"),
        (OPEN + b',"x":-1e999}', 'the number "-1e999" is too large'),
        (OPEN + b',"x":' + b"1" * 5000 + b"}", "a number has 5000 digits"),
        (OPEN + b',"x":{"y":1,"y":1}}', 'the field "y" is there twice'),
        (OPEN + b',"slice":1}', 'the field "slice" is there twice'),
        (OPEN + b',"x":"\\ud83d"}', "half a character"),
        (OPEN + b',"\\udc00":1}', "half a character"),
        (OPEN + b"}{}", "no JSON at character"),
        (OPEN + b',"x":' + b"[" * 500_000, "nested more than 32 deep"),
        (OPEN + b',"x":' + b'{"y":' * 100_000, "nested more than 32 deep"),
        (b'"' + b'\\"' * 400_000, "no JSON at character 0"),
    ],
    ids=itertools.count(),
)
def test_hostile_bytes_are_refused_with_the_cause(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_a_message_without_value_is_refused() -> None:
    with pytest.raises(ContractError, match="the message has no value"):
        contract.decode(None)


def nested(depth: int) -> bytes:
    return OPEN + b',"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_thirty_two_levels_are_read_and_thirty_three_are_not() -> None:
    assert contract.decode(nested(32))["slice"] == 1
    assert "nested more than 32 deep" in refusal(nested(33))


def test_brackets_within_a_text_nest_nothing() -> None:
    text = '[{"' * 100 + "\\"
    assert contract.decode(contract.encode(SLICE | {"x": text}))["x"] == text


def padded(size: int) -> bytes:
    return OPEN + b',"x":"' + b"x" * (size - len(OPEN) - 8) + b'"}'


def test_a_message_of_a_million_bytes_is_read_and_a_longer_one_is_refused() -> None:
    assert len(padded(contract.MAX_BYTES)) == contract.MAX_BYTES
    assert contract.decode(padded(contract.MAX_BYTES))["slice"] == 1
    assert "has 1000001 bytes: at most 1000000 are read" in refusal(padded(contract.MAX_BYTES + 1))


def test_size_is_refused_before_anything_is_parsed() -> None:
    assert "bytes: at most" in refusal(b"\xff" * (contract.MAX_BYTES + 1))


def test_the_largest_slice_that_the_schema_allows_can_be_sent() -> None:
    ids = [chr(1) * 253 + f"{n:03}" for n in range(500)]  # a control character takes six bytes in JSON
    assert len(contract.encode(SLICE | {"chargeback_ids": ids})) < contract.MAX_BYTES


@pytest.mark.parametrize(
    "address",
    [
        "jane.doe@example.com",
        "jane+x@mail.example.co",
        "JANE@EXAMPLE",
        "jane%40example.com",
        "jane\uff20example.com",
    ],
)
@pytest.mark.parametrize("field", ["output_format", "event_type", "partition_date", "job_name"])
def test_no_refusal_shows_an_email_address(field: str, address: str) -> None:
    for text in (address, f"from {address}, twice {address}", f"{'x' * 70} {address}", f"{address} " * 40):
        said = refusal(SLICE | {field: [text] if field == "job_name" else text}).lower()
        assert "ane" not in said.replace("chargebacks", "").replace("lane", "")
        assert "example" not in said


def test_an_address_in_a_field_name_is_masked() -> None:
    assert "jane" not in refusal(b'{"jane@example.com":1,"jane@example.com":2}')


def test_an_address_behind_a_long_one_is_masked() -> None:
    text = "a" * 300 + "@x.com " + "jane.doe." * 30 + "@example.com"
    assert "jane" not in contract.masked(text)


LARGE = {
    "text": "x" * 900_000,
    "parcels": "\U0001f4e6" * 200_000,
    "list": ["x"] * 100_000,
    "object": {"x": "y" * 900_000},
}


@pytest.mark.parametrize("value", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("field", ["event_type", "output_format", "slice", "completed_at"])
def test_a_refusal_is_one_bounded_line(field: str, value: Any) -> None:
    said = refusal(json.dumps(SLICE | {field: value}, ensure_ascii=False).encode())
    assert len(said) < 2000
    assert said.splitlines() == [said]


@pytest.mark.parametrize("value", ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", "a\x1b[31mb"])
def test_a_refusal_shows_control_characters_escaped(value: str) -> None:
    assert refusal(SLICE | {"output_format": value}).isprintable()


def endless() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


NOT_JSON = {
    "endless": endless(),
    "object": object(),
    "bytes": b"bytes",
    "set": {1, 2},
    "beyond-the-interpreter": 10**5000,
    "two-hundred-digits": 10**200,
    "nan": float("nan"),
    "half-a-character": "\ud800",
    "tuple-key": {("a",): 1},
    "complex": 1j,
}


@pytest.mark.parametrize("value", NOT_JSON.values(), ids=NOT_JSON)
def test_what_json_cannot_hold_is_not_sent(value: Any) -> None:
    with pytest.raises(ContractError):
        contract.encode(SLICE | {"x": value})
    with pytest.raises(ContractError):
        contract.check("chargeback_record", {"chargeback_id": value})
