"""Landing files that are text, JSON or CSV, as plain records: read character by character where that is the rule.

JSON: a file whose first line is JSON by itself holds one record a line. Otherwise it is one array of records, or
records one after another. CSV: RFC 4180; what it leaves open is told at `_csv_records`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.oracle.exact_json import Literal, read_json

QUOTED: Final = re.compile(r'"((?:[^"]|"")*+)"')
PLAIN: Final = re.compile(r"[^,\r\n]*")
END: Final = re.compile(r"\r*(\n|\Z)")
BLANK: Final = re.compile(r"[ \t\r\n]*")


class UnreadableFile(Exception):  # noqa: N818 — a finding, not a failure of ours
    """The content of the file cannot be read."""


@dataclass(frozen=True)
class NotARecord:
    """A line, element or CSV record that is none."""


def read_json_file(data: bytes) -> list[Any]:
    """The file's records. Raises UnreadableFile for an array that is damaged."""
    text = data.decode("utf-8", "surrogateescape").strip(" \t\r\n")
    lines = [_parsed(line) for line in data.split(b"\n") if line.strip()]
    by_itself = _is_json(text.split("\n")[0])
    try:
        if text.startswith("["):
            return [_checked(one) for one in _LENIENT.decode(text)]
        return lines if by_itself else [_checked(one) for one in _one_after_another(text)]
    except (ValueError, RecursionError):
        if text.startswith("[") and not by_itself:
            raise UnreadableFile from None
        return lines


def _parsed(line: bytes) -> Any:
    try:
        return read_json(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return NotARecord()


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _one_after_another(text: str) -> Iterator[Any]:
    position = 0
    while position < len(text):
        if not text.startswith("{", position):
            raise ValueError(position)
        value, position = _LENIENT.raw_decode(text, position)
        yield value
        position = BLANK.match(text, position).end()  # type: ignore[union-attr]


def _object(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    broken = len(found) < len(pairs) or any(isinstance(value, NotARecord) for value in found.values())
    return NotARecord() if broken else found


def _checked(value: Any) -> Any:
    """The element, unless something in it is what no JSON file may hold, or its bytes were no UTF-8."""
    if isinstance(value, list):
        return NotARecord()
    return NotARecord() if re.search("[\udc80-\udcff]", str(value)) else value


_LENIENT: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Literal.read, parse_constant=lambda _: NotARecord()
)


def names_the_key(data: bytes) -> bool:
    """Whether the first line is a CSV header with the key."""
    line = data.split(b"\n")[0].decode("utf-8", "surrogateescape")
    try:
        header = next(_csv_records(line), None)
    except UnreadableFile:
        return False
    return header is not None and "chargeback_id" in header


def read_csv_file(data: bytes) -> list[Any]:
    """The file's records, empty fields as None. Raises UnreadableFile: no usable header, or an open quote."""
    names, *found = list(_csv_records(data.decode("utf-8", "surrogateescape"))) or [None]
    if names is None or "chargeback_id" not in names or len(set(names)) < len(names) or not _utf8(names):
        raise UnreadableFile
    return [
        {name: field or None for name, field in zip(names, fields, strict=True)}
        if fields is not None and len(fields) == len(names) and _utf8(fields)
        else NotARecord()
        for fields in found
    ]


def _csv_records(text: str) -> Iterator[list[str] | None]:
    """The fields of each record; None for one that is badly quoted, which ends with the line it goes wrong in.

    A carriage return belongs to the line's end or into quotes. Blank lines are no records.
    """
    position = 0
    while position < len(text):
        blank = END.match(text, position)
        if blank:
            position = blank.end()
        else:
            fields, position = _csv_record(text, position)
            yield fields


def _csv_record(text: str, position: int) -> tuple[list[str] | None, int]:
    fields: list[str] = []
    while True:
        quoted = text.startswith('"', position)
        match = (QUOTED if quoted else PLAIN).match(text, position)
        if match is None:
            raise UnreadableFile("a quote is never closed")
        fields.append(match[1].replace('""', '"') if quoted else match[0])
        position = match.end()
        if end := END.match(text, position):
            return fields, end.end()
        if not text.startswith(",", position):
            return None, text.find("\n", position) + 1 or len(text)
        position += 1


def _utf8(texts: list[str]) -> bool:
    return not any(re.search("[\udc80-\udcff]", text) for text in texts)
