"""JSON → a raw frame: all records at once by Arrow's parser, or one by one where a file has surprises.

Both ways give the same rows. The slow one is for the records around a bad one, an unknown field that is not plain,
or a value of another type: a record that is none costs only itself.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.json

from chargebacks import record
from chargebacks.consolidation.landing import json_documents, json_envelope, record_count
from chargebacks.consolidation.landing.exact_json import parse
from chargebacks.consolidation.landing.extras_column import guessed_extras
from chargebacks.consolidation.landing.json_documents import Numbered
from chargebacks.consolidation.landing.json_unknown import guess, guess_within
from chargebacks.consolidation.landing.objects import from_objects
from chargebacks.consolidation.landing.raw_rows import COLUMNS, LINE, TEXTS, Raw, Reject, when_asked

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
TINY: Final = 32  # records: read sooner one by one than a parser is set up
FEW: Final = 256  # records: not worth another attempt at reading some of them at once
GLANCE: Final = 1 << 16  # bytes looked at for many records; a later look finds those that are long

_SCHEMA: Final = pa.schema(
    [(name, pa.string()) for name in (*TEXTS, *record.INSTANT_FIELDS)]
    + [
        ("amount", pa.decimal128(38, 9)),
        ("metadata", pa.struct([(name, pa.string()) for name in record.METADATA_FIELDS])),
        (record.CONSOLIDATION_DATE, pa.string()),
    ]
)
_NUMBERS: Final = frozenset({*record.INSTANT_FIELDS, record.CONSOLIDATION_DATE})  # maybe epochs
_METADATA: Final = pa.schema([(name, pa.string()) for name in record.METADATA_FIELDS])
# Arrow's decimals wrap silently when they are out of reach, so it gets plain amounts only. A name spelt with
# escapes would hide from this: nobody escapes ASCII letters, so a file with such an escape goes the slow way too.
_NO_PLAIN_AMOUNT: Final = re.compile(
    rb'"amount"\s*:(?!\s*(?:null|"?[-+]?[0-9]{1,29}(?:\.[0-9]{1,9})?"?)\s*[,}])'
)
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[67]")


def read(path: str, data: bytes) -> Raw:
    """The raw frame of JSON lines (blank ones are passed over), or of what `json_documents` takes for records.

    `data` starts without a byte order mark. Raises UnreadableFileError for a file of envelopes, for an array that is
    damaged, and for text too long to be one reject.
    """
    lines = data.rstrip()
    rows = _all_at_once(lines) if lines.count(b"\n", 0, GLANCE) >= TINY else None
    if rows is not None:
        numbers = pl.int_range(1, rows.height + 1, dtype=pl.UInt32, eager=True).alias(LINE)
        numbered = cache(lambda: json_documents.by_line(lines))
        raw = Raw(rows.with_columns(numbers), when_asked(lambda: _shown(numbered())))
    else:
        texts = json_documents.numbered(path, data)
        numbered = cache(lambda: texts)
        raw = _together(list(_parts(texts, when_asked(lambda: _shown(texts)))))
        record_count.check(path, raw.rejects)
    without_key = raw.frame["chargeback_id"].null_count()
    if without_key == raw.frame.height:
        json_envelope.refuse(path, (text for _, text in numbered()))
    return json_envelope.set_apart(raw) if without_key or raw.rejects else raw


def _shown(numbered: Numbered) -> dict[int, str]:
    return {n: text.decode(errors="replace") for n, text in numbered}


def _parts(numbered: Numbered, raw_text: Callable[[int], str]) -> Iterator[Raw]:
    """The records in order, in parts: those among which a surprise is are halved until they are few."""
    rows = _all_at_once(b"\n".join(text for _, text in numbered)) if len(numbered) > TINY else None
    if rows is not None and rows.height == len(numbered):
        yield Raw(rows.with_columns(pl.Series(LINE, [n for n, _ in numbered], dtype=pl.UInt32)), raw_text)
    elif len(numbered) <= FEW:
        yield _one_by_one(numbered, raw_text)
    else:
        half = len(numbered) // 2
        yield from _parts(numbered[:half], raw_text)
        yield from _parts(numbered[half:], raw_text)


def _together(parts: list[Raw]) -> Raw:
    """One raw frame: as it is, or all text."""
    if len(parts) == 1:
        return parts[0]
    frames = [
        part.frame.select(
            LINE, *(pl.col(name).cast(pl.String) for name in COLUMNS if name in part.frame.columns)
        )
        for part in parts
    ]
    return Raw(
        pl.concat(frames, how="diagonal"),
        parts[0].raw_text,
        [reject for part in parts for reject in part.rejects],
    )


def _all_at_once(lines: bytes) -> pl.DataFrame | None:
    """A row for each line, or None when any is not exactly as expected."""
    escaped = b"\\" in lines and _ESCAPED_LETTER.search(lines)
    schema = None if escaped or _NO_PLAIN_AMOUNT.search(lines) else guess(lines, _SCHEMA, _NUMBERS)
    rows = None if schema is None else typed(lines, schema)
    metadata = None if rows is None else _metadata(rows["metadata"])
    if rows is None or metadata is None:
        return None
    known = [rows[name] for name in _SCHEMA.names if name != "metadata"]
    known += [metadata[name] for name in record.METADATA_FIELDS]
    folded = guessed_extras(rows, metadata)
    return None if folded is None else pl.DataFrame([*known, *folded])


def _metadata(column: pl.Series) -> pl.DataFrame | None:
    return column.struct.unnest() if isinstance(column.dtype, pl.Struct) else metadata_in(column)


def metadata_in(texts: pl.Series) -> pl.DataFrame | None:
    """The fields in a column `metadata` of JSON texts, the known ones and others; None when one is not as expected."""
    lines = "\n".join(texts.fill_null("").replace("", "{}")).encode()
    schema = guess_within(lines, _METADATA)
    found = None if schema is None else typed(lines, schema)
    return found if found is not None and found.height == len(texts) else None


def typed(lines: bytes, schema: pa.Schema) -> pl.DataFrame | None:
    """A row for each line, or None when any is no object of the schema's fields in the schema's types."""
    count = _objects(lines)
    if not count:
        return None
    options = pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    blocks = pa.json.ReadOptions(use_threads=False, block_size=1 << 24)
    try:
        table = pa.json.read_json(pa.BufferReader(lines), read_options=blocks, parse_options=options)
        lines.decode()  # Arrow takes any bytes for text
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    if table.num_rows != count:
        return None
    return pl.DataFrame(
        {name: pl.Series(column) for name, column in zip(table.column_names, table.columns, strict=True)}
    )


def _objects(lines: bytes) -> int:
    """How many lines there are, when each looks like an object; else 0."""
    if lines[:1] != b"{" or lines[-1:] != b"}":
        return 0
    between = lines.count(b"\n")
    whole = lines.count(b"}\n{") + (lines.count(b"}\r\n{") if b"\r" in lines else 0)
    return between + 1 if between == whole else 0


def _one_by_one(numbered: Numbered, raw_text: Callable[[int], str]) -> Raw:
    objects: list[tuple[int, dict[str, Any]]] = []
    rejects: list[Reject] = []
    for n, text in numbered:
        try:
            objects.append((n, _object(text)))
        except ValueError as error:
            rejects.append(record_count.json_reject(n, f"record: {error}", raw_text(n)))
    return from_objects(objects, raw_text, rejects)


def _object(text: bytes) -> dict[str, Any]:
    try:
        parsed = parse(text.decode())
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    if not isinstance(parsed, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  (every cause is a ValueError here)
    return parsed
