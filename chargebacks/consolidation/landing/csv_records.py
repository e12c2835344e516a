"""CSV → records told apart by Python's csv: the slow and exact way, for files with surprises.

RFC 4180 with commas and double quotes, lines ended by LF or CRLF. The header names the columns, in any order.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chargebacks.consolidation.landing.objects import from_objects
from chargebacks.consolidation.landing.raw_rows import Raw, Reject, when_asked
from chargebacks.errors import UnreadableFileError

KEY: Final = "chargeback_id"
_OPEN_QUOTE: Final = "unexpected end of data"
Record = tuple[int, list[str] | csv.Error, str]  # line (1-based) where it starts, fields, raw text


@dataclass(frozen=True)
class Records:
    """A file's records: those with a field for each name, as (line, fields, raw text), and the others."""

    names: Sequence[str]
    good: list[tuple[int, list[str], str]]
    rejects: list[Reject]

    def raw(self) -> Raw:
        """The raw frame. An empty field is null."""
        objects = ((line, self._object(fields)) for line, fields, _ in self.good)
        return from_objects(objects, when_asked(self.texts), self.rejects)

    def texts(self) -> dict[int, str]:
        """The raw text of each record by the line where it starts."""
        return {line: raw for line, _, raw in self.good} | {bad.line: bad.raw for bad in self.rejects}

    def _object(self, fields: list[str]) -> dict[str, str | None]:
        return {name: field or None for name, field in zip(self.names, fields, strict=True)}


def read(path: str, data: bytes) -> Records:
    """The file's records; one of another length than the header, not UTF-8, or badly quoted is rejected alone.

    Raises UnreadableFileError: no usable header, or the file ends inside quotes, so that nobody could say which
    records were lost.
    """
    found = _records(path, data)
    names = checked(path, next((fields for _, fields, _ in found), []))
    good: list[tuple[int, list[str], str]] = []
    rejects: list[Reject] = []
    for line, fields, raw in found:
        if isinstance(fields, list) and len(fields) == len(names) and _is_unicode(raw):
            good.append((line, fields, raw.rstrip("\r\n")))
        else:
            rejects.append(Reject(line, f"record: {_fault(fields, raw, len(names))}", _shown(raw)))
    return Records(names, good, rejects)


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
