"""Count the records that a reject plausibly contains, when the reader had to guess where it ends.

The count depends on the reject's text alone, so it can be repeated from the quarantine. A reject too large to be one
record makes its whole file unreadable.
"""

import re
from collections.abc import Iterable
from typing import Final

from chargebacks.consolidation.landing.json_values import is_value, top_objects
from chargebacks.consolidation.landing.raw_rows import Reject
from chargebacks.errors import UnreadableFileError

MAX_BYTES: Final = 64 * 1024
MAX_LINES: Final = 20
_SOME_COLUMNS: Final = 4  # lines of prose may well have fewer commas than that
_KEY: Final = re.compile(r'"chargeback_id"\s*:')
_LINE_END: Final = re.compile(r"[\r\n]+")


def json_reject(line: int, reason: str, raw: str) -> Reject:
    """Return the reject of a JSON text. A text that is one JSON value is one record, whatever is wrong with it."""
    if is_value(raw):
        return Reject(line, reason, raw)
    return Reject(line, reason, raw, max(1, top_objects(raw), len(_KEY.findall(raw))), guessed=True)


def csv_reject(line: int, reason: str, raw: str) -> Reject:
    """Return the reject of a CSV record: one record for each of its lines that is not blank."""
    return Reject(line, reason, raw, max(1, _lines(raw)), guessed=True)


def check(path: str, rejects: Iterable[Reject]) -> None:
    """Raise UnreadableFileError when a reject whose end was guessed is too large to be one record."""
    for bad in rejects:
        if bad.guessed and (len(bad.raw.encode()) > MAX_BYTES or _lines(bad.raw) > MAX_LINES):
            raise UnreadableFileError(
                f"{path}: the text from line {bad.line} cannot be split into records: {len(bad.raw.encode())}"
                f" bytes, {_lines(bad.raw)} lines, perhaps {bad.records} records"
                f" ({bad.reason.removeprefix('record: ')}): let upstream write the file again"
            )


def check_texts(path: str, line: int, texts: Iterable[str], columns: int) -> None:
    """Raise UnreadableFileError when a field of the CSV record at `line` holds records, as between two stray quotes."""
    if any(holds_records(text, columns) for text in texts):
        raise UnreadableFileError(
            f"{path}: a quoted field of the record at line {line} holds over {MAX_LINES} lines with as many commas as"
            " the header: probably records between two stray quotes: let upstream write the file again"
        )


def holds_records(text: str, columns: int) -> bool:
    """Return whether over MAX_LINES lines of a field's text have as many commas as a header of so many columns."""
    if columns < _SOME_COLUMNS or text.count("\n") <= MAX_LINES:
        return False
    return sum(line.count(",") == columns - 1 for line in text.split("\n")) > MAX_LINES


def _lines(raw: str) -> int:
    return sum(bool(line.strip()) for line in _LINE_END.split(raw))
