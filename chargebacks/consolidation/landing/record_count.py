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


def _lines(raw: str) -> int:
    return sum(bool(line.strip()) for line in _LINE_END.split(raw))
