"""JSON that is not one record a line: an array of records, or records one after another over any lines.

That is what a pretty-printer writes, a script that dumps a list, and a delivery stream that sets no line ends.
"""

import json
import re
from typing import Final

from chargebacks.errors import UnreadableFileError

_ANY: Final = json.JSONDecoder()  # only to find where a value ends
_SPACE: Final = re.compile(r"[ \t\r\n]*")


def split(path: str, data: bytes) -> list[bytes] | None:
    """The text of each record, or None when the file holds JSON lines.

    Its first line decides: if that is JSON by itself, so is every line, unless the file is one array. Raises
    UnreadableFileError for an array that is damaged: nobody could say where its records end.
    """
    text = data.decode(errors="surrogateescape")
    start = _skip(text, 0)
    first_line_is_whole = _is_value(text[start:].partition("\n")[0])
    try:
        if text.startswith("[", start):
            return _elements(text, start)
        return None if first_line_is_whole else _series(text, start)
    except (ValueError, RecursionError) as error:
        if text.startswith("[", start) and not first_line_is_whole:
            raise UnreadableFileError(f"{path}: damaged JSON array: {error}") from None
        return None


def _elements(text: str, start: int) -> list[bytes]:
    found: list[bytes] = []
    position = _skip(text, start + 1)
    more = not text.startswith("]", position)
    while more:
        _, end = _ANY.raw_decode(text, position)
        found.append(_bytes(text[position:end]))
        position = _skip(text, end)
        more = text.startswith(",", position)
        position = _skip(text, position + 1) if more else position
    if not text.startswith("]", position) or _skip(text, position + 1) < len(text):
        raise ValueError(f"it does not end where it should, at character {position}")
    return found


def _series(text: str, position: int) -> list[bytes]:
    found: list[bytes] = []
    while position < len(text):
        if text[position] != "{":
            raise ValueError(f"no object at character {position}")
        _, end = _ANY.raw_decode(text, position)
        found.append(_bytes(text[position:end]))
        position = _skip(text, end)
    return found


def _is_value(line: str) -> bool:
    try:
        _ANY.decode(line)
    except (ValueError, RecursionError):
        return False
    return True


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
