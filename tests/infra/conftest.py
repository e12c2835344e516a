"""Phase 4 is applied once a test run, by whatever process asks first; the others read what came of it."""

import fcntl
import json
import os

import pytest

from tests.infra.phase_4 import Applied, apply


@pytest.fixture(scope="session")
def phase_4(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Applied:
    """Applied to moto and destroyed again: what it was."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # the processes' common one
    told = shared / "phase-4.json"
    with (shared / "phase-4.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            root, endpoint = (request.getfixturevalue(name) for name in ("terraform_root", "s3_endpoint"))
            told.write_text(json.dumps(apply(root, endpoint)))
    return Applied(**json.loads(told.read_text()))
