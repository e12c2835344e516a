"""The examples beside the schemas, read by our code and, as a second opinion, by another validator.

An invalid example is named `<field>.<rule>.json` after the one rule that it breaks.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from chargebacks import contract
from chargebacks.contract.schemas import CURRENT
from chargebacks.errors import ContractError

SCHEMAS = Path(__file__).parents[2] / "schemas"
VALID = sorted(SCHEMAS.glob("*/*/examples/valid/*.json"))
INVALID = sorted(SCHEMAS.glob("*/*/examples/invalid/*.json"))
FILES = sorted(SCHEMAS.glob("*/*/schema.json"))


def schema_name(path: Path) -> str:
    return path.relative_to(SCHEMAS).parts[0]


def title(path: Path) -> str:
    return f"{schema_name(path)}-{path.stem}"


def accept(path: Path) -> None:
    """Read the example by the schema of its folder's name, as a message where it is one."""
    data = path.read_bytes()
    contract.check(schema_name(path), json.loads(data))
    if schema_name(path) in contract.MESSAGES:
        contract.decode(data)


def second_opinion(path: Path) -> set[str]:
    """The schema rules that the `jsonschema` package finds broken."""
    schema = json.loads((path.parents[2] / "schema.json").read_text())
    checker = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return {str(error.validator) for error in checker.iter_errors(json.loads(path.read_text()))}


@pytest.mark.parametrize("path", VALID, ids=title)
def test_a_valid_example_is_accepted(path: Path) -> None:
    accept(path)
    assert second_opinion(path) == set()


@pytest.mark.parametrize("path", INVALID, ids=title)
def test_an_invalid_example_is_refused_for_the_rule_in_its_name(path: Path) -> None:
    field, _, rule = path.stem.rpartition(".")
    with pytest.raises(ContractError, match=rf": {field} breaks the rule {rule.replace('_', ' ')}\b"):
        accept(path)
    assert rule in ("at_most", "a_time_that_exists") or rule in second_opinion(path)


def test_each_schema_has_examples_of_both_kinds() -> None:
    folders = {path.parent for path in FILES}
    assert folders == {path.parents[2] for path in VALID} == {path.parents[2] for path in INVALID}


@pytest.mark.parametrize("path", FILES, ids=title)
def test_a_schema_is_named_and_versioned_in_its_path_and_id(path: Path) -> None:
    schema = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:chargebacks:schema:{schema_name(path)}:{path.parent.name}"
    assert schema["title"] == schema_name(path)


@pytest.mark.parametrize("name", CURRENT)
def test_the_current_version_is_the_highest(name: str) -> None:
    versions = [tuple(map(int, path.parent.name.split("-"))) for path in FILES if schema_name(path) == name]
    assert tuple(map(int, CURRENT[name].split("-"))) == max(versions)


def undescribed(node: Any, where: str = "") -> list[str]:
    """Every schema below `node` that says nothing about itself."""
    inner = {**node.get("properties", {}), **({"[]": node["items"]} if "items" in node else {})}
    missing = [] if node.get("description", "").strip() else [where]
    return missing + [w for name, child in inner.items() for w in undescribed(child, f"{where}/{name}")]


@pytest.mark.parametrize("path", FILES, ids=title)
def test_every_property_is_described(path: Path) -> None:
    assert undescribed(json.loads(path.read_text())) == []


def test_the_summary_requires_exactly_the_twelve_fields_that_users_send() -> None:
    schema = json.loads((SCHEMAS / "consolidation_completed/1-0-0/schema.json").read_text())
    example = json.loads(
        (SCHEMAS / "consolidation_completed/1-0-0/examples/valid/the_twelve_fields.json").read_text()
    )
    assert set(schema["required"]) == set(example)
    assert len(example) == 12
