"""A schema may only grow: what a released version accepted and promised, the current one does too.

`schemas/released.sha256` (as `sha256sum` writes it) lists the files of every released version. They are kept
and never edited: a change goes into a new version's folder.
"""

import hashlib
import json
from pathlib import Path

import pytest

from chargebacks import contract
from chargebacks.contract.schemas import CURRENT, schema_text
from tests.fixtures.compatibility import breaks
from tests.fixtures.schema_edits import Edit, edited, forget_property, put, without

ROOT = Path(__file__).parents[2]
RELEASED = {
    ROOT / path: digest
    for digest, path in (line.split() for line in (ROOT / "schemas/released.sha256").read_text().splitlines())
}
SCHEMAS = [path for path in RELEASED if path.name == "schema.json"]
EXAMPLES = [path for path in RELEASED if path.parent.name == "valid"]
SLICE = json.loads(schema_text("chargebacks_consolidated"))
RECORD = json.loads(schema_text("chargeback_record"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "schemas").parts[0]


def title(path: Path) -> str:
    return "/".join(path.relative_to(ROOT / "schemas").parts)


@pytest.mark.parametrize("path", RELEASED, ids=title)
def test_a_released_file_is_never_edited(path: Path) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == RELEASED[path], (
        f"{path}: put changes in a new version"
    )


def test_every_schema_has_a_released_version_with_examples() -> None:
    assert {name_of(path) for path in SCHEMAS} == set(CURRENT) == {name_of(path) for path in EXAMPLES}


@pytest.mark.parametrize("path", SCHEMAS, ids=title)
def test_the_current_schema_only_grew(path: Path) -> None:
    assert breaks(json.loads(path.read_text()), json.loads(schema_text(name_of(path)))) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=title)
def test_what_a_released_version_accepted_is_still_accepted(path: Path) -> None:
    value = json.loads(path.read_bytes())
    contract.check(name_of(path), value)
    if name_of(path) in contract.MESSAGES:
        assert contract.decode(path.read_bytes()) == value


@pytest.mark.parametrize(
    ("path", "edit", "said"),
    [
        ((), put(required=[*SLICE["required"], "region"]), ": region became required"),
        ((), put(required=without(SLICE["required"], "slices")), ": slices is no longer promised"),
        ((), forget_property("commit"), "/commit: the field is dropped"),
        ((), put(additionalProperties=False), ": additionalProperties became narrower"),
        (
            ("properties", "output_format"),
            put(enum=["csv", "json"]),
            '/output_format: value "parquet" is refused',
        ),
        (
            ("properties", "event_type"),
            put(const="slice"),
            '/event_type: value "chargebacks_consolidated" is refused',
        ),
        (("properties", "chargeback_ids"), put(maxItems=499), "/chargeback_ids: maxItems is lower"),
        (
            ("properties", "chargeback_ids", "items"),
            put(maxLength=36),
            "/chargeback_ids[]: maxLength is lower",
        ),
        (("properties", "slice"), put(type="string"), "/slice: type integer is refused"),
        (("properties", "records_processed"), put(minimum=1), "/records_processed: minimum is higher"),
    ],
)
def test_a_breaking_edit_is_named(path: tuple[str, ...], edit: Edit, said: str) -> None:
    assert breaks(SLICE, edited(SLICE, path, edit)) == [said]


def test_a_field_that_may_no_longer_be_null_is_caught() -> None:
    changed = edited(RECORD, ("properties", "currency"), put(type="string"))
    assert breaks(RECORD, changed) == ["/currency: type null is refused"]


def test_an_integer_may_become_any_number_but_not_the_other_way() -> None:
    assert breaks({"type": "integer"}, {"type": "number"}) == []
    assert breaks({"type": "number"}, {"type": "integer"}) == [": type number is refused"]
