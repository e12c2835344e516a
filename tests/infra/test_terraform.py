"""The infrastructure as code: formatted, valid, and tested by Terraform itself with a mocked provider."""

import pytest

from tests.fixtures.terraform import ROOT, TREE, Terraform
from tests.infra.given import VARIABLES
from tests.infra.plans import Plans


def test_every_file_is_formatted(terraform_environment: dict[str, str]) -> None:
    Terraform(TREE, terraform_environment).run("fmt", "-check", "-recursive", "-diff")


@pytest.mark.parametrize("root", VARIABLES)
def test_a_root_is_valid_and_its_tests_pass(plan_of: Plans, root: str) -> None:
    copy = plan_of.copy(root)
    copy.validate()
    assert "0 failed" in copy.test()


def test_every_root_is_tested() -> None:
    roots = {str(found.parent.relative_to(TREE)) for found in TREE.rglob(".terraform.lock.hcl")}
    assert roots == set(VARIABLES)


def test_ci_does_not_skip_what_it_does_not_find() -> None:
    *before, last = (ROOT / ".ci/run").read_text().splitlines()
    assert last == "exec make test"
    assert any(line.startswith("export CI=true") for line in before)
