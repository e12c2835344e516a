"""CSV → records told apart by Python's csv: the slow and exact way, for files with surprises.

RFC 4180 with commas and double quotes, lines ended by LF or CRLF. The header names the columns, in any order.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chargebacks.consolidation.landing.objects import from_objects
from chargebacks.consolidation.landing.raw_rows import MAX_NAME, Raw, Reject, when_asked
from chargebacks.consolidation.landing.record_count import check_texts, csv_reject
from chargebacks.errors import UnreadableFileError
from chargebacks.record import KEY

_OTHER_DELIMITERS: Final = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
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
    """Return the file's records. Reject records of another length than the header, not UTF-8, badly quoted, or equal
    to the header.

    Raises UnreadableFileError when there is no usable header, when the file ends inside quotes, so that records may be
    lost, when a line names the columns in another order, so that the columns after it are unknown, and when a field
    holds records.
    """
    found = _records(path, data)
    _, header, first = next(found, (1, [], ""))
    names = checked(path, header, first)
    good: list[tuple[int, list[str], str]] = []
    rejects: list[Reject] = []
    for line, fields, raw in found:
        if isinstance(fields, csv.Error) or len(fields) != len(names):
            rejects.append(csv_reject(line, f"record: {_fault(fields, len(names))}", _shown(raw)))
        elif not _is_unicode(raw):
            rejects.append(Reject(line, "record: not UTF-8", _shown(raw)))
        elif KEY in raw and _is_header(path, line, fields, names):
            rejects.append(Reject(line, "record: a repeated header row", _shown(raw)))
        else:
            check_texts(path, line, fields, len(names))
            good.append((line, fields, raw.rstrip("\r\n")))
    return Records(names, good, rejects)


def _is_header(path: str, line: int, fields: Sequence[str], names: Sequence[str]) -> bool:
    """Return whether the record repeats the header, as in concatenated files.

    Raises UnreadableFileError when it names the columns in another order.
    """
    found = [fields[0].removeprefix("\ufeff"), *fields[1:]]
    if sorted(found) == sorted(names) and found != list(names):
        raise UnreadableFileError(
            f"{path}: line {line} names the columns in another order than the header: land each file by itself"
        )
    return found == list(names)


def checked(path: str, names: Sequence[str] | csv.Error, first: str) -> Sequence[str]:
    """Return the header's names. Raises UnreadableFileError when they do not name the fields.

    `first` is the header's text.
    """
    if isinstance(names, csv.Error):
        raise UnreadableFileError(
            f"{path}: no CSV header in the first line: {_told(names)}{delimiter_hint(first)}"
        )
    if KEY not in names:
        raise UnreadableFileError(
            f"{path}: no column {KEY}: the first line must name the columns, with commas{delimiter_hint(first)}"
        )
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise UnreadableFileError(
            f"{path}: the CSV header names {twice[0][:MAX_NAME]!r} twice: name each column once"
        )
    if not all(map(_is_unicode, names)):
        raise UnreadableFileError(f"{path}: the CSV header is not UTF-8")
    return names


def delimiter_hint(first: str) -> str:
    """Return the end of a reason that says what the first line has instead of names with commas, or nothing."""
    if first.startswith("sep="):
        return "; 'sep=' is for spreadsheets: let upstream leave it out"
    for mark, name_of_mark in _OTHER_DELIMITERS.items():
        if KEY in (name.strip(' "\r\n') for name in first.split(mark)) and mark in first:
            return f"; the columns seem to be separated by {name_of_mark}"
    return ""


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


def _fault(fields: list[str] | csv.Error, wanted: int) -> str:
    if isinstance(fields, csv.Error):
        return f"not CSV: {_told(fields)}"
    return f"{len(fields)} fields where the header names {wanted}"


def _told(error: csv.Error) -> str:
    return str(error).partition(" - ")[0]  # what follows is advice to Python programmers


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text)


def _shown(raw: str) -> str:
    return raw.rstrip("\r\n").encode(errors="surrogateescape").decode(errors="replace")
