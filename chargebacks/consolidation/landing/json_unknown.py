"""Fields that the record does not know, in the JSON lines of one file: guessed from a few lines, held by the parser.

A guess that is wrong for any other line makes Arrow's parser refuse the lot: nothing is lost but time.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

import pyarrow as pa

SOME: Final = 8  # lines looked at, at either end


def unknown_fields(lines: bytes, known: Collection[str]) -> list[pa.Field] | None:
    """The fields beside `known` with their types; None when one has values that only Python reads exactly."""
    found: dict[str, pa.DataType] = {}
    for line in _some(lines):
        for name in (name for name in line if name not in known):
            kind, before = _kind(line[name]), found.get(name, pa.null())
            if kind is None or (pa.null() not in (kind, before) and kind != before):
                return None
            found[name] = before if kind == pa.null() else kind
    if not all(map(_is_unicode, found)):
        return None
    return [pa.field(name, pa.string() if kind == pa.null() else kind) for name, kind in found.items()]


def _some(lines: bytes) -> Iterator[dict[str, Any]]:
    for line in _ends(lines):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def _ends(lines: bytes) -> Iterator[bytes]:
    """The first and the last lines, each once, without a copy of those between."""
    begin, end = 0, len(lines)
    for _ in range(SOME):
        stop = lines.find(b"\n", begin)
        if stop < 0:
            yield lines[begin:]
            return
        yield lines[begin:stop]
        begin = stop + 1
    for _ in range(SOME):
        before = lines.rfind(b"\n", begin, end)
        yield lines[before + 1 if before >= 0 else begin : end]
        if before < 0:
            return
        end = before


def _kind(value: object) -> pa.DataType | None:
    if value is None:
        return pa.null()
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int):
        return pa.int64() if abs(value) < 2**63 else None
    if isinstance(value, str):
        return pa.string()
    return _struct(value) if isinstance(value, dict) and value else None


def _struct(value: dict[str, Any]) -> pa.DataType | None:
    kinds = {name: _kind(inner) for name, inner in value.items()}
    if {None, pa.null()} & set(kinds.values()) or not all(map(_is_unicode, kinds)):
        return None
    return pa.struct(sorted(kinds.items()))


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)
