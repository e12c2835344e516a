"""Add hints to the quarantine's reasons: which known shape a rejected record without a usable id has.

The hint depends on the record's text alone: a JSON line, or a row of another format as JSON.
"""

from typing import Any, Final

from chargebacks.consolidation.landing import json_envelope
from chargebacks.consolidation.landing.json_values import approximate
from chargebacks.record import KEY

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
_ATTRIBUTE_TYPES: Final = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})


def with_hint(reason: str, raw: str) -> str:
    """Return the reason of a reject with a hint, when its text has a shape that is known."""
    hint = _hint(raw) if raw.lstrip()[:1] == "{" else None
    return f"{reason}; {hint}" if hint else reason


def _hint(raw: str) -> str | None:
    found = approximate(raw)
    if not isinstance(found, dict) or isinstance(found.get(KEY), str):
        return None
    if isinstance(found.get("dynamodb"), dict) and "eventName" in found:
        return "this looks like an event of a DynamoDB stream: write its NewImage as plain JSON"
    if _is_dynamodb_item(found) or _is_dynamodb_item(found.get("Item")):
        return "this looks like DynamoDB JSON: export plain JSON"
    if _is_debezium(found) or _is_debezium(found.get("payload")):
        return "this looks like a Debezium envelope: write the object in its field 'after'"
    if (name := json_envelope.list_name(found)) is not None:
        return json_envelope.hint(name)
    return None


def _is_dynamodb_item(value: Any) -> bool:
    """Return whether the id is an attribute value: an object with one type and its value, like {"S": "cb-1"}."""
    attribute = value.get(KEY) if isinstance(value, dict) else None
    if not isinstance(attribute, dict):
        return False
    # A struct of parquet has a field for every type; all but one are null.
    given = [name for name, inner in attribute.items() if inner is not None]
    return len(given) == 1 and given[0] in _ATTRIBUTE_TYPES


def _is_debezium(value: Any) -> bool:
    return isinstance(value, dict) and {"before", "after", "op"} <= value.keys()
