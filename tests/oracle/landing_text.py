"""Landing files that are text, JSON or CSV, as plain records: read character by character where that is the rule.

JSON: one array is its elements. A file whose first line is JSON by itself holds its records line by line, a line being
one, several one after another, or arrays of them. Otherwise records and arrays follow one another over any lines.
CSV: RFC 4180; what it leaves open is told at `_csv_records`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.oracle.exact_json import read_json

QUOTED: Final = re.compile(r'"((?:[^"]|"")*+)"')
ESCAPED: Final = re.compile(r'"((?:[^"\\]|\\.|"")*+)"', re.DOTALL)
DOUBLED_QUOTE: Final = "\ue000\ue001"  # stands for a quote that was doubled, until all the file is read
OUR_HEADER: Final = [
    *("chargeback_id", "status", "merchant_id", "amount", "currency", "created_at", "updated_at"),
    *("reason", "metadata", "event_type", "event_timestamp", "extras"),
]
PLAIN: Final = re.compile(r"[^,\r\n]*")
END: Final = re.compile(r"\r*(\n|\Z)")


class UnreadableFile(Exception):  # noqa: N818 — a finding, not a failure of ours
    """The content of the file cannot be read."""


@dataclass(frozen=True)
class NotARecord:
    """Text that is not a record, and how many records it may hold where its end is a guess."""

    records: int = 1


def read_json_file(data: bytes) -> list[Any]:
    """The file's records. Raises UnreadableFile: damage over several lines, envelopes, text of no known end."""
    found = _json_texts(data)
    values = [_leniently(text) for text in found]
    held = [len(value) if _objects(value) else _enveloped(value) for value in values]
    if found and all(held) and not any(isinstance(value, list) for value in values):
        raise UnreadableFile
    return [NotARecord(count) if count else _parsed(text) for count, text in zip(held, found, strict=True)]


def _leniently(text: str) -> Any:
    try:
        return json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None


def _objects(value: Any) -> bool:
    return isinstance(value, list) and value != [] and {type(one) for one in value} == {dict}


def _enveloped(value: Any) -> int:
    """The records in an object without an id: in lists that show ids, else in its only list of objects."""
    if not isinstance(value, dict) or value.get("chargeback_id") is not None:
        return 0
    if shown := _shown_within(value):
        return shown
    lists = [inner for inner in value.values() if _objects(inner)]
    return len(lists[0]) if len(lists) == 1 else 0


def _shown_within(value: dict[str, Any]) -> int:
    total = 0
    for inner in value.values():
        if _objects(inner):
            total += len(inner) if any("chargeback_id" in one for one in inner) else 0
        elif isinstance(inner, dict) and inner.get("chargeback_id") is None:
            total += _shown_within(inner)
    return total


def _json_texts(data: bytes) -> list[str]:
    text = data.decode("utf-8", "surrogateescape").strip(" \t\r\n")
    first, more, _ = text.partition("\n")
    values = _values(text)
    if values is not None and len(values) == 1 and text.startswith("["):
        return _split(text[1:-1], ",")
    if not _is_json(first):
        if values is not None:
            return _flat(values)
        if text.startswith("[") and _values(first) is None:
            raise UnreadableFile
        if more and _is_begun(first) and not any(map(_is_object, text.split("\n"))):
            raise UnreadableFile
    lines = [raw.strip().decode("utf-8", "surrogateescape") for raw in data.split(b"\n")]
    parts = (line if (found := _values(line)) is None else _flat(found) for line in lines if line)
    return [one for part in parts for one in ([part] if isinstance(part, str) else part)]


def _flat(values: list[str]) -> list[str]:
    """Each object, and what is in each list, but a list without lists and objects is one."""
    found = []
    for value in values:
        inside = _split(value[1:-1], ",") if value.startswith("[") else [value]
        found += inside if any(one.startswith(("{", "[")) for one in inside) else [value]
    return found


def _values(text: str) -> list[str] | None:
    """The objects and lists that the text consists of, or None when there is anything else in it."""
    found = _split(text, None)
    good = all(one.startswith(("{", "[")) and _is_json(one) for one in found)
    return found if good else None


def _split(text: str, separator: str | None) -> list[str]:
    """What stands between separators, or each bracket with all in it, character by character."""
    parts, begin, depth, quoted, escaped = [], 0, 0, False, False
    for position, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
            continue
        quoted = character == '"'
        depth += (character in "{[") - (character in "}]")
        if depth == 0 and (character == separator or (separator is None and character in "}]")):
            parts.append(text[begin : position + (separator is None)])
            begin = position + 1
    parts.append(text[begin:])
    return [one for part in parts if (one := part.strip(" \t\r\n"))]


def _parsed(text: str) -> Any:
    try:
        return read_json(text.encode("utf-8", "surrogateescape").decode("utf-8"))
    except UnicodeDecodeError:
        pass
    except (ValueError, RecursionError):
        pass
    if _is_json(text):
        return NotARecord()
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _guessed(shown, max(1, _top_objects(shown), len(re.findall(r'"chargeback_id"\s*:', shown))))


def _guessed(text: str, records: int) -> NotARecord:
    """Text whose end was a guess: too much of it makes the file unreadable."""
    if len(text.encode()) > 65536 or lines_in(text) > 20:
        raise UnreadableFile
    return NotARecord(records)


def lines_in(text: str) -> int:
    """Lines that are not blank, whatever ends them."""
    return len([line for line in re.split("[\r\n]", text) if line.strip()])


def _top_objects(text: str) -> int:
    """Objects that begin in no other. A quote that is never closed is passed over."""
    found = depth = 0
    for character in re.sub(r'"([^"\\]|\\[\s\S])*"', "", text):
        found += character == "{" and depth == 0
        depth = max(0, depth + (character == "{") - (character == "}"))
    return found


