"""The plans that tests share: equal ones are made once, and a phase's needs are filled in."""

import pytest

from tests.fixtures.terraform import Terraform
from tests.infra.given import INDEX
from tests.infra.phase_4 import FUNCTION
from tests.infra.plans import PHASE_4, Plans
from tests.infra.refusals import resources


def test_equal_plans_are_made_once(plan_of: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
    first = plan_of("state", {})
    monkeypatch.setattr(Terraform, "plan", pytest.fail)
    assert plan_of("state") == first


def test_single_outputs_of_earlier_phases_are_enough(plan_of: Plans) -> None:
    plan = plan_of(PHASE_4, {"phase_1": {"partition_index_name": INDEX}})
    made = {address: values for address, _, values in resources(plan)}
    assert made["module.updater.aws_lambda_function.this"]["function_name"] == FUNCTION
    assert INDEX in str(made['module.alarms.aws_cloudwatch_metric_alarm.this["table-throttles"]'])
