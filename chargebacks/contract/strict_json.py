"""JSON, read strictly (RFC 8259 and I-JSON, RFC 7493): what two readers could read differently is refused."""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NoReturn, cast

from chargebacks.contract.wording import shown
from chargebacks.errors import ContractError

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 32
MAX_DIGITS: Final = 100
EXACT: Final = 2**53  # up to here every double that is whole is exactly that integer
# A whole string (or one that never ends), or a bracket outside of strings. Possessive: never backtracks.
STRING_OR_BRACKET: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def loads(data: bytes | None) -> Any:
    """The JSON value in `data`. Raises ContractError, before parsing when it is too large or too deep."""
    if data is None:
        raise ContractError("the message has no value: send a JSON object")
    check_size(data)
    _refuse_deep(data)
    try:
        value = _parse(data.decode())
        if b"\\u" in data:
            canonical(value)  # a lone surrogate cannot be written again
    except json.JSONDecodeError as error:
        raise ContractError(f"the message is no JSON at character {error.pos}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise ContractError(f"the message is no UTF-8 at byte {error.start}") from None
    return value


def check_size(data: bytes) -> None:
    """Raise ContractError when a reader would find it too large."""
    if len(data) > MAX_BYTES:
        raise ContractError(f"the message has {len(data)} bytes: at most {MAX_BYTES} are read")


def is_plain(value: Mapping[str, Any]) -> bool:
    """Whether `loads(canonical(value))` is `value`: names and texts, small whole numbers, lists of texts."""
    return all(type(name) is str and _is_plain(one) for name, one in value.items())


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind is list:
        return set(map(type, cast(list[object], value))) <= {str}
    return kind in (str, bool, type(None)) or (kind is int and abs(cast(int, value)) <= EXACT)


def canonical(value: Any) -> bytes:
    """Sorted keys, no spaces, UTF-8. Raises ContractError for what JSON cannot hold."""
    try:
        plain = dict(value) if isinstance(value, Mapping) else value
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()
    except UnicodeEncodeError:
        raise ContractError(
            "a text holds half a character (a lone surrogate): send whole characters"
        ) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise ContractError(f"the message cannot be written as JSON: {shown(str(error))}") from None


def _parse(text: str) -> Any:
    return json.loads(
        text,
        parse_int=_integer,
        parse_float=_number,
        parse_constant=_refuse_constant,
        object_pairs_hook=_object,
    )


def _refuse_deep(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for token in STRING_OR_BRACKET.finditer(data):
        first = token[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > MAX_DEPTH:
            raise ContractError(f"the message is nested more than {MAX_DEPTH} deep at byte {token.start()}")


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ContractError(f"a number has {len(text)} digits: at most {MAX_DIGITS} are read")
    return int(text)


def _number(text: str) -> int | float:
    value = float(text)
    if not math.isfinite(value):
        raise ContractError(f"the number {shown(text)} is too large")
    return int(value) if value.is_integer() and abs(value) <= EXACT else value


def _refuse_constant(text: str) -> NoReturn:
    raise ContractError(f"{text} is no JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ContractError(f"the field {shown(twice)} is there twice: send it once")
    return held
