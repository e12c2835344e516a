"""What roles may do, statement by statement: actions named, resources named, conditions where there are some."""

import json
from typing import Any

import pytest

from tests.infra.actions import Role, actions
from tests.infra.given import ACCOUNT, INDEX, KEY, PHASE_1, PHASE_3, REGION, TOPIC
from tests.infra.phase_4 import FUNCTION, JOB, Applied, queue

SCHEDULER, SUBSCRIPTION = f"{JOB}-start", "poc-chargeback-dev-logs-subscription"
CLUSTER: str = PHASE_3["msk_cluster_arn"]
TOPIC_ARN = f"{CLUSTER.replace(':cluster/', ':topic/')}/{TOPIC}"
GROUP_ARN = f"{CLUSTER.replace(':cluster/', ':group/')}/{FUNCTION}"
# By Sid: AWS has nothing narrower for these; the policies say why.
NO_NARROWER = {"Count", "LookAtTheNetwork", "Network"}
# What the code calls itself; the rest is for Glue, Lambda and the key.
CALLED = ("cloudwatch", "dynamodb", "kafka-cluster", "s3", "sqs")


def allowed(phase_4: Applied, role: str, service: str) -> set[str]:
    """The role's actions of that service."""
    granted = [one for one in phase_4.statements(role) if one["Effect"] == "Allow"]
    actions = {action for one in granted for action in listed(one["Action"])}
    return {action for action in actions if action.startswith(f"{service}:")}


def services(phase_4: Applied, role: str) -> set[str]:
    granted = [one for one in phase_4.statements(role) if one["Effect"] == "Allow"]
    return {action.split(":")[0] for one in granted for action in listed(one["Action"])}


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value


def statement(phase_4: Applied, role: str, sid: str) -> dict[str, Any]:
    (found,) = [one for one in phase_4.statements(role) if one.get("Sid") == sid]
    return found


def test_each_function_has_a_role_of_its_own(phase_4: Applied) -> None:
    names = {one["name"] for one in phase_4.of("aws_iam_role").values()}
    assert names == {JOB, FUNCTION, SCHEDULER, SUBSCRIPTION}


def test_no_action_is_a_wildcard_and_no_resource_but_where_aws_has_none_narrower(phase_4: Applied) -> None:
    for role in (JOB, FUNCTION, SCHEDULER, SUBSCRIPTION):
        for one in phase_4.statements(role):
            assert not [action for action in listed(one["Action"]) if "*" in action]
            if "*" in listed(one["Resource"]) and one["Effect"] == "Allow":
                assert one["Sid"] in NO_NARROWER


@pytest.mark.parametrize(("role", "name"), [("job", JOB), ("updater", FUNCTION)])
def test_a_role_covers_the_calls_of_its_code_and_no_more(phase_4: Applied, role: Role, name: str) -> None:
    granted = {action for service in CALLED for action in allowed(phase_4, name, service)}
    assert granted == actions(role) - {"dynamodb:Query"}  # with an index: Query, and no Scan


def test_with_every_switch_a_role_has_what_the_switches_need(switched_on: Applied) -> None:
    granted = {action for service in CALLED for action in allowed(switched_on, FUNCTION, service)}
    assert granted == actions("updater") - {"dynamodb:Scan"}
    assert statement(switched_on, FUNCTION, "FindADay")["Resource"] == [
        f"{PHASE_1['chargebacks_table_arn']}/index/{INDEX}"
    ]
    assert services(switched_on, FUNCTION) - set(CALLED) == {"ec2", "kafka", "kms", "logs", "xray"}


def test_beyond_its_calls_a_role_has_what_its_service_needs(phase_4: Applied) -> None:
    assert services(phase_4, JOB) - set(CALLED) == {"ec2", "glue", "kms", "logs"}
    assert services(phase_4, FUNCTION) - set(CALLED) == {"ec2", "kafka", "kms", "logs"}


