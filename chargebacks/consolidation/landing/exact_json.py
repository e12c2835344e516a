"""JSON values read strictly and exactly: numbers as decimals, no key twice, nothing that is no JSON."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from chargebacks.consolidation.landing.json_values import is_deeper

MAX_DEPTH: Final = 32  # of nesting in a field that the record does not know, as in messages
_PARSED_DEPTH: Final = 256  # well below Python's own limit, which depends on who calls


def parse(text: str) -> Any:
    """The JSON value, its numbers exact. Raises ValueError: no JSON, NaN, a key named twice, too deep."""
    if len(text) > 2 * _PARSED_DEPTH and is_deeper(text, _PARSED_DEPTH):
        raise ValueError(f"nested more than {MAX_DEPTH} deep")
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos}") from None


def _number(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise ValueError("a number is beyond all measure") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"not JSON: {name}")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found


_DECODER: Final = json.JSONDecoder(
    parse_float=_number,
    parse_int=_number,
    parse_constant=_refuse_constant,
    object_pairs_hook=_unique_keys,
)
