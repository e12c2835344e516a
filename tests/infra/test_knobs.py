"""The README's table of knobs has the defaults and ranges of Terraform's variables; so do the examples of settings."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.terraform import TREE

README = TREE / "README.md"
ROW = re.compile(r"^\| `(\w+)` \| ([1-4](?:, [1-4])*) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
VARIABLE = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
# What a message says of the values before and after their range.
RANGE = re.compile(
    r" must be (?:a (?:whole )?number(?: of GB)?(?:,| from) )?(?:null or )?(.+?)"
    r"(?:, or null.*|: .*|\.)?$"
)
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
# Numbers that decide nothing about how the system works.
NOT_KNOBS = {"monthly_budget_usd"}
ASKED_FOR = {
    *("job_workers_maximum", "pollers_maximum", "batch_size", "job_max_concurrent_runs", "memory_size_mb"),
    *("reserved_concurrent_executions", "timeout_seconds", "log_retention_days", "architecture"),
    *("runtime", "glue_version"),
}


@dataclass(frozen=True)
class Variable:
    """A variable of a phase: its type and default as they are written, and the first error message."""

    type: str
    default: str | None
    message: str | None
    condition: str

    @property
    def range(self) -> str:
        """What its message says of the values that it takes."""
        found = RANGE.search(self.message or "")
        return found[1] if found else ""

    @property
    def is_a_number(self) -> bool:
        return self.type == "number"


def variables(phase: str) -> dict[str, Variable]:
    """Return the variables of a phase by name."""
    folder = TREE / f"phases/phase-{phase}"
    text = "\n".join(path.read_text() for path in sorted(folder.glob("variables*.tf")))
    return {name: parsed(body) for name, body in VARIABLE.findall(text)}


def parsed(body: str) -> Variable:
    def first(field: str) -> str | None:
        found = re.search(rf"^ +{field} += (.+)$", body, re.MULTILINE)
        return found[1] if found else None

    message = re.search(r'^ +error_message = "(.+)"$', body, re.MULTILINE)
    conditions = re.findall(r"^ +condition +=(.*?)^ +error_message", body, re.MULTILINE | re.DOTALL)
    return Variable(
        first("type") or "", first("default"), message[1] if message else None, " ".join(conditions)
    )


def rows() -> list[tuple[str, str, str, str]]:
    """Return knob, phases, default and range of each row of the table."""
    section = README.read_text().split("\n## Knobs\n")[1].split("\n## ")[0]
    found = ROW.findall(section)
    assert len(found) == len(re.findall(r"^\| `", section, re.MULTILINE)), "a row has another form"
    return [(name, phases, default, span) for name, phases, default, span, _, _ in found]


def test_every_row_has_the_default_and_the_range_of_its_variable() -> None:
    wrong = []
    for name, phases, default, span in rows():
        for phase in phases.split(", "):
            variable = variables(phase).get(name)
            assert variable, f"phase {phase} has no variable {name}: correct the row in {README}"
            wanted = (f"`{variable.default}`".replace('"', ""), variable.range)
            if (default.split(" (")[0], span) != wanted:
                wrong.append(f"{name}, phase {phase}: write {wanted[0]} | {wanted[1]}")
    assert wrong == []


def test_no_knob_has_two_rows() -> None:
    names = [name for name, *_ in rows()]
    assert sorted(set(names)) == sorted(names)


def test_every_number_of_phases_3_and_4_and_every_knob_that_users_named_has_a_row() -> None:
    numbers = {name for phase in "34" for name, variable in variables(phase).items() if variable.is_a_number}
    assert (numbers | ASKED_FOR) - NOT_KNOBS - {name for name, *_ in rows()} == set()


def test_the_numbers_of_a_range_are_those_that_its_condition_compares() -> None:
    for name, phases, _, span in rows():
        for phase in phases.split(", "):
            variable = variables(phase)[name]
            if variable.is_a_number:
                compared = NUMBER.findall(variable.condition)
                assert set(NUMBER.findall(re.sub(r"\S+ \([^)]*\)", "", span))) <= set(compared), name


def test_no_other_table_of_the_readme_explains_a_knob() -> None:
    before, knobs = README.read_text().split("\n## Knobs\n")
    after = knobs.split("\n## ", 1)[1]
    explained = set(re.findall(r"^\| `(\w+)`? ?(?:=|\|)", before + after, re.MULTILINE))
    assert explained & {name for name, *_ in rows()} <= {"architecture", "runtime", "glue_version"}


@pytest.mark.parametrize("example", sorted(TREE.glob("phases/*/terraform.tfvars.example")), ids=str)
def test_the_example_of_settings_has_the_defaults(example: Path) -> None:
    known = variables(example.parent.name.removeprefix("phase-"))
    given = re.findall(r"^(\w+) += ([^#\n]+?) *(?:#.*)?$", example.read_text(), re.MULTILINE)
    plain = [(name, value) for name, value in given if not value.startswith("{")]
    assert plain
    different = {name: known[name].default for name, value in plain if value != known[name].default}
    assert set(different) <= {"alarm_emails"}
