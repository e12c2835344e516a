"""A deployment of the last release, planned with this tree: what it runs changes with its release, and only then."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.packages import ARM_ZIP, GLUE_6_WHEELS, WHEELS, ZIP
from tests.infra.given import EARLIER_RELEASE, RELEASE
from tests.infra.plans import PHASE_4, Plan, Plans
from tests.infra.upgrades import kept, taken_away, with_network

KEPT = (
    "aws_glue_job",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function",
    "aws_scheduler_schedule",
    "aws_sns_topic",
    "aws_sqs_queue",
)


@pytest.fixture
def released(s3_endpoint: str, tmp_path: Path) -> Path:
    """Return the state that the last release left, in the network of this process."""
    return with_network(s3_endpoint, tmp_path)


def runs(plan: Plan, when: str) -> dict[str, Any]:
    """Return what function and job run, `before` or `after` the plan."""
    changes = {change["type"]: change["change"][when] for change in plan["resource_changes"]}
    function, job = changes["aws_lambda_function"], changes["aws_glue_job"]
    return {
        "runtime": function["runtime"],
        "architectures": function["architectures"],
        "zip": function["s3_key"],
        "glue_version": job["glue_version"],
        "script": job["command"][0]["script_location"],
        "wheels": job["default_arguments"]["--additional-python-modules"].split("/releases/")[1],
    }


def test_with_an_unchanged_release_it_runs_what_it_ran(plan_of: Plans, released: Path) -> None:
    plan = plan_of(PHASE_4, {"artifact_version": EARLIER_RELEASE}, state=released)
    assert runs(plan, "before")["runtime"] == "python3.11"
    assert runs(plan, "after") == runs(plan, "before")
    assert taken_away(plan) == {}


def test_a_new_release_changes_function_and_job_in_place(plan_of: Plans, released: Path) -> None:
    plan = plan_of(PHASE_4, {"artifact_version": RELEASE}, state=released)
    before, after = runs(plan, "before"), runs(plan, "after")
    assert (before["zip"], before["wheels"]) == (
        f"releases/{EARLIER_RELEASE}/{ZIP}",
        f"{EARLIER_RELEASE}/{WHEELS}",
    )
    assert (after["runtime"], after["architectures"]) == ("python3.13", ["arm64"])
    assert (after["zip"], after["glue_version"]) == (f"releases/{RELEASE}/{ARM_ZIP}", "6.0")
    assert after["wheels"] == f"{RELEASE}/{GLUE_6_WHEELS}"
    assert taken_away(plan) == {}
    assert [kind for kind, addresses in kept(plan, *KEPT).items() if not addresses] == []
