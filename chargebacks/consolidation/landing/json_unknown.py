"""What the JSON lines of one file hold: guessed from a few lines, held by the parser.

Guessed are the fields that the record does not know, also within `metadata`, whether `metadata` is JSON text, and
whether an instant is a whole number. A guess that is wrong for any other line makes Arrow's parser refuse the lot:
nothing is lost but time.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

import pyarrow as pa

from chargebacks.consolidation.landing.exact_json import MAX_DEPTH

SOME: Final = 8  # lines looked at, at either end
Kinds = dict[str, pa.DataType | None]


def guess(lines: bytes, known: pa.Schema, numbers: frozenset[str]) -> pa.Schema | None:
    """The schema `known` made to fit the lines; None when a field has values that only Python reads exactly.

    `numbers`: known fields that may be whole numbers.
    """
    objects = list(_some(lines))
    held = [one["metadata"] for one in objects if one.get("metadata") is not None]
    types: Kinds = {name: kind for name, kind in _kinds(objects, numbers).items() if kind == pa.int64()}
    if any(isinstance(value, str) for value in held):
        types["metadata"] = pa.string()
    else:
        inner = _fitted(known.field("metadata").type, [one for one in held if isinstance(one, dict)])
        if inner is None:
            return None
        types["metadata"] = pa.struct(inner)
    fields = _fitted(known, objects)
    return fields and pa.schema([field.with_type(types.get(field.name, field.type)) for field in fields])


def guess_within(lines: bytes, known: pa.Schema) -> pa.Schema | None:
    """The same of the objects that `metadata` is, all fields of `known` being text."""
    fields = _fitted(known, list(_some(lines)))
    return fields and pa.schema(fields)


def _fitted(known: pa.Schema | pa.StructType, objects: list[dict[str, Any]]) -> list[pa.Field] | None:
    """The fields that are known and the others in the objects; None when one of these is of no kind."""
    others = _kinds(objects, {name for one in objects for name in one}.difference(known.names))
    if None in others.values() or not all(map(_is_unicode, others)):
        return None
    kinds = {name: pa.string() if kind == pa.null() else kind for name, kind in others.items()}
    return [*known, *(pa.field(name, kind) for name, kind in kinds.items())]


def _kinds(objects: list[dict[str, Any]], names: Collection[str]) -> Kinds:
    """What each field holds: null when nothing, None when no one kind."""
    found: Kinds = {}
    for one in objects:
        for name in one.keys() & names:
            kind, before = _kind(one[name]), found.get(name, pa.null())
            if pa.null() not in (kind, before) and kind != before:
                kind = None
            found[name] = before if kind == pa.null() else kind
    return found


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


def _kind(value: object, levels: int = MAX_DEPTH) -> pa.DataType | None:
    """Return the type of a value; None when only Python reads it exactly, or it nests more than `levels` deep."""
    if value is None:
        return pa.null()
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int):
        return pa.int64() if abs(value) < 2**63 else None
    if isinstance(value, str):
        return pa.string()
    if isinstance(value, list):
        return _list(value)
    return _struct(value, levels - 1) if isinstance(value, dict) and value and levels else None


def _list(value: list[Any]) -> pa.DataType | None:
    """Of text, whole numbers or booleans: among objects a field that is null could not be told from none."""
    if any(isinstance(one, list | dict) for one in value):
        return None
    kinds = {_kind(one) for one in value} - {pa.null()}
    if not kinds:
        return pa.null()
    kind = kinds.pop()
    return None if kinds or kind not in (pa.string(), pa.int64(), pa.bool_()) else pa.list_(kind)


def _struct(value: dict[str, Any], levels: int) -> pa.DataType | None:
    kinds = {name: _kind(inner, levels) for name, inner in value.items()}
    if {None, pa.null()} & set(kinds.values()) or not all(map(_is_unicode, kinds)):
        return None
    return pa.struct(sorted(kinds.items()))


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)
