r"""Decide how a CSV file escapes quotes inside quotes: doubled (RFC 4180), or by a backslash (Spark, MySQL).

Text with backslashes is rewritten with doubled quotes, line by line, so that one reader serves both. Inside quotes,
`\"` is a quote and `\\` a backslash; outside, a backslash is text (as Spark writes it). A backslash before a line
end inside quotes is not part of the text, and an unquoted `\N` is null (MySQL's manual, SELECT ... INTO OUTFILE). A
backslash before any other character is kept.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from chargebacks import record
from chargebacks.consolidation.landing.raw_rows import Raw, Reject
from chargebacks.consolidation.landing.record_count import csv_reject
from chargebacks.errors import UnreadableFileError

QUOTE: Final = "quote"
BACKSLASH: Final = "backslash"
# The headers of our own data files, which double quotes. A release that adds a column adds its header here.
_FIRST_HEADER: Final = (
    "chargeback_id,status,merchant_id,amount,currency,created_at,updated_at,reason,metadata,event_type,"
    "event_timestamp,extras"
)
OWN_HEADERS: Final = frozenset({tuple(_FIRST_HEADER.split(",")), (*record.FIELDS, record.EXTRAS)})

_ESCAPE: Final = re.compile(rb'\\["\\\r\nN]')
_DOUBLED: Final = rb'"(?:[^"]++|"")*+"'
_ESCAPED: Final = rb'"(?:[^"\\]++|\\.)*+"'
_UNQUOTED: Final = rb'(?!")[^,\r\n]*+'
_LINE_END: Final = rb"\r*(?:\n|\Z)"
_FIELD: Final = re.compile(
    rb'(?<![^,\n])(?:\\N(?=,|\r*(?:\n|\Z))|"(?P<inside>(?:[^"\\]++|\\.?|"")*+)(?P<end>"?))', re.DOTALL
)
_ESCAPE_INSIDE: Final = re.compile(rb'\\(["\\\r\n])')


def doubled(path: str, data: bytes, names: Sequence[str], escape: str) -> bytes:
    """Return the text with doubled quotes: `data` itself, unless the file is written with backslashes.

    `names` are the header's; `escape` is the setting `csv_escape`. Raises UnreadableFileError when both readings are
    possible and differ. Backslashes that mean the same in both readings do not matter here.
    """
    if escape == QUOTE or tuple(names) in OWN_HEADERS or not _ESCAPE.search(data):
        return data
    if escape == BACKSLASH:
        return _rewritten(data)
    if not _is_clean(data, _ESCAPED):  # first, because a file with doubled quotes fails in its first records
        return data
    text = _rewritten(data)
    if text != data and _is_clean(data, _DOUBLED):
        raise UnreadableFileError(
            f"{path}: a backslash may escape in this CSV file or stand for itself, and the values differ: set"
            f" csv_escape to {QUOTE} or {BACKSLASH}"
        )
    return text


def with_texts_of(raw: Raw, data: bytes) -> Raw:
    """Return the raw frame with the texts of records as they are in `data`, which has the same lines."""
    lines = cache(lambda: data.decode(errors="replace").split("\n"))

    def original(line: int, text: str) -> str:
        return "\n".join(lines()[line - 1 : line + text.count("\n")]).rstrip("\r\n")

    def with_text(bad: Reject) -> Reject:
        text = original(bad.line, bad.raw)
        return csv_reject(bad.line, bad.reason, text) if bad.guessed else replace(bad, raw=text)

    return replace(
        raw,
        raw_text=lambda line: original(line, raw.raw_text(line)),
        rejects=[with_text(bad) for bad in raw.rejects],
    )


def with_hint(raw: Raw, data: bytes) -> Raw:
    """Return the raw frame with a hint in the rejects' reasons, if backslashes may escape quotes in `data`."""
    if b'\\"' not in data:
        return raw
    hint = f"; if backslashes escape quotes in this file, set csv_escape to {BACKSLASH}"
    return replace(
        raw, rejects=[replace(bad, reason=bad.reason + hint) if bad.guessed else bad for bad in raw.rejects]
    )


def _is_clean(data: bytes, quoted: bytes) -> bool:
    """Return whether every record has as many fields as the first, each one either quoted this way or unquoted."""
    field = rb"(?:%b|%b)" % (quoted, _UNQUOTED)
    first = _compiled(rb"(?:\r*\n)*+(%b(?:,%b)*+)%b" % (field, field, _LINE_END)).match(data)
    if first is None:
        return False
    commas = _compiled(field + rb"(,?)").findall(first[1]).count(b",")
    next_record = _compiled(rb"(?:\r*+(?:\n|\Z)|%b(?:,%b){%d}%b)" % (field, field, commas, _LINE_END))
    position = first.end()
    while position < len(data):
        found = next_record.match(data, position)
        if found is None:
            return False
        position = found.end()
    return True


def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


def _rewritten(data: bytes) -> bytes:
    """Return the text with quotes doubled instead of escaped. A doubled quote stays one."""
    return _FIELD.sub(_field, data)


def _field(found: re.Match[bytes]) -> bytes:
    inside = found["inside"]
    if inside is None:
        return b'""'  # null is an empty field; without quotes, a record of one field would be a blank line
    if b"\\" not in inside:
        return found[0]
    return b'"' + _ESCAPE_INSIDE.sub(_character, inside) + found["end"]


def _character(found: re.Match[bytes]) -> bytes:
    return b'""' if found[1] == b'"' else found[1]
