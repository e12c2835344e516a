"""What a landing record says beyond the contract, folded into one canonical JSON text: nothing vanishes."""

from collections.abc import Mapping
from typing import Any

from chargebacks import record
from chargebacks.consolidation.landing.exact_json import MAX_DEPTH, parse
from chargebacks.consolidation.landing.raw_rows import KNOWN, MAX_NAME


def unknown(found: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the record does not know, our own attributes left out."""
    return {name: value for name, value in found.items() if name not in KNOWN}


def extras(found: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    """Unknown fields, and unknown fields of `metadata`, as canonical JSON text; nulls are left out.

    Among them may be an `extras` that we wrote ourselves: a data file of ours is read as what it was made of.
    Raises ValueError when they are nested more than MAX_DEPTH deep or hold text that is no Unicode.
    """
    held = {name: value for name, value in found.items() if value is not None}
    inner = {name: value for name, value in metadata.items() if value is not None}
    if not held and not inner:
        return None
    if record.EXTRAS in held:
        held, inner = _unfolded(held, inner)
    shallow(held, MAX_DEPTH)
    shallow(inner, MAX_DEPTH)
    try:
        return record.extras_text({**held, "metadata": inner} if inner else held)
    except UnicodeEncodeError:
        raise ValueError(f"{_broken(held, inner)}: not Unicode text (a lone surrogate)") from None


def _broken(held: Mapping[str, Any], inner: Mapping[str, Any]) -> str:
    """Which field holds text that is no Unicode; one whose very name is none cannot be named."""
    for name, value in [*held.items(), *((f"metadata.{name}", value) for name, value in inner.items())]:
        try:
            name.encode()
        except UnicodeEncodeError:
            return "record: a field's name"
        try:
            record.extras_text({name: value})
        except UnicodeEncodeError:
            return name[:MAX_NAME]
    return "record"


def _unfolded(held: dict[str, Any], inner: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both, with what an `extras` of ours names; as they are when it is somebody else's, or says otherwise."""
    folded = _ours(held[record.EXTRAS])
    if folded is None:
        return held, inner
    nested = folded.pop("metadata", {})
    outer = {name: value for name, value in held.items() if name != record.EXTRAS}
    if outer.keys() & folded.keys() or inner.keys() & nested.keys():
        return held, inner
    return _no_nulls(outer | folded), _no_nulls(inner | nested)


def _ours(text: object) -> dict[str, Any] | None:
    """The fields of a text that `extras` could have written, else None."""
    if not isinstance(text, str) or text[:1] != "{":
        return None
    try:
        found = parse(text)
    except ValueError:
        return None
    nested = found.get("metadata", {})
    if not isinstance(nested, dict) or nested.keys() & set(record.METADATA_FIELDS):
        return None
    return None if found.keys() & (KNOWN - {"metadata"}) else found


def _no_nulls(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}


def shallow(value: object, levels: int) -> None:
    """Raises ValueError when lists and objects are nested more than `levels` deep."""
    if not isinstance(value, Mapping | list):
        return
    if not levels:
        raise ValueError(f"record: nested more than {MAX_DEPTH} deep")
    for inner in value.values() if isinstance(value, Mapping) else value:
        shallow(inner, levels - 1)
