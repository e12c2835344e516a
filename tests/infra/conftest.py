"""Plans of the phases, each made once a test run by the process that needs it first; other tests read them.

A test gets a plan, as `terraform show -json` prints it, from one of these:

- `planned("phases/phase-1")`: the root with everything that its switches can make (`given.VARIABLES`).
- `phase_4`: what an apply of phase 4 with default switches comes to; `deployed`: this, and with all switches on.
- `plan_of("phases/phase-4", {"architecture": "x86_64"})`: any other variables. The phase's needs are filled in, single
  outputs of an earlier phase are enough (`{"phase_3": {"msk_bootstrap_servers": …}}`), and equal plans are made once.
- `plan_of("phases/phase-3", {…}, state=path)`: the same over a state of an earlier release.

Values that a phase refuses go to test_refused_values.py, plans over an earlier release's state to test_upgrades.py,
and what needs no real provider to the `tests/*.tftest.hcl` of the root. Run Terraform in a test of its own only for
what none of these can show, as the tests of README's commands and of modules without resources do. Releases are put
into moto's bucket by `releases.artifacts`.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.terraform import TerraformRoot
from tests.fixtures.whole_run import shared
from tests.infra.given import VARIABLES
from tests.infra.phase_4 import Applied, apply, as_applied
from tests.infra.plans import PHASE_4, Plan, Plans, write_summary

HERE = Path(__file__).parent
# The long files, so that two processes end together. One applies phase 4, and no other needs it until that is done.
FIRST = (
    "test_first_deployment.py",
    "test_phase_4.py",
    "test_terraform.py",
    "test_upgrades.py",
    "test_release.py",
    "test_refused_values.py",
    "test_planned.py",
    "test_policy.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files of this folder in the order of FIRST, then the others."""
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    ordered = sorted((items[place] for place in places), key=lambda item: _turn(item.path.name))
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _turn(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


@pytest.fixture(scope="session")
def applied_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Apply phase 4 unless another process of the test run did; return what `apply` returns."""
    with shared(tmp_path_factory, "phase-4.json") as kept:
        if not kept.exists():
            root, endpoint = (request.getfixturevalue(name) for name in ("terraform_root", "s3_endpoint"))
            kept.write_text(json.dumps(apply(root, endpoint)))
        read: dict[str, Any] = json.loads(kept.read_text())
    return read


@pytest.fixture(scope="session")
def phase_4(applied_once: dict[str, Any]) -> Applied:
    """Return phase 4 as it is applied to moto, with default switches."""
    return Applied(**applied_once["applied"])


@pytest.fixture(scope="session")
def phase_4_plan(applied_once: dict[str, Any]) -> Plan:
    """Return the plan with every switch on, over what was applied."""
    plan: Plan = applied_once["plan"]
    return plan


@pytest.fixture(scope="session")
def switched_on(phase_4_plan: Plan) -> Applied:
    """Return what an apply of that plan would come to."""
    return as_applied(phase_4_plan)


@pytest.fixture(params=["phase_4", "switched_on"])
def deployed(request: pytest.FixtureRequest) -> Applied:
    """Return phase 4 with switches as they are by default, and with all of them on."""
    either: Applied = request.getfixturevalue(request.param)
    return either


@pytest.fixture(scope="session")
def plan_of(
    terraform_root: TerraformRoot, s3_endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> Plans:
    """Return the plans of this test run: `plan_of(root, variables)`."""
    return Plans(terraform_root, s3_endpoint, tmp_path_factory)


@pytest.fixture(scope="session")
def planned(request: pytest.FixtureRequest, plan_of: Plans) -> Callable[[str], Plan]:
    """Return the plan of a root with all that its switches can make; write its summary into `.run/planned`."""

    def make(root: str) -> Plan:
        if root == PHASE_4:
            plan: Plan = request.getfixturevalue("phase_4_plan")
        else:
            plan = plan_of(root, VARIABLES[root])
        write_summary(root, plan)
        return plan

    return cache(make)
