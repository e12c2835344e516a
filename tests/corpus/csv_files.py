"""CSV by Python's csv module in its dialects and in other encodings."""

import csv
import io
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any, Final

from tests.corpus.readers import csv_rows, none
from tests.corpus.records import as_text
from tests.corpus.spec import Fate, Make, Reader, Row, Spec

QUOTINGS: Final = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "nonnumeric": csv.QUOTE_NONNUMERIC}
ENDS: Final = {"lf": "\n", "crlf": "\r\n", "blank-lines": "\n\n"}
BACKSLASH: Final = {"doublequote": False, "escapechar": "\\"}
UNQUOTED: Final = {"quoting": csv.QUOTE_NONE, "escapechar": "\\"}
FOREIGN: Final = {"semicolon": ";", "tab": "\t", "pipe": "|", "unit-separator": "\x1f", "colon": ":"}
RFC: Final = csv_rows()


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    for quoting, end in product(QUOTINGS, ENDS):
        make = partial(written, quoting=QUOTINGS[quoting], lineterminator=ENDS[end])
        yield csv_spec(f"python-csv/quote-{quoting}/{end}", make)
    for quoting, end in product(QUOTINGS, ("lf", "crlf")):
        make = partial(written, quoting=QUOTINGS[quoting], lineterminator=ENDS[end], **BACKSLASH)
        # Unquoted, Python means an escape by a backslash, and Spark a backslash: the values may differ.
        fate = Fate.JUDGED if quoting == "minimal" else Fate.READ
        yield csv_spec(f"python-csv/backslash-{quoting}/{end}", make, csv_rows(**BACKSLASH), fate=fate)
    lines_too = {"fate": Fate.DAMAGED, "slack": (0, 4)}  # each half of a field with a line end may count
    yield csv_spec("python-csv/quote-none", partial(written, **UNQUOTED), csv_rows(**UNQUOTED), **lines_too)
    for name, delimiter in FOREIGN.items():
        yield unreadable_csv(f"delimiter-{name}", partial(written, delimiter=delimiter))
    yield unreadable_csv("carriage-returns", partial(written, lineterminator="\r"))
    yield from _encodings()


def csv_spec(name: str, make: Make, reader: Reader = RFC, **more: Any) -> Spec:
    """A file under a CSV name, RFC 4180 unless the reader says otherwise."""
    return Spec(name, ".csv", make, reader, **more)


def unreadable_csv(name: str, make: Make, says: str = "") -> Spec:
    """A file under a CSV name that must be declared unreadable."""
    return csv_spec(f"csv/{name}", make, none, fate=Fate.UNREADABLE, says=says)


def written(rows: Sequence[Row] | None = None, **dialect: Any) -> bytes:
    """The records in that dialect, LF lines unless it says otherwise."""
    found = as_text() if rows is None else rows
    sink = io.StringIO(newline="")
    names = list(found[0]) if found else list(as_text(1)[0])
    writer = csv.DictWriter(sink, names, **{"lineterminator": "\n"} | dialect)
    writer.writeheader()
    writer.writerows(found)
    return sink.getvalue().encode()


def plain_rows() -> list[Row]:
    """Rows without a comma, quote or newline in any field; metadata is empty."""
    return [row | {"reason": "plain", "metadata": ""} for row in as_text()]


def _encodings() -> Iterator[Spec]:
    text = written().decode()
    yield csv_spec("csv/encoding/byte-order-mark", partial(text.encode, "utf-8-sig"))
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        yield unreadable_csv(f"encoding/{name}", partial(text.encode, name))
    latin = text.replace("😡 中", "")
    accented = sum(1 for row in as_text() if "é" in row["reason"])
    yield csv_spec(
        "csv/encoding/latin-1", partial(latin.encode, "latin-1"), csv_rows("latin-1"), rejected=accented
    )
    yield csv_spec("csv/encoding/nul-bytes", partial(text.replace("plain", "pl\0in").encode))
    yield csv_spec("csv/encoding/control-z-at-the-end", partial((text + "\x1a").encode), fate=Fate.JUDGED)
