"""The schema files: where they are, which version is current, and checking a value against one."""

import json
from functools import cache
from typing import Any, Final

import jsonschema_rs

from chargebacks.contract.wording import shown
from chargebacks.errors import ContractError
from chargebacks.packaged import schemas_text

CURRENT: Final = {
    "chargeback_record": "1-0-0",
    "chargebacks_consolidated": "1-0-0",
    "consolidation_completed": "1-0-0",
}


def check(name: str, value: Any) -> None:
    """Raises ContractError, naming field, rule and value, when `value` breaks the current schema `name`."""
    try:
        _validator(name).validate(value)
    except jsonschema_rs.ValidationError as error:
        raise ContractError(_explained(name, error)) from None
    except (TypeError, ValueError) as error:
        raise ContractError(f"{name}: holds what JSON cannot: {shown(str(error))}") from None


def schema_text(name: str) -> str:
    """The current schema file."""
    return schemas_text(name, CURRENT[name], "schema.json")


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema_text(name)), validate_formats=True)


def _explained(name: str, error: jsonschema_rs.ValidationError) -> str:
    steps = [str(step) for step in error.instance_path]
    rule = error.kind.name
    if rule == "required":
        return f"{name}: {'.'.join([*steps, error.kind.value])} breaks the rule required: it is missing"
    field = ".".join(steps) or "the message"
    return f"{name}: {field} breaks the rule {rule}{_bound(name, error)}: it is {shown(error.instance)}"


def _bound(name: str, error: jsonschema_rs.ValidationError) -> str:
    """What the rule asks for. A pattern is put in the words of its field's description."""
    said = error.kind.value
    if said is None:
        return ""
    if error.kind.name != "pattern":
        return f" {json.dumps(said)}"
    field = json.loads(schema_text(name))
    for step in error.schema_path[:-1]:
        field = field[step]
    return f" ({field['description']})"
