"""Envelopes: JSON objects that hold the records in a list, as answers of web APIs and event batches do."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from chargebacks.consolidation.landing.json_values import approximate
from chargebacks.consolidation.landing.raw_rows import LINE, MAX_NAME, Raw, Reject
from chargebacks.errors import UnreadableFileError
from chargebacks.record import KEY


def list_name(value: Any) -> str | None:
    """Return the name of the list that an envelope holds its records in; None when the value is not an envelope.

    An envelope is an object without `chargeback_id` that holds lists of records, at any depth within objects; or
    exactly one of whose fields is a non-empty list of objects. The name is the path of the longest list.
    """
    found = _lists(value)
    return max(found, key=lambda one: len(one[1]))[0] if found else None


def _lists(value: Any) -> list[tuple[str, list[Any]]]:
    """Return the lists of an envelope with their paths; none when the value is not an envelope."""
    if not isinstance(value, dict) or value.get(KEY) is not None:
        return []
    if keyed := [(path, inner) for path, inner in _below(value) if any(KEY in one for one in inner)]:
        return keyed
    lists = [(name, inner) for name, inner in value.items() if _is_list_of_objects(inner)]
    return lists if len(lists) == 1 else []


def _below(value: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Every list of objects within the object and the objects in it, with its path. Never recurses."""
    waiting = list(value.items())
    while waiting:
        path, inner = waiting.pop()
        if _is_list_of_objects(inner):
            yield path, inner
        elif isinstance(inner, dict) and inner.get(KEY) is None:
            waiting += [(f"{path[:MAX_NAME]}.{name}", within) for name, within in inner.items()]


def refuse(path: str, texts: Iterable[str | bytes]) -> None:
    """Raise UnreadableFileError when there are texts and every one is an envelope."""
    found = None
    for text in texts:
        found = list_name(approximate(text))
        if found is None:
            return
    if found is not None:
        raise UnreadableFileError(f"{path}: {hint(found)}")


def hint(name: str) -> str:
    """Return what to do about an envelope whose list has this name."""
    return f"the records are in the list {name[:MAX_NAME]!r}: write one record a line"


def set_apart(raw: Raw) -> Raw:
    """Reject the envelopes among records. Each counts for the records in its list."""
    rejects = [replace(bad, records=_weight(bad.raw) or bad.records) for bad in raw.rejects]
    without_key = raw.frame.filter(pl.col(KEY).is_null())[LINE].to_list()
    weights = {line: weight for line in without_key if (weight := _weight(raw.raw_text(line)))}
    rejects += [Reject(n, f"{KEY}: missing", raw.raw_text(n), weight) for n, weight in weights.items()]
    frame = raw.frame.filter(~pl.col(LINE).is_in(list(weights))) if weights else raw.frame
    return replace(raw, frame=frame, rejects=rejects)


def _weight(text: str) -> int:
    """Return the number of records in the lists of an envelope, or in a list; 0 when the text is neither."""
    value = approximate(text)
    if _is_list_of_objects(value):
        return len(value)
    return sum(len(inner) for _, inner in _lists(value))


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
