"""CSV → a raw frame: all records at once by Arrow's parser, or one by one where a file has surprises.

Both ways give the same rows, all of them text: 00123 stays 00123. The slow one (`csv_records`) is for files with
records of another length, quotes or carriage returns out of place, or metadata of an unexpected shape.
"""

import csv
from collections.abc import Sequence

import polars as pl
import pyarrow as pa
import pyarrow.csv

from chargebacks import record
from chargebacks.consolidation.landing import csv_dialect, csv_records, json_lines, record_count
from chargebacks.consolidation.landing.extras_column import guessed_extras
from chargebacks.consolidation.landing.json_lines import BYTE_ORDER_MARK, metadata_in
from chargebacks.consolidation.landing.raw_rows import LINE, TEXTS, VALUES, Raw, when_asked
from chargebacks.consolidation.reading_rules import DEFAULT_RULES, ReadingRules

_QUOTE, _COMMA, _LF, _CR = b'",\n\r'


def is_csv(data: bytes) -> bool:
    """Whether the first line names columns, the key among them."""
    return record.KEY in (_header(data) or ())


def hint(data: bytes) -> str:
    """Return the end of a reason that names the delimiter which the first line seems to use, or nothing."""
    return csv_records.delimiter_hint(_first_line(data).decode(errors="replace"))


def read(path: str, data: bytes, rules: ReadingRules = DEFAULT_RULES) -> Raw:
    """Return the raw frame of a CSV file that starts without a byte order mark.

    Raises UnreadableFileError as `csv_records.read`, `csv_dialect.doubled` and `record_count.check` do.
    """
    text = data
    if b"\\" in data:
        text = csv_dialect.doubled(path, data, _header(data) or (), rules.csv_escape)
    raw = _read(path, text)
    if text is not data:
        raw = csv_dialect.with_texts_of(raw, data)
    elif raw.rejects and not rules.csv_escape:
        raw = csv_dialect.with_hint(raw, data)
    record_count.check(path, raw.rejects)
    return raw


def _read(path: str, data: bytes) -> Raw:
    names = _header(data)
    if names and data.count(b"\n") > json_lines.TINY:
        csv_records.checked(path, names, _first_line(data).decode())
        rows = _all_at_once(names, data.partition(b"\n")[2].rstrip(b"\r\n"))
        if rows is not None:
            return Raw(rows, when_asked(lambda: csv_records.read(path, data).texts()))
    return _without_rejects(csv_records.read(path, data))


def _without_rejects(records: csv_records.Records) -> Raw:
    """The good records once more all at once, where they were not the surprise."""
    few = len(records.good) <= json_lines.TINY
    rows = None if few else _all_at_once(records.names, "\n".join(raw for _, _, raw in records.good).encode())
    if rows is None or rows.height != len(records.good):
        return records.raw()
    lines = pl.Series(LINE, [line for line, _, _ in records.good], dtype=pl.UInt32)
    return Raw(rows.with_columns(lines), when_asked(records.texts), records.rejects)


def _first_line(data: bytes) -> bytes:
    end = data.find(b"\n")
    return data if end < 0 else data[:end]


def _header(data: bytes) -> Sequence[str] | None:
    try:
        return next(csv.reader([_first_line(data).decode()], strict=True), None)
    except (csv.Error, UnicodeDecodeError):
        return None


def _all_at_once(names: Sequence[str], body: bytes) -> pl.DataFrame | None:
    """The raw frame of the records below a header of one line; None when any is not exactly as expected."""
    if body.startswith(BYTE_ORDER_MARK) or not _is_plain(body):
        return None
    rows = _texts(names, body)
    if rows is None or _may_repeat_header(rows):
        return None
    lines = _line_numbers(rows, body)
    nested = metadata_in(rows["metadata"]) if "metadata" in names and rows.height else pl.DataFrame()
    folded = None if nested is None else guessed_extras(rows, nested)
    if lines is None or nested is None or folded is None:
        return None
    known = [rows[name] for name in (*TEXTS, *VALUES) if name in names]
    known += [nested[name] for name in record.METADATA_FIELDS if name in nested.columns]
    return pl.DataFrame([*known, *folded, lines])


def _is_plain(body: bytes) -> bool:
    """Whether every quote opens, closes or is doubled inside a field, and no carriage return stands alone."""
    if body.count(b"\r") != body.count(b"\r\n"):
        return False
    framed = b"\n" + body + b"\n"
    octets = pl.Series(pa.Array.from_buffers(pa.uint8(), len(framed), [None, pa.py_buffer(framed)]))
    quotes = (octets == _QUOTE).arg_true()
    if len(quotes) % 2:
        return False
    before = octets.gather(quotes.gather_every(2) - 1)
    after = octets.gather(quotes.gather_every(2, 1) + 1)
    return bool(before.is_in([_COMMA, _LF, _QUOTE]).all() and after.is_in([_COMMA, _LF, _CR, _QUOTE]).all())


def _texts(names: Sequence[str], body: bytes) -> pl.DataFrame | None:
    """Every column as text, empty fields null; None when a record has another length or is not UTF-8."""
    if not body:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(body),
            pa.csv.ReadOptions(use_threads=False, block_size=1 << 24, column_names=names),
            pa.csv.ParseOptions(newlines_in_values=True),
            pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
            ),
        )
    except pa.ArrowException:
        return None
    columns = zip(names, table.columns, strict=True)
    return pl.DataFrame({name: pl.Series(column) for name, column in columns})  # "" is a name, too


def _may_repeat_header(rows: pl.DataFrame) -> bool:
    """Return whether an id is a column's name, as in a repeated header with its columns in any order."""
    ids = rows[record.KEY]
    return any((ids == name).any() for name in rows.columns) or bool((ids >= BYTE_ORDER_MARK.decode()).any())


def _line_numbers(rows: pl.DataFrame, body: bytes) -> pl.Series | None:
    """The line where each record starts, the header being line 1; None when blank lines lie between, or a field holds
    records.
    """
    lines = body.count(b"\n") + bool(body)
    if lines == rows.height:
        return pl.int_range(2, lines + 2, dtype=pl.UInt32, eager=True).alias(LINE)
    inside = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
    taken = rows.select(inside + 1).to_series()
    long = rows.filter(taken > record_count.MAX_LINES)
    held = (record_count.holds_records(text, rows.width) for row in long.iter_rows() for text in row if text)
    if taken.sum() != lines or any(held):
        return None
    return (taken.cum_sum() - taken + 2).cast(pl.UInt32).alias(LINE)
