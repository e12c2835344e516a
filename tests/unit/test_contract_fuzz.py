"""Properties: any input gives an event or a contract error, and what was sent is what is read."""

import contextlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chargebacks import contract
from chargebacks.contract import strict_json
from chargebacks.errors import ContractError
from tests.unit.test_contract import SLICE

# Everything that Python may write as JSON, lone surrogates, NaN and numbers without end among it.
ANY_TEXT = st.text(st.characters(), max_size=20)
ANY_SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
ANY_JSON = st.recursive(
    ANY_SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4)
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256).filter(str.strip)
DATES = st.dates().filter(lambda day: 1000 <= day.year < 3000).map(str)
EXACT = st.integers(-(10**99) + 1, 10**99)
KNOWN = st.none() | st.booleans() | EXACT | st.floats(allow_nan=False, allow_infinity=False) | TEXT


@st.composite
def slices(draw: st.DrawFn) -> dict[str, Any]:
    """A valid slice with any content and some field of a newer producer."""
    number, beyond = draw(st.integers(1, 10**6)), draw(st.integers(0, 10**6))
    return SLICE | {
        "partition_date": draw(DATES),
        "slice": number,
        "slices": number + beyond,
        "chargeback_ids": draw(st.lists(TEXT, min_size=1, max_size=20, unique=True)),
        "records_processed": draw(st.integers(0, 2**53 - 1)),
        "job_name": draw(TEXT)[:255].strip() or "job",
        "newer": draw(st.lists(KNOWN | st.dictionaries(TEXT, KNOWN, max_size=3), max_size=3)),
    }


def read(data: bytes) -> None:
    """Reads, or refuses as it should; any other exception fails the test. What is read can be sent again."""
    try:
        event = contract.decode(data)
    except ContractError:
        return
    assert contract.decode(contract.encode(event)) == event
    assert len(contract.content_hash(event)) == 64


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read(data)


@given(ANY_JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    read(json.dumps(value).encode())


@given(st.sampled_from(sorted(SLICE)), ANY_JSON)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: Any) -> None:
    read(json.dumps(SLICE | {field: value}).encode())


@given(st.integers(0, 600), st.binary(max_size=3), st.integers(0, 3))
def test_a_damaged_message_is_read_or_refused(where: int, put: bytes, taken: int) -> None:
    whole = json.dumps(SLICE).encode()
    read(whole[:where] + put + whole[where + taken :])


@given(ANY_JSON)
def test_any_object_is_sent_or_refused(value: Any) -> None:
    with contextlib.suppress(ContractError):
        contract.encode(SLICE | {"x": value})


@given(slices())
def test_what_was_sent_is_what_is_read(event: dict[str, Any]) -> None:
    sent = contract.encode(event)
    assert contract.decode(sent) == event
    assert contract.encode(contract.decode(sent)) == sent


@given(slices())
def test_reading_keeps_the_content_hash(event: dict[str, Any]) -> None:
    read_once = contract.decode(contract.encode(event))
    read_twice = contract.decode(contract.encode(read_once))
    assert contract.content_hash(read_once) == contract.content_hash(read_twice)


@given(changes=st.dictionaries(st.sampled_from([*SLICE, "newer"]), ANY_JSON | st.lists(TEXT), max_size=3))
def test_an_event_is_encoded_as_if_its_bytes_had_been_read_again(changes: dict[str, Any]) -> None:
    """The short way of plain events gives the bytes of the long one, or are refused as there."""
    event = SLICE | changes
    outcomes: list[bytes | None] = []
    for encoded in (
        contract.encode,
        lambda one: strict_json.canonical(contract.decode(strict_json.canonical(one))),
    ):
        try:
            outcomes.append(encoded(event))
        except ContractError:
            outcomes.append(None)  # which of its faults is told depends on the fields' order
    assert outcomes[0] == outcomes[1]
