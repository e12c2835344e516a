"""What would be applied: planned by the real provider, with moto's server to answer who and where we are."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.terraform import ROOT
from tests.infra import as_calls
from tests.infra.given import VARIABLES
from tests.infra.plans import Plan, Plans
from tests.infra.refusals import findings


@pytest.fixture(params=VARIABLES)
def plan(request: pytest.FixtureRequest, planned: Callable[[str], Plan]) -> Plan:
    """Each root's."""
    return planned(request.param)


def values(plan: Plan, kind: str) -> list[dict[str, Any]]:
    changes = [change for change in plan["resource_changes"] if change["type"] == kind]
    return [change["change"]["after"] for change in changes if change["mode"] == "managed"]


def test_nothing_is_public_unencrypted_or_kept_for_ever(plan: Plan) -> None:
    assert findings(plan) == []


def test_everything_that_can_be_tagged_says_whose_it_is(plan: Plan) -> None:
    changes = [change for change in plan["resource_changes"] if change["mode"] == "managed"]
    tagged = [change["change"]["after"].get("tags_all") for change in changes if _taggable(change)]
    assert tagged
    wanted = {"Project": "poc-chargeback", "ManagedBy": "terraform"}
    assert all(wanted.items() <= tags.items() and {"Environment", "Phase"} <= tags.keys() for tags in tagged)


def _taggable(change: dict[str, Any]) -> bool:
    told = {**change["change"]["after"], **change["change"]["after_unknown"]}
    return "tags_all" in told and change["type"] != "aws_default_security_group"


def test_a_provisioned_cluster_is_one_that_msk_knows(planned: Callable[[str], Plan]) -> None:
    (cluster,) = values(planned("phases/phase-3"), "aws_msk_cluster")
    assert as_calls.complaints("kafka", "CreateCluster", as_calls.provisioned_cluster(cluster)) == ""


def test_a_serverless_cluster_is_one_that_msk_knows(plan_of: Plans) -> None:
    plan = plan_of("phases/phase-3", {"region": "us-east-1"})
    (cluster,) = values(plan, "aws_msk_serverless_cluster")
    assert as_calls.complaints("kafka", "CreateClusterV2", as_calls.serverless_cluster(cluster)) == ""


def test_ingestion_has_names_that_its_runbook_and_later_phases_know(planned: Callable[[str], Plan]) -> None:
    plan = planned("phases/phase-2")
    names = {kind: {one["name"] for one in values(plan, kind)} for kind in ("aws_sns_topic", "aws_sqs_queue")}
    assert names == {
        "aws_sns_topic": {"poc-chargeback-dev-ingestion-alarms"},
        "aws_sqs_queue": {"poc-chargeback-dev-stream-to-landing-failed"},
    }
    assert {one["endpoint"] for one in values(plan, "aws_sns_topic_subscription")} == {"oncall@example.com"}


def test_every_alarm_of_an_ingestion_function_has_its_section_in_the_runbook(
    planned: Callable[[str], Plan],
) -> None:
    alarms = values(planned("phases/phase-2"), "aws_cloudwatch_metric_alarm")
    named = {re.split(r", section |\.$", alarm["alarm_description"])[-2] for alarm in alarms}
    sections = re.split(r"^## ", (ROOT / "docs/runbook-ingestion.md").read_text(), flags=re.MULTILINE)[1:]
    assert named == {section.split()[0] for section in sections}
    parts = ("**Symptom.**", "**First command.**", "**Cause.**", "**Fix.**", "**Call.**")
    assert [section.split()[0] for section in sections if not all(part in section for part in parts)] == []


def _module(plan: Plan, name: str) -> dict[str, dict[str, Any]]:
    """Resources of a module of the root, by address there, as they are written."""
    module = plan["configuration"]["root_module"]["module_calls"][name]["module"]
    return {one["address"]: one for one in module["resources"]}


def test_the_updaters_rights_outlast_its_network_interfaces(phase_4_plan: Plan) -> None:
    """Destroying goes backwards: function, group (which waits until Lambda has removed its interfaces), rights."""
    updater = _module(phase_4_plan, "updater")
    assert "aws_iam_role_policy.run" in updater["aws_security_group.this"]["depends_on"]
    (network,) = updater["aws_lambda_function.this"]["expressions"]["vpc_config"]
    assert "aws_security_group.this" in network["security_group_ids"]["references"]


def test_the_budget_comes_after_the_topic_that_lets_it_publish(phase_4_plan: Plan) -> None:
    budget = _module(phase_4_plan, "notifications")["aws_budgets_budget.month"]
    assert budget["depends_on"] == ["aws_sns_topic_policy.this"]
