"""The raw frame: what one landing file held, before any rule of the record is applied.

A raw frame has the record's columns as upstream typed them (text, native or decimal), metadata flat, everything
unknown as JSON text in `extras`, and `line` (1-based row or line number). Of our own attributes it keeps only
`consolidation_date`, by which an echo is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import polars as pl

from chargebacks import record

FILE: Final = "file"
MAX_NAME: Final = 100  # characters of a field's or column's name in a reason
LINE: Final = "line"
KNOWN: Final = frozenset({*record.FIELDS, *record.OWN_ATTRIBUTES})
TEXTS: Final = ("chargeback_id", *record.TEXT_FIELDS)
JUDGED: Final = ("amount", *record.INSTANT_FIELDS)
VALUES: Final = (*JUDGED, record.CONSOLIDATION_DATE)
COLUMNS: Final = (*TEXTS, *record.METADATA_FIELDS, *VALUES, record.EXTRAS)


@dataclass(frozen=True)
class Reject:
    """A record set apart: its line or row (1-based), why, and its raw text.

    `records`: how many records the raw text plausibly contains; a function of its bytes. `guessed`: whether the reader
    had to guess where the text ends.
    """

    line: int
    reason: str
    raw: str
    records: int = 1
    guessed: bool = False


@dataclass
class Raw:
    """What one file held: readable rows, `raw_text` by line for those rejected later, and rejects already known.

    `lost_columns`: unknown columns whose values could not be converted; the rows are there without them.
    """

    frame: pl.DataFrame
    raw_text: Callable[[int], str]
    rejects: list[Reject] = field(default_factory=list)
    lost_columns: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """How many records the file held, rejects included."""
        return self.frame.height + sum(bad.records for bad in self.rejects)


def nothing() -> Raw:
    """The raw frame of an empty or unreadable file."""
    return Raw(pl.DataFrame(schema={"chargeback_id": pl.String, LINE: pl.UInt32}), lambda _: "")


def when_asked(make: Callable[[], Mapping[int, str]]) -> Callable[[int], str]:
    """Raw texts by line, made when the first is asked for: most files have nothing to reject."""
    made = cache(make)
    return lambda line: made()[line]
