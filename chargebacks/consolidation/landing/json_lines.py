"""JSON → a raw frame: all records at once by Arrow's parser, or one by one where a file has surprises.

Both ways give the same rows. The slow one is for files with a bad record, an unknown field, or a value of another
type: a record that is none costs only itself.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.json

from chargebacks import record
from chargebacks.consolidation.landing import json_documents
from chargebacks.consolidation.landing.exact_json import parse
from chargebacks.consolidation.landing.objects import from_objects
from chargebacks.consolidation.landing.raw_rows import LINE, TEXTS, Raw, Reject, when_asked

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
Numbered = dict[int, bytes]  # records' texts by line, or by place in an array

_SCHEMA: Final = pa.schema(
    [(name, pa.string()) for name in (*TEXTS, *record.INSTANT_FIELDS)]
    + [
        ("amount", pa.decimal128(38, 9)),
        ("metadata", pa.struct([(name, pa.string()) for name in record.METADATA_FIELDS])),
        (record.CONSOLIDATION_DATE, pa.string()),
    ]
)
# Arrow's decimals wrap silently when they are out of reach, so it gets plain amounts only. A name spelt with
# escapes would hide from this: nobody escapes ASCII letters, so a file with such an escape goes the slow way too.
_NO_PLAIN_AMOUNT: Final = re.compile(
    rb'"amount"\s*:(?!\s*(?:null|"?[-+]?[0-9]{1,29}(?:\.[0-9]{1,9})?"?)\s*[,}])'
)
_ESCAPED_LETTERS: Final = (b"\\u006", b"\\u007")


def read(path: str, data: bytes) -> Raw:
    """The raw frame of JSON lines (blank ones are passed over), or of what `json_documents` takes for records.

    `data` starts without a byte order mark. Raises UnreadableFileError for an array that is damaged.
    """
    lines = data.rstrip()
    rows = _all_at_once(lines)
    if rows is not None:
        numbers = pl.int_range(1, rows.height + 1, dtype=pl.UInt32, eager=True).alias(LINE)
        return Raw(rows.with_columns(numbers), when_asked(lambda: _shown(_numbered(lines))))
    documents = json_documents.split(path, data)
    return _read(_numbered(data) if documents is None else dict(enumerate(documents, 1)))


def _numbered(data: bytes) -> Numbered:
    return {n: line for n, raw in enumerate(data.split(b"\n"), 1) if (line := raw.strip())}


def _shown(numbered: Numbered) -> dict[int, str]:
    return {n: text.decode(errors="replace") for n, text in numbered.items()}


def _read(numbered: Numbered) -> Raw:
    raw_text = when_asked(lambda: _shown(numbered))
    rows = _all_at_once(b"\n".join(numbered.values()))
    if rows is None or rows.height != len(numbered):
        return _one_by_one(numbered, raw_text)
    return Raw(rows.with_columns(pl.Series(LINE, list(numbered), dtype=pl.UInt32)), raw_text)


def _all_at_once(lines: bytes) -> pl.DataFrame | None:
    """A row for each line, or None when any is not exactly as expected."""
    if any(escape in lines for escape in _ESCAPED_LETTERS) or _NO_PLAIN_AMOUNT.search(lines):
        return None
    rows = typed(lines, _SCHEMA)
    return None if rows is None else rows.unnest("metadata")


def typed(lines: bytes, schema: pa.Schema) -> pl.DataFrame | None:
    """A row for each line, or None when any is no object of the schema's fields in the schema's types."""
    count = _objects(lines)
    if not count:
        return None
    options = pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    blocks = pa.json.ReadOptions(use_threads=False, block_size=1 << 24)
    try:
        lines.decode()  # Arrow takes any bytes for text
        table = pa.json.read_json(pa.BufferReader(lines), read_options=blocks, parse_options=options)
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    return pl.DataFrame(pl.from_arrow(table)) if table.num_rows == count else None


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
    for n, text in numbered.items():
        try:
            objects.append((n, _object(text)))
        except ValueError as error:
            rejects.append(Reject(n, f"record: {error}", raw_text(n)))
    return from_objects(objects, raw_text, rejects)


def _object(text: bytes) -> dict[str, Any]:
    try:
        parsed = parse(text.decode())
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    if not isinstance(parsed, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  (every cause is a ValueError here)
    return parsed