def _is_json(text: str) -> bool:
    """Whether it is one value; one that nests deeper than Python reads is when its brackets are closed."""
    try:
        json.loads(text, parse_int=float)
    except RecursionError:
        return len(_split(text, None)) == 1 and text.rstrip().endswith(("]", "}"))
    except ValueError:
        return False
    return True


def _is_object(line: str) -> bool:
    return line.strip().startswith("{") and _is_json(line)


def _is_begun(line: str) -> bool:
    """Whether only more text is missing to make an object of it."""
    try:
        json.loads(line, parse_int=float)
    except json.JSONDecodeError as error:
        return line.startswith("{") and error.pos >= len(line.rstrip())
    except RecursionError:
        return line.startswith("{")
    return False


def names_the_key(data: bytes) -> bool:
    """Whether the first line is a CSV header with the key."""
    line = data.split(b"\n")[0].decode("utf-8", "surrogateescape")
    try:
        header = next(_csv_records(line), None)
    except UnreadableFile:
        return False
    names = (header and header.fields) or []
    return "chargeback_id" in names and _utf8(names)


def read_csv_file(data: bytes, escape: str = "") -> list[Any]:
    """The file's records, empty fields as None. Raises UnreadableFile: no header, an open quote, or two readings."""
    text = data.decode("utf-8", "surrogateescape")
    names, *found = list(_csv_records(text, _by_backslash(text, escape))) or [CsvRecord(None, "")]
    header = names.fields or []
    if "chargeback_id" not in header or len(set(header)) < len(header) or not _utf8(header):
        raise UnreadableFile
    return [_csv_object(header, record) for record in found]


@dataclass(frozen=True)
class CsvRecord:
    """A record's fields, None where it is badly quoted, and its text. `strict`: no quote is doubled."""

    fields: list[str] | None
    text: str
    strict: bool = True


def _csv_object(names: list[str], record: CsvRecord) -> Any:
    fields = record.fields
    if fields is None or len(fields) != len(names):
        shown = record.text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return _guessed(shown, max(1, lines_in(shown)))
    bare = [fields[0].removeprefix("\ufeff"), *fields[1:]]
    if bare == names or not _utf8(fields):
        return NotARecord()
    if sorted(bare) == sorted(names):
        raise UnreadableFile
    if len(names) > 3 and any(_rows_within(field, len(names)) > 20 for field in fields):
        raise UnreadableFile
    return {name: field or None for name, field in zip(names, fields, strict=True)}


def _rows_within(field: str, columns: int) -> int:
    return len([line for line in field.split("\n") if len(line.split(",")) == columns])


def _by_backslash(text: str, escape: str) -> bool:
    """Whether backslashes escape: as told, or as the only reading in which every record is as long as the header.

    Raises UnreadableFile when both readings are such and say different things.
    """
    first = next(_csv_records(text.partition("\n")[0]), None) if '"' not in text.partition("\n")[0] else None
    if "\\" not in text or (first and first.fields == OUR_HEADER):
        return False
    if escape:
        return escape == "backslash"
    plain, escaped = (_clean(text, by_backslash) for by_backslash in (False, True))
    if plain and escaped and plain != escaped:
        raise UnreadableFile
    return bool(escaped) and not plain


def _clean(text: str, by_backslash: bool) -> list[list[str] | None]:
    """The fields of all records when nothing is wrong with any; else nothing."""
    try:
        found = list(_csv_records(text, by_backslash))
    except UnreadableFile:
        return []
    strict = all(record.strict or not by_backslash for record in found)
    lengths = {record.fields and len(record.fields) for record in found}
    return [record.fields for record in found] if strict and len(lengths) == 1 and None not in lengths else []


def _csv_records(text: str, by_backslash: bool = False) -> Iterator[CsvRecord]:
    """Each record; one that is badly quoted ends with the line it goes wrong in.

    A carriage return belongs to the line's end or into quotes. Blank lines are no records.
    """
    position = 0
    while position < len(text):
        blank = END.match(text, position)
        if blank:
            position = blank.end()
        else:
            start = position
            fields, position = _csv_record(text, position, by_backslash)
            inside = text[start:position].rstrip("\r\n")
            strict = fields is None or not any(DOUBLED_QUOTE in field for field in fields)
            bare = fields and [field.replace(DOUBLED_QUOTE, '"') for field in fields]
            yield CsvRecord(bare, inside, strict)


def _csv_record(text: str, position: int, by_backslash: bool) -> tuple[list[str] | None, int]:
    """The fields, a doubled quote in them as DOUBLED_QUOTE, and where the next record begins."""
    fields: list[str] = []
    while True:
        quoted = text.startswith('"', position)
        pattern = (ESCAPED if by_backslash else QUOTED) if quoted else PLAIN
        match = pattern.match(text, position)
        if match is None:
            raise UnreadableFile("a quote is never closed")
        if not quoted:
            fields.append("" if by_backslash and match[0] == "\\N" else match[0])
        elif by_backslash:
            fields.append(re.sub(r'\\(["\\\r\n])|""', lambda one: one[1] or DOUBLED_QUOTE, match[1]))
        else:
            fields.append(match[1].replace('""', DOUBLED_QUOTE))
        position = match.end()
        if end := END.match(text, position):
            return fields, end.end()
        if not text.startswith(",", position):
            return None, text.find("\n", position) + 1 or len(text)
        position += 1


def _utf8(texts: list[str]) -> bool:
    return not any(re.search("[\udc80-\udcff]", text) for text in texts)
