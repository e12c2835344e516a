"""The mapping that Terraform makes, and the one that docs/event-source.md recommends, retry alike."""

import re

from tests.fixtures.terraform import ROOT, TREE

PAGE = (ROOT / "docs/event-source.md").read_text()


def test_messages_are_retried_as_often_as_the_page_recommends() -> None:
    (recommended,) = re.findall(r"chargebacks poll .*--maximum-retry-attempts (\d+)", PAGE)
    variables = (TREE / "phases/phase-4/variables-updater.tf").read_text()
    (default,) = re.findall(
        r'^variable "retry_attempts" \{\n(?:  .*\n)*?  default +=\s(\d+)$', variables, re.M
    )
    (stated,) = re.findall(r"`retry_attempts` is ([\d,]+)", PAGE)
    assert {default, stated.replace(",", "")} == {recommended}
