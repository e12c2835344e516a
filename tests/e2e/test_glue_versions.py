"""The job's own tests on the Spark and the Python of each Glue version.

The environment of this test run has the Spark of Glue 6.0 on Python 3.11. Glue 5.1 has an older Spark, Glue 6.0 a newer
Python ("Migrating AWS Glue for Spark jobs to AWS Glue version 6.0", AWS Glue Developer Guide).
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.locked_requirements import blocks
from tests.fixtures.interpreters import environment, outer_environment

ROOT = Path(__file__).parents[2]
GLUE_5_1 = ROOT / ".venv-glue-5.1/bin/python"
END_TO_END = (
    "tests/integration/test_job_on_spark.py",
    "tests/integration/test_range_on_spark.py",
    "tests/e2e/test_day.py",
)
COMMIT = ("tests/e2e/test_killed_job.py", "-m", "not slow")
TWO_EXECUTORS = ("tests/e2e/test_two_executors.py",)
SECONDS = 1800

pytestmark = pytest.mark.slow


def glue_5_1() -> Path:
    """Return the Python that has the Spark of Glue 5.1. Skip the test where it was not made; in CI, fail it."""
    if not GLUE_5_1.exists():
        reason = (
            f"no {GLUE_5_1}: run `make {GLUE_5_1.parents[1].name}/.ready`; Glue 5.1 goes untested without it"
        )
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return GLUE_5_1


def glue_6_0() -> Path:
    """Return a Python 3.13 with all of requirements.lock. Skip the test where there is no 3.13; in CI, fail it."""
    return environment("3.13", blocks((ROOT / "requirements.lock").read_text(), ["3.13"]))


def run(python: Path, *words: str) -> str:
    """Return what that Python printed when run in the checkout. Raises AssertionError with its output if it failed."""
    done = subprocess.run(
        [python, *words],
        cwd=ROOT,
        env=outer_environment() | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize(
    ("made", "versions"),
    [
        pytest.param(glue_5_1, "3.5.6 3.11", id="5.1"),
        pytest.param(glue_6_0, "4.1.1 3.13", id="6.0"),
    ],
)
@pytest.mark.parametrize(
    "tests",
    [
        pytest.param(END_TO_END, id="end to end"),
        pytest.param(COMMIT, id="commit"),
        pytest.param(TWO_EXECUTORS, id="two executors"),
    ],
)
def test_the_job_passes_its_tests_on_the_spark_and_python_of_each_glue_version(
    made: Callable[[], Path], versions: str, tests: tuple[str, ...]
) -> None:
    python = made()
    script = "import pyspark, sys; print(pyspark.__version__, '{}.{}'.format(*sys.version_info))"
    assert run(python, "-c", script).strip() == versions
    assert " passed" in run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
