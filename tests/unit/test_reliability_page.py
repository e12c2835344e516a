"""docs/reliability.md names every fault test, and none that does not exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text()
FAULTS = ROOT / "tests" / "integration" / "faults"


def names_in(folder: Path) -> Iterator[str]:
    for file in folder.rglob("test_*.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name


def test_every_fault_test_is_named_on_the_page() -> None:
    assert [name for name in names_in(FAULTS) if f"`{name}`" not in PAGE] == []


def test_every_test_and_file_named_on_the_page_exists() -> None:
    known = {*names_in(ROOT / "tests"), *(file.name for file in (ROOT / "tests").rglob("test_*.py"))}
    named = set(re.findall(r"`(test_\w+(?:\.py)?)`", PAGE))
    assert named
    assert named - known == set()
