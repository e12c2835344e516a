"""Every rule has a test that states it, and docs/event-source.md shows it."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from chargebacks.cli import cli
from tests.fixtures.conformance import DOCUMENTED, INFERRED, OURS, RULES, Rule

TESTS = Path(__file__).parents[2]
PAGE = (TESTS.parent / "docs" / "event-source.md").read_text()
FILES = [
    *sorted(Path(__file__).parent.glob("test_*.py")),
    *sorted((TESTS / "unit").glob("test_poller_*.py")),
    *sorted((TESTS / "integration").glob("test_poller*.py")),
]


def stated() -> Iterator[str]:
    """The rules that tests bear."""
    for file in FILES:
        module = importlib.import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))
        for name, member in vars(module).items():
            if name.startswith("test_"):
                yield from getattr(member, "__rules__", ())


def test_every_rule_is_stated_by_a_test() -> None:
    assert {rule.id for rule in RULES} == set(stated())


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("What AWS documents", DOCUMENTED),
        ("What is inferred", INFERRED),
        ("What we want beside it", OURS),
    ],
)
def test_the_page_shows_every_rule_where_it_belongs(heading: str, kind: str) -> None:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [rule.row() for rule in RULES if rule.kind == kind]


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(isinstance(rule, Rule) and rule.source for rule in RULES)


def test_the_page_shows_every_option_of_the_command() -> None:
    command = cli.get_command(click.Context(cli), "poll")
    assert command
    options = {option for param in command.params for option in param.opts}
    assert options <= set(re.findall(r"--[a-z-]+", PAGE)) | {"--help"}
