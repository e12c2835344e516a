"""The configuration is written in what provider 5.100 and every 6.x accept; the tests run it on 5.100."""

import re
from collections.abc import Iterator

import pytest

from tests.fixtures.terraform import OVERRIDES, TREE

ACCEPTED = ">= 5.100, < 7.0"
LOCKED = ">= 5.100.0, < 7.0.0"
# What 6.0 deprecated or gave another meaning, of the types in use ("Version 6 Upgrade Guide" of the provider).
CHANGED_IN_6 = (
    re.compile(r"\baws_region\.\w+(?:\[[^]]+])?\.name\b"),  # `id` is the region's name in both
    re.compile(r"\baws_s3_bucket\.\w+(?:\[[^]]+])?\.region\b"),
    re.compile(r"\baws_vpc_endpoint_service\.\w+(?:\[[^]]+])?\.region\b"),
    re.compile(r"\bs3_us_east_1_regional_endpoint\b"),
)


def configuration() -> Iterator[tuple[str, str]]:
    """Name and text of every file of Terraform's language, of the tests' own too."""
    for folder in (TREE, OVERRIDES):
        for path in sorted(folder.rglob("*.tf")):
            if ".terraform" not in path.parts:
                yield str(path.relative_to(folder.parent)), path.read_text()


def test_every_constraint_accepts_5_100_and_6() -> None:
    written = {
        name: version
        for name, text in configuration()
        for version in re.findall(r'source\s*= "hashicorp/aws"\n\s*version = "([^"]+)"', text)
    }
    assert len(written) > len(list((TREE / "phases").iterdir()))
    assert {name: version for name, version in written.items() if version != ACCEPTED} == {}


def test_lock_files_stay_at_the_version_that_the_tests_run() -> None:
    locks = [path.read_text() for path in TREE.rglob(".terraform.lock.hcl")]
    assert locks
    assert all('version     = "5.100.0"' in lock and f'constraints = "{LOCKED}"' in lock for lock in locks)


@pytest.mark.parametrize("changed", CHANGED_IN_6, ids=lambda changed: str(changed.pattern))
def test_nothing_that_6_deprecates_is_used(changed: re.Pattern[str]) -> None:
    assert [(name, used) for name, text in configuration() for used in changed.findall(text)] == []
