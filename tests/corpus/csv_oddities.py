"""CSV that no writer would write, by hand: headers out of place, footers, stray quotes, fields missing or too many."""

import csv
from collections.abc import Iterator
from functools import partial
from typing import Final

from tests.corpus.csv_files import csv_spec, plain_rows, unreadable_csv, written
from tests.corpus.readers import csv_rows
from tests.corpus.records import COUNT, as_text
from tests.corpus.spec import Fate, Make, Spec

COMMAS: Final = b"," * (len(as_text(1)[0]) - 1)  # a record of empty fields
TOTAL: Final = b"TOTAL" + COMMAS


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    yield from _headers()
    yield from _footers()
    yield from _quotes()
    yield from _fields()


def _with_line(line: bytes, place: int) -> bytes:
    """The records, with a line of other content before the record at that place."""
    rows = as_text()
    tail = written(rows[place:]).split(b"\n", 1)[1] if place < COUNT else b""
    return written(rows[:place]) + line + b"\n" + tail


def _with_reason(text: str, **dialect: int) -> Make:
    return partial(written, [row | {"reason": text} for row in as_text()], **dialect)


def _headers() -> Iterator[Spec]:
    base = written()
    header, body = base.split(b"\n", 1)
    quoted = b'"' + header.replace(b",", b'","') + b'"'
    for name, data in {
        "only": header + b"\n",
        "only-without-end": header,
        "quoted": quoted + b"\n" + body,
        "reversed": written([dict(reversed(row.items())) for row in as_text()]),
        "blank-lines-before": b"\n\r\n" + base,
        "trailing-commas": written([row | {"": ""} for row in as_text()]),
    }.items():
        yield csv_spec(f"csv/header/{name}", partial(bytes, data))
    for name, data, says in (
        ("missing", body, ""),
        ("name-twice", header.replace(b"score", b"status") + b"\n" + body, "status"),
        ("upper-case", header.upper() + b"\n" + body, ""),
        ("sep-line", b"sep=,\n" + base, ""),
        ("comment-line", b"# written today\n" + base, ""),
    ):
        yield unreadable_csv(f"header/{name}", partial(bytes, data), says)
    for name, data in {
        "repeated-in-the-middle": _with_line(header, 17),
        "repeated-at-the-end": _with_line(header, COUNT),
        "two-files-joined": base + base.replace(b"\nc00", b"\nd00"),
    }.items():
        yield csv_spec(f"csv/header/{name}", partial(bytes, data), rejected=1)


def _footers() -> Iterator[Spec]:
    total = partial(_with_line, TOTAL, COUNT)
    strict = {"required_fields": "chargeback_id,status,updated_at"}
    yield csv_spec("csv/footer/total", total, rejected=1, settings=strict)
    yield csv_spec("csv/footer/total-by-pattern", total, rejected=1, settings={"id_pattern": "c[0-9]{5}"})
    yield csv_spec("csv/footer/short", partial(_with_line, b"TOTAL,40", COUNT), rejected=1)
    yield csv_spec("csv/footer/rows-in-words", partial(_with_line, b"(40 rows)", COUNT), rejected=1)
    yield csv_spec("csv/footer/commas", partial(_with_line, COMMAS, COUNT), fate=Fate.JUDGED, slack=(0, 1))


def _quotes() -> Iterator[Spec]:
    for place in (0, 20, COUNT - 1, COUNT):
        stray, whole = (partial(_with_line, line, place) for line in (b'x,"' + COMMAS[1:], b"x" + COMMAS))
        yield csv_spec(f"csv/stray-quote/opens-before-{place}", stray, fate=Fate.DAMAGED, before=whole)
    plain = written(plain_rows())
    inches = plain.replace(b"plain", b'5" pipe')
    yield csv_spec("csv/stray-quote/inside-unquoted-text", partial(bytes, inches))
    closed = partial(bytes, plain.replace(b"plain", b'"a"b'))
    before = partial(bytes, plain)
    yield csv_spec("csv/stray-quote/text-after-a-closing-quote", closed, fate=Fate.DAMAGED, before=before)
    backslash = _with_reason("C:\\", quoting=csv.QUOTE_ALL)
    yield csv_spec("csv/stray-quote/backslash-before-a-closing-quote", backslash, fate=Fate.DAMAGED)


def _fields() -> Iterator[Spec]:
    whole = partial(_with_line, b"x" + COMMAS, 9)
    yield csv_spec("csv/fields/one-too-few", partial(_with_line, COMMAS[1:], 9), rejected=1, before=whole)
    yield csv_spec("csv/fields/one-too-many", partial(_with_line, b"x," + COMMAS, 9), rejected=1)
    yield csv_spec("csv/fields/quoted-line-ends", _with_reason("a\r\nb\nc"))
    yield csv_spec("csv/fields/megabytes", _with_reason("x" * 200_000))
    yield csv_spec("csv/fields/null-as-backslash-n", _with_reason("\\N"))
    blanks = partial(bytes, written(plain_rows()).replace(b",", b", "))
    yield csv_spec("csv/fields/blanks-after-commas", blanks, csv_rows(), fate=Fate.JUDGED)
