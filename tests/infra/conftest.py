"""Phase 4 is applied once a test run, by whatever process asks first; the others read what came of it.

So is the plan with every switch on, over what was applied.
"""

import json
from typing import Any

import pytest

from tests.fixtures.whole_run import shared
from tests.infra.phase_4 import Applied, apply, as_applied


@pytest.fixture(scope="session")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `apply` tells."""
    with shared(tmp_path_factory, "phase-4.json") as told:
        if not told.exists():
            root, endpoint = (request.getfixturevalue(name) for name in ("terraform_root", "s3_endpoint"))
            told.write_text(json.dumps(apply(root, endpoint)))
    read: dict[str, Any] = json.loads(told.read_text())
    return read


@pytest.fixture(scope="session")
def phase_4(made: dict[str, Any]) -> Applied:
    """Applied to moto and destroyed again: what it was."""
    return Applied(**made["applied"])


@pytest.fixture(scope="session")
def phase_4_plan(made: dict[str, Any]) -> dict[str, Any]:
    """The plan with every switch on, as `terraform show -json` tells it."""
    plan: dict[str, Any] = made["plan"]
    return plan


@pytest.fixture(scope="session")
def switched_on(phase_4_plan: dict[str, Any]) -> Applied:
    """What an apply of that plan would come to."""
    return as_applied(phase_4_plan)


@pytest.fixture(params=["phase_4", "switched_on"])
def deployed(request: pytest.FixtureRequest) -> Applied:
    """With switches as they are by default, and with all of them on."""
    either: Applied = request.getfixturevalue(request.param)
    return either
