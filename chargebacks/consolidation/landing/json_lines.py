"""JSON lines → a raw frame: all lines at once by Arrow's parser, or line by line where a file has surprises.

Both ways give the same rows. The slow one is for files with a bad line, an unknown field, or a value of another
type: a line that is no record costs only itself.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.json

from chargebacks import record
from chargebacks.consolidation.landing.raw_rows import LINE, MAX_DEPTH, TEXTS, Raw, Reject, from_objects

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
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


def read(data: bytes) -> Raw:
    """The raw frame of JSON lines. Blank lines are passed over."""
    lines = enumerate(data.removeprefix(BYTE_ORDER_MARK).split(b"\n"), 1)
    numbered = [(n, line) for n, raw in lines if (line := raw.strip())]
    by_number = dict(numbered)

    def raw_text(n: int) -> str:
        return by_number[n].decode(errors="replace")

    rows = _all_at_once(numbered)
    if rows is None:
        return _line_by_line(numbered, raw_text)
    numbers = pl.Series(LINE, [n for n, _ in numbered], dtype=pl.UInt32)
    return Raw(rows.with_columns(numbers), raw_text)


def _all_at_once(numbered: list[tuple[int, bytes]]) -> pl.DataFrame | None:
    """The rows, or None when any line is not exactly as expected."""
    if not numbered or not all(line[:1] == b"{" and line[-1:] == b"}" for _, line in numbered):
        return None
    data = b"\n".join(line for _, line in numbered)
    if any(escape in data for escape in _ESCAPED_LETTERS) or _NO_PLAIN_AMOUNT.search(data):
        return None
    options = pa.json.ParseOptions(explicit_schema=_SCHEMA, unexpected_field_behavior="error")
    blocks = pa.json.ReadOptions(use_threads=False, block_size=1 << 24)
    try:
        data.decode()  # Arrow takes any bytes for text
        table = pa.json.read_json(pa.BufferReader(data), read_options=blocks, parse_options=options)
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    if table.num_rows != len(numbered):
        return None
    return pl.DataFrame(pl.from_arrow(table)).unnest("metadata")


def _line_by_line(numbered: list[tuple[int, bytes]], raw_text: Callable[[int], str]) -> Raw:
    objects: list[tuple[int, dict[str, Any]]] = []
    rejects: list[Reject] = []
    for n, line in numbered:
        try:
            objects.append((n, _object(line)))
        except ValueError as error:
            rejects.append(Reject(n, f"record: {error}", raw_text(n)))
    return from_objects(objects, raw_text, parse, rejects)


def _object(line: bytes) -> dict[str, Any]:
    try:
        parsed = parse(line.decode())
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    if not isinstance(parsed, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  (every cause is a ValueError here)
    return parsed


def parse(text: str) -> Any:
    """The JSON value, its numbers exact. Raises ValueError: no JSON, NaN, a key named twice, too deep."""
    try:
        return json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique_keys,
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise ValueError(f"nested more than {MAX_DEPTH} deep") from None


def _number(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise ValueError("a number is beyond all measure") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"not JSON: {name}")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found
