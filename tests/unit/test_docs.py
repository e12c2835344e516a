"""Documentation that the tests run: every command that a page shows exists, with the options it shows."""

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from chargebacks.cli import cli
from chargebacks.consolidation.report import PartitionReport
from chargebacks.settings import ARGUMENTS

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "infra/terraform/README.md",
    *sorted((ROOT / "consumers").glob("*/README.md")),
]
CODE = re.compile(r"`([^`\n]+)`|^(?: {4}|\$ )(.+)$", re.MULTILINE)
OUTPUT = re.compile(r"^```text.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def named(page: Path) -> str:
    """Return the page's place in the checkout, because several pages are called README.md."""
    return str(page.relative_to(ROOT))


def commands(page: Path, program: str) -> Iterator[list[str]]:
    """The words of every line of code in the page that calls the program."""
    for inline, block in CODE.findall(OUTPUT.sub("", page.read_text())):
        line = (inline or block).strip()
        if line.startswith(f"{program} "):
            yield [word for word in shlex.split(line, comments=True) if word not in ("…", "\\")]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    for _, *words in commands(page, "chargebacks"):
        found: click.Command = cli
        while isinstance(found, click.Group) and words and not words[0].startswith("-"):
            name = words.pop(0)
            inner = found.get_command(click.Context(found), name)
            assert inner, f"{named(page)} shows {found.name} {name}, which there is not"
            found = inner
        known = {option for param in found.params for option in param.opts} | {"--help"}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_shown_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {words[1] for words in commands(page, "make")} <= targets


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text())
    assert [link for link in links if not leads_somewhere(page, *link)] == []


def leads_somewhere(page: Path, target: str, anchor: str) -> bool:
    """Return whether there is such a file, and such a heading in it, by GitHub's spelling of anchors."""
    file = page.parent / target if target else page
    if not anchor:
        return file.exists()
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE) if file.is_file() else []
    return anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_job_page_lists_every_argument_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)? ?\|", (ROOT / "docs/job.md").read_text(), re.MULTILINE)
    assert rows == [(argument.name, argument.default or "") for argument in ARGUMENTS]


def test_the_job_page_lists_every_field_of_the_report() -> None:
    section = (ROOT / "docs/job.md").read_text().split("## Its report\n")[1].split("\n## ")[0]
    fields = [name for name in PartitionReport(date(2025, 11, 20)).to_json() if name != "partition_date"]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == fields
