"""The contract between producers and consumers: bytes in, a validated event out, and back.

The producer validates what it sends and the consumer what it gets, by the same code and the same files in
`schemas/`. A message is read in three steps, each in a module of its own:

    strict_json   bytes → JSON value: size, encoding, nesting, numbers, duplicate keys
    schemas       JSON value → schema (jsonschema-rs, compiled once)
    rules         what JSON Schema cannot say: times that exist, a slice within its slices

Whatever is wrong is a ContractError and never another exception.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from chargebacks.contract import rules, strict_json
from chargebacks.contract.schemas import check
from chargebacks.contract.strict_json import MAX_BYTES
from chargebacks.contract.wording import masked, shown
from chargebacks.errors import ContractError

__all__ = ["MAX_BYTES", "MESSAGES", "check", "content_hash", "decode", "encode", "masked"]

MESSAGES: Final = ("consolidation_completed", "chargebacks_consolidated")


def decode(data: bytes | None) -> dict[str, Any]:
    """The validated event in a message's value. Its `event_type` chooses the schema.

    Unknown fields are kept; a whole number written as `2.0` is read as 2. Raises ContractError; so does a
    message without value (a tombstone).
    """
    event = strict_json.loads(data)
    if not isinstance(event, dict):
        raise ContractError(f"a message must be a JSON object, not {shown(event)}")
    return _valid(event)


def _valid(event: dict[str, Any]) -> dict[str, Any]:
    kind = event.get("event_type")
    if kind not in MESSAGES:
        raise ContractError(f"event_type must be one of {', '.join(MESSAGES)}, not {shown(kind)}")
    check(kind, event)
    rules.check(event)
    return event


def encode(event: Mapping[str, Any]) -> bytes:
    """The event as canonical JSON: sorted keys, no spaces, UTF-8. Raises ContractError.

    What `decode` would make of the very bytes is validated, so nothing is sent that a consumer would refuse. A plain
    event comes out of them as it is, so it need not be read again.
    """
    data = strict_json.canonical(event)
    if strict_json.is_plain(event):
        strict_json.check_size(data)
        _valid(dict(event))
        return data
    return strict_json.canonical(decode(data))


def content_hash(event: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of the canonical JSON of a decoded event without its `event_id`."""
    content = {name: value for name, value in event.items() if name != "event_id"}
    return hashlib.sha256(strict_json.canonical(content)).hexdigest()
