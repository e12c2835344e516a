"""Find where JSON values end in a text and how deep they nest, without recursion: no nesting is too deep."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

_ANY: Final = json.JSONDecoder(parse_int=float)  # Python refuses integers of over 4,300 digits
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|(?P<cut>\Z))|[\[\]{}]', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_CLOSES: Final = {"{": "}", "[": "]"}


def end_of_value(text: str, start: int) -> int:
    """Return the position after the JSON value that begins at `start`. Raises ValueError when none ends."""
    try:
        return _ANY.raw_decode(text, start)[1]
    except RecursionError:
        return _end_of_brackets(text, start)


def approximate(text: str | bytes) -> Any:
    """Return the value of JSON text with inexact numbers, to look at its shape; None when it cannot be parsed."""
    try:
        return json.loads(text, parse_int=float)  # as `_ANY`
    except (ValueError, RecursionError):
        return None


def is_value(text: str) -> bool:
    """Return whether the text is one JSON value, with nothing but white space around it."""
    try:
        return skip_space(text, end_of_value(text, skip_space(text, 0))) == len(text)
    except ValueError:
        return False


def skip_space(text: str, position: int) -> int:
    """Return the position of the first character that is not JSON white space."""
    match = _SPACE.match(text, position)
    return match.end() if match else position


def is_deeper(text: str, levels: int) -> bool:
    """Return whether lists and objects nest more than `levels` deep."""
    if text.count("[") + text.count("{") <= levels:
        return False
    depth = 0
    for token in _tokens(text, 0):
        if token[0] in _CLOSES:
            depth += 1
            if depth > levels:
                return True
        elif token[0] in "]}":
            depth -= 1
    return False


def top_objects(text: str) -> int:
    """Count the objects that begin in no other object, also in text that is cut off or damaged."""
    count = depth = 0
    for token in _tokens(text, 0):
        if token[0] == "{":
            count += not depth
            depth += 1
        elif token[0] == "}":
            depth = max(depth - 1, 0)
    return count


def _tokens(text: str, start: int) -> Iterator[re.Match[str]]:
    """Yield strings and brackets. After a quote that is never closed, yield brackets only."""
    for token in _TOKEN.finditer(text, start):
        if token["cut"] is not None:  # trying each later quote would scan the rest again and again
            yield from _BRACKET.finditer(text, token.start())
            return
        yield token


def _end_of_brackets(text: str, start: int) -> int:
    closers: list[str] = []
    for token in _tokens(text, start):
        mark = token[0]
        if mark in _CLOSES:
            closers.append(_CLOSES[mark])
        elif mark in "]}":
            if closers.pop() != mark:
                raise ValueError(f"a bracket is closed by {mark!r} at character {token.start()}")
            if not closers:
                return token.end()
    raise ValueError("it is cut off")