def test_only_their_own_service_takes_the_roles(phase_4: Applied) -> None:
    trusted = {
        one["name"]: json.loads(one["assume_role_policy"])["Statement"][0]
        for one in phase_4.of("aws_iam_role").values()
    }
    account = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert trusted[JOB]["Principal"] == {"Service": "glue.amazonaws.com"}
    assert trusted[JOB]["Condition"] == account
    assert trusted[FUNCTION]["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert trusted[SCHEDULER]["Principal"] == {"Service": "scheduler.amazonaws.com"}
    group = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{JOB}"
    assert trusted[SCHEDULER]["Condition"] == {**account, "ArnEquals": {"aws:SourceArn": group}}
    assert trusted[SUBSCRIPTION]["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}


def test_the_updater_touches_one_table_and_one_queue(phase_4: Applied) -> None:
    for sid in ("Update", "FindADay"):
        assert statement(phase_4, FUNCTION, sid)["Resource"] == [PHASE_1["chargebacks_table_arn"]]
    assert statement(phase_4, FUNCTION, "PutAside")["Resource"] == [queue(phase_4, FUNCTION)["arn"]]


def test_the_pollers_read_one_topic_in_their_own_group(phase_4: Applied) -> None:
    assert statement(phase_4, FUNCTION, "Cluster")["Resource"] == [CLUSTER]
    assert statement(phase_4, FUNCTION, "Topic")["Resource"] == [TOPIC_ARN]
    assert statement(phase_4, FUNCTION, "ConsumerGroup")["Resource"] == [GROUP_ARN]


def test_the_function_s_own_code_cannot_touch_network_interfaces(phase_4: Applied) -> None:
    denied = statement(phase_4, FUNCTION, "NotFromWithin")
    own = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"
    assert denied["Effect"] == "Deny"
    assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": [own]}}
    changing = {action for action in allowed(phase_4, FUNCTION, "ec2") if "Describe" not in action}
    assert set(denied["Action"]) == changing


def test_the_job_reads_landing_and_writes_only_what_is_its_own(phase_4: Applied) -> None:
    ours = [
        f"arn:aws:s3:::{PHASE_1['consolidated_bucket']}/chargebacks/*",
        f"arn:aws:s3:::{PHASE_1['consolidated_bucket']}/_state/chargebacks/*",
        f"arn:aws:s3:::{PHASE_1['quarantine_bucket']}/chargebacks/*",
    ]
    landing = f"arn:aws:s3:::{PHASE_1['landing_bucket']}/chargebacks/*"
    assert statement(phase_4, JOB, "Read")["Resource"] == [landing, *ours]
    assert statement(phase_4, JOB, "Write")["Resource"] == ours


def test_the_job_writes_to_one_topic(phase_4: Applied) -> None:
    assert statement(phase_4, JOB, "Announce")["Resource"] == [TOPIC_ARN]


def test_the_job_counts_in_its_own_namespace_only(phase_4: Applied) -> None:
    count = statement(phase_4, JOB, "Count")
    assert count["Action"] == ["cloudwatch:PutMetricData"]
    assert count["Condition"] == {"StringEquals": {"cloudwatch:namespace": "POC-Chargeback/ConsolidationJob"}}


def test_the_key_is_used_through_the_services_that_need_it(phase_4: Applied) -> None:
    users = {JOB: ["s3"], FUNCTION: ["dynamodb", "lambda", "sqs"], SCHEDULER: ["sqs"]}
    for role, services in users.items():
        encryption = statement(phase_4, role, "Encryption")
        through = [f"{service}.{REGION}.amazonaws.com" for service in services]
        assert encryption["Resource"] == [KEY]
        assert listed(encryption["Condition"]["StringEquals"]["kms:ViaService"]) in ([through], through)


def test_schedules_start_this_job_or_put_the_request_aside_and_do_nothing_else(phase_4: Applied) -> None:
    granted = {one["Sid"]: (one["Action"], one["Resource"]) for one in phase_4.statements(SCHEDULER)}
    assert granted == {
        "Start": (["glue:StartJobRun"], [f"arn:aws:glue:{REGION}:{ACCOUNT}:job/{JOB}"]),
        "PutAside": (["sqs:SendMessage"], [queue(phase_4, f"{JOB}-schedule")["arn"]]),
        "Encryption": (["kms:Decrypt", "kms:GenerateDataKey"], [KEY]),
    }


def test_logs_are_written_to_their_own_groups(phase_4: Applied) -> None:
    glue = [f"/aws-glue/jobs/{JOB}/{kind}" for kind in ("error", "output")]
    for role, groups, asked in (
        (FUNCTION, [f"/aws/lambda/{FUNCTION}"], []),
        (JOB, glue, ["logs:CreateLogGroup"]),
    ):
        log = statement(phase_4, role, "Log")
        assert log["Resource"] == [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*" for name in groups]
        assert log["Action"] == [*asked, "logs:CreateLogStream", "logs:PutLogEvents"]
