"""Find the text of each record in a JSON file.

The layouts are: one record a line; one list of records over any lines, or one a line; objects and lists one after
another, with white space or nothing between them, as pretty-printers and delivery streams write them.
"""

import re
from typing import Final

from chargebacks.consolidation.landing.json_values import end_of_value, is_value, skip_space
from chargebacks.errors import UnreadableFileError

Numbered = list[tuple[int, bytes]]  # records' texts with their lines, or their places in the file
_ADJACENT: Final = re.compile(rb"\}[ \t\r]*[\[{]")
_LIST: Final = re.compile(rb"\s*\[")
_LIST_BELOW: Final = re.compile(rb"\n[ \t\r\f\v]*+\[")


def numbered(path: str, data: bytes) -> Numbered:
    """Return the text of each record with its line; with its place when a line may hold several.

    If the first line is JSON by itself, or objects and lists one after another, each line has values of its own, unless
    the file is one list. A line that is not JSON is returned whole. Raises UnreadableFileError for damaged values over
    several lines, because it is unknown where their records end.
    """
    text = data.decode(errors="surrogateescape")
    start = skip_space(text, 0)
    is_list = text.startswith("[", start)
    if is_list and (elements := _whole_list(text, start)) is not None:
        return _places(elements)
    first = text[start:].partition("\n")[0]
    if is_value(first):
        return by_line(data)
    try:
        return _places(_series(text, start))
    except ValueError as error:
        if is_list and not _is_series(first):
            raise UnreadableFileError(f"{path}: damaged JSON array: {error}") from None
        return _lines_of_damaged(path, data, error)


def by_line(data: bytes) -> Numbered:
    """Return the text of each record in JSON lines, with its line, or with its place when a line is not one record."""
    lines = [(n, line) for n, raw in enumerate(data.split(b"\n"), 1) if (line := raw.strip())]
    if not (_ADJACENT.search(data) or _LIST.match(data) or _LIST_BELOW.search(data)):
        return lines
    parts = [_in_line(line) for _, line in lines]
    if all(len(part) == 1 for part in parts):
        return [(n, text) for (n, _), (text,) in zip(lines, parts, strict=True)]
    return list(enumerate((text for part in parts for text in part), 1))


def _in_line(line: bytes) -> list[bytes]:
    if not line.startswith(b"[") and not _ADJACENT.search(line):
        return [line]
    try:
        return [_bytes(one) for one in _series(line.decode(errors="surrogateescape"), 0)]
    except ValueError:
        return [line]


def _lines_of_damaged(path: str, data: bytes, error: ValueError) -> Numbered:
    """Return the lines of a file whose first line is not JSON, unless its values clearly go over several lines."""
    lines = by_line(data)
    whole = (text.startswith(b"{") and is_value(text.decode(errors="surrogateescape")) for _, text in lines)
    if len(lines) > 1 and _is_begun(lines[0][1]) and not any(whole):
        raise UnreadableFileError(f"{path}: damaged JSON over several lines: {error}")
    return lines


def _is_begun(line: bytes) -> bool:
    """Return whether the line is the beginning of an object, without an error in it."""
    text = line.decode(errors="surrogateescape")
    try:
        end_of_value(text, 0)
    except ValueError as error:
        return text.startswith("{") and getattr(error, "pos", len(text)) >= len(text)
    return False


def _is_series(line: str) -> bool:
    try:
        return bool(_series(line, 0))
    except ValueError:
        return False


def _series(text: str, position: int) -> list[str]:
    """Return the records in objects and lists one after another. Raises ValueError when there is something else."""
    found: list[str] = []
    position = skip_space(text, position)
    while position < len(text):
        if text[position] == "[":
            elements, end = _elements(text, position)
            found += elements if _are_records(elements) else [text[position:end]]
        elif text[position] == "{":
            end = end_of_value(text, position)
            found.append(text[position:end])
        else:
            raise ValueError(f"no object at character {position}")
        position = skip_space(text, end)
    return found


def _are_records(elements: list[str]) -> bool:
    """Return whether a list contains records. An empty list, or one of scalars, is one record that is not an object."""
    return any(one[0] in "{[" for one in elements)


def _whole_list(text: str, start: int) -> list[str] | None:
    """Return the elements when the text from `start` is one list and nothing else."""
    try:
        elements, end = _elements(text, start)
    except ValueError:
        return None
    return elements if skip_space(text, end) == len(text) else None


def _elements(text: str, start: int) -> tuple[list[str], int]:
    """Return the texts of the elements of the list that begins at `start`, and where it ends. Raises ValueError."""
    found: list[str] = []
    position = skip_space(text, start + 1)
    more = not text.startswith("]", position)
    while more:
        end = end_of_value(text, position)
        found.append(text[position:end])
        position = skip_space(text, end)
        more = text.startswith(",", position)
        position = skip_space(text, position + 1) if more else position
    if not text.startswith("]", position):
        raise ValueError(f"it does not end where it should, at character {position}")
    return found, position + 1


def _places(texts: list[str]) -> Numbered:
    return [(n, _bytes(text)) for n, text in enumerate(texts, 1)]


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
