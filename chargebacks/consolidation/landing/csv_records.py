"""CSV → a raw frame, record by record by Python's csv: the slow and exact way, for files with surprises.

RFC 4180 with commas and double quotes, lines ended by LF or CRLF. The header names the columns, in any order.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from chargebacks.consolidation.landing.objects import from_objects
from chargebacks.consolidation.landing.raw_rows import Raw, Reject
from chargebacks.errors import UnreadableFileError

KEY: Final = "chargeback_id"
_OPEN_QUOTE: Final = "unexpected end of data"
Record = tuple[int, list[str] | csv.Error, str]  # line (1-based) where it starts, fields, raw text


def read(path: str, data: bytes) -> Raw:
    """The raw frame; a record of another length than the header, not UTF-8, or badly quoted is rejected alone.

    An empty field is null. Raises UnreadableFileError: no usable header, or the file ends inside quotes, so that
    nobody could say which records were lost.
    """
    found = _records(path, data)
    names = checked(path, next((fields for _, fields, _ in found), []))
    texts: dict[int, str] = {}
    objects: list[tuple[int, dict[str, str | None]]] = []
    rejects: list[Reject] = []
    for line, fields, raw in found:
        texts[line] = _shown(raw)
        if isinstance(fields, list) and len(fields) == len(names) and _is_unicode(raw):
            objects.append((line, dict(zip(names, (field or None for field in fields), strict=True))))
        else:
            rejects.append(Reject(line, f"record: {_fault(fields, raw, len(names))}", texts[line]))
    return from_objects(objects, texts.__getitem__, rejects)


def checked(path: str, names: Sequence[str] | csv.Error) -> Sequence[str]:
    """The header's names. Raises UnreadableFileError when they cannot say what the fields are."""
    if isinstance(names, csv.Error):
        raise UnreadableFileError(f"{path}: no CSV header in the first line: {_told(names)}")
    if KEY not in names:
        raise UnreadableFileError(
            f"{path}: no column {KEY}: the first line must name the columns, with commas"
        )
    if twice := [name for name in names if names.count(name) > 1]:
        raise UnreadableFileError(f"{path}: the CSV header names {twice[0]!r} twice: name each column once")
    if not all(map(_is_unicode, names)):
        raise UnreadableFileError(f"{path}: the CSV header is not UTF-8")
    return names


def raw_texts(path: str, data: bytes) -> dict[int, str]:
    """The raw text of each record by the line where it starts."""
    return {line: _shown(raw) for line, _, raw in _records(path, data)}


def _records(path: str, data: bytes) -> Iterator[Record]:
    """Every record, the header too; blank lines are passed over."""
    csv.field_size_limit(sys.maxsize)
    text = data.decode(errors="surrogateescape")
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    reader = csv.reader(lines, strict=True)
    while (start := reader.line_num) < len(lines):
        fields = _next(reader)
        if isinstance(fields, csv.Error) and str(fields) == _OPEN_QUOTE:
            raise UnreadableFileError(
                f"{path}: cut off, or a quote opened in line {start + 1} is never closed"
            )
        if fields:
            yield start + 1, fields, "".join(lines[start : reader.line_num])


def _next(reader: Iterator[list[str]]) -> list[str] | csv.Error:
    try:
        return next(reader)
    except csv.Error as error:
        return error


def _fault(fields: list[str] | csv.Error, raw: str, wanted: int) -> str:
    if isinstance(fields, csv.Error):
        return f"not CSV: {_told(fields)}"
    if len(fields) != wanted:
        return f"{len(fields)} fields where the header names {wanted}"
    return "not UTF-8"


def _told(error: csv.Error) -> str:
    return str(error).partition(" - ")[0]  # what follows is advice to Python programmers


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text)


def _shown(raw: str) -> str:
    return raw.rstrip("\r\n").encode(errors="surrogateescape").decode(errors="replace")
