"""The comparison that guards the schemas catches every breaking edit, and calls no harmless one breaking."""

import json
from typing import Any

import jsonschema_rs
import pytest

from chargebacks.contract.schemas import CURRENT, schema_text
from tests.fixtures.compatibility import breaks
from tests.fixtures.schema_edits import every, narrowing, widening
from tests.unit.test_schema_evolution import EXAMPLES, name_of


def accepts(schema: dict[str, Any], value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


@pytest.mark.parametrize("name", CURRENT)
def test_every_breaking_edit_anywhere_is_caught(name: str) -> None:
    schema = json.loads(schema_text(name))
    tried = list(every(narrowing, schema))
    assert len(tried) > 200
    assert [other for other in tried if breaks(schema, other) == []] == []


@pytest.mark.parametrize("name", CURRENT)
def test_no_harmless_edit_is_called_breaking(name: str) -> None:
    schema = json.loads(schema_text(name))
    tried = list(every(widening, schema))
    assert len(tried) > 30
    assert [found for other in tried if (found := breaks(schema, other))] == []


@pytest.mark.parametrize("name", CURRENT)
def test_what_is_called_harmless_accepts_all_examples(name: str) -> None:
    schema = json.loads(schema_text(name))
    examples = [json.loads(path.read_text()) for path in EXAMPLES if name_of(path) == name]
    edits = [*every(narrowing, schema), *every(widening, schema)]
    harmless = [other for other in edits if breaks(schema, other) == []]
    assert all(accepts(other, example) for other in harmless for example in examples)
