"""Phase 4 applied to moto: its names, what it makes, and what moto cannot hold held against AWS's own models."""

from tests.e2e.packages import ARM_ZIP, GLUE_6_WHEELS, SCRIPT
from tests.fixtures import lambda_runtime
from tests.infra.as_calls import complaints as refused
from tests.infra.given import KEY, PHASE_1, PHASE_3, REGION, RELEASE, TOPIC
from tests.infra.phase_4 import FUNCTION, JOB, Applied, queue

# See the override files beside this one for why.
LEFT_OUT = {
    "aws_budgets_budget",
    "aws_cloudwatch_query_definition",
    "aws_glue_connection",
    "aws_lambda_event_source_mapping",
    "aws_sqs_queue_policy",
}
# What moto takes and does not tell again: the provider would send it once more.
FORGOTTEN = {
    "aws_glue_job": {"connections"},  # which are left out
    "aws_kinesis_stream": {"tags_all"},
    "aws_lambda_function": {"logging_config"},
    "aws_vpc_security_group_egress_rule": {"description"},
    "aws_vpc_security_group_ingress_rule": {"description"},
}


def kind(address: str) -> str:
    return next(part for part in address.split(".") if part.startswith("aws_"))


def test_what_is_applied_is_planned_again_without_changes(phase_4: Applied) -> None:
    surprising = {
        address: set(attributes) - FORGOTTEN.get(kind(address), set())
        for address, attributes in phase_4.drift.items()
    }
    assert {address: names for address, names in surprising.items() if names} == {}


def test_only_what_moto_cannot_hold_is_left_out(phase_4: Applied) -> None:
    assert {kind(address) for address in phase_4.left_out} == LEFT_OUT


def test_names_are_those_that_users_know(phase_4: Applied) -> None:
    assert phase_4.one("aws_lambda_function")["function_name"] == "poc-chargeback-dev-consolidation-updater"
    assert phase_4.one("aws_glue_job")["name"] == "poc-chargeback-dev-chargebacks-consolidation"
    assert phase_4.one("aws_kinesis_stream")["name"] == "poc-chargeback-dev-logs"
    assert phase_4.outputs["log_group_names"] == [
        "/aws/lambda/poc-chargeback-dev-consolidation-updater",
        "/aws-glue/jobs/poc-chargeback-dev-chargebacks-consolidation/error",
        "/aws-glue/jobs/poc-chargeback-dev-chargebacks-consolidation/output",
    ]


def test_the_function_is_what_users_asked_for(phase_4: Applied) -> None:
    made = phase_4.one("aws_lambda_function")
    # With this the zip is started in tests/e2e/test_lambda.py.
    assert made["handler"] == lambda_runtime.HANDLER
    assert (made["memory_size"], made["timeout"], made["reserved_concurrent_executions"]) == (256, 60, -1)
    assert (made["runtime"], made["architectures"]) == ("python3.13", ["arm64"])
    assert (made["s3_bucket"], made["s3_key"]) == (
        PHASE_1["artifacts_bucket"],
        f"releases/{RELEASE}/{ARM_ZIP}",
    )
    assert made["logging_config"][0]["log_format"] == "Text"
    assert (made["tracing_config"][0]["mode"], made["layers"] or []) == ("PassThrough", [])
    assert len(made["vpc_config"][0]["subnet_ids"]) == 3


def test_the_job_is_what_users_asked_for(phase_4: Applied) -> None:
    made = phase_4.one("aws_glue_job")
    assert (made["glue_version"], made["worker_type"], made["timeout"]) == ("6.0", "G.1X", 60)
    assert made["execution_property"] == [{"max_concurrent_runs": 3}]
    given = made["default_arguments"]
    assert given["--enable-auto-scaling"] == "true"
    assert given["--aws_region"] == REGION
    assert given["--conf"].split(" --conf ") == [
        "spark.executor.memory=4g",
        "spark.executor.memoryOverhead=6g",
    ]
    release = f"s3://{PHASE_1['artifacts_bucket']}/releases/{RELEASE}"
    assert made["command"][0]["script_location"] == f"{release}/{SCRIPT}"
    assert given["--additional-python-modules"] == f"{release}/{GLUE_6_WHEELS}"
    assert given["--python-modules-installer-option"] == "--no-index"
    connections = {one["name"] for one in phase_4.of("aws_glue_connection").values()}
    assert set(made["connections"]) == connections == {f"{JOB}-sa-east-1{zone}" for zone in "abc"}


def test_every_log_group_is_encrypted_forgets_and_is_subscribed(phase_4: Applied) -> None:
    groups = phase_4.of("aws_cloudwatch_log_group").values()
    assert {(one["retention_in_days"], one["kms_key_id"]) for one in groups} == {(7, KEY)}
    filters = phase_4.of("aws_cloudwatch_log_subscription_filter").values()
    assert {one["log_group_name"] for one in filters} == {one["name"] for one in groups}
    assert {one["destination_arn"] for one in filters} == {phase_4.one("aws_kinesis_stream")["arn"]}
    assert {one["filter_pattern"] for one in filters} == {""}


def test_dead_letters_are_encrypted_and_kept_for_fourteen_days(phase_4: Applied) -> None:
    for made in (queue(phase_4, FUNCTION), queue(phase_4, f"{JOB}-schedule")):
        assert (made["kms_master_key_id"], made["message_retention_seconds"]) == (KEY, 14 * 86400)


def test_every_schedule_has_the_dead_letter_queue(phase_4: Applied) -> None:
    made = phase_4.of("aws_scheduler_schedule").values()
    queues = [target["dead_letter_config"][0]["arn"] for one in made for target in one["target"]]
    assert queues == [queue(phase_4, f"{JOB}-schedule")["arn"]] * 4


def test_the_rule_tells_of_runs_that_failed_or_timed_out(phase_4: Applied) -> None:
    assert '"state":["FAILED","TIMEOUT","ERROR"]' in phase_4.one("aws_cloudwatch_event_rule")["event_pattern"]
    assert f'"jobName":["{JOB}"]' in phase_4.one("aws_cloudwatch_event_rule")["event_pattern"]
    topic = phase_4.one("aws_sns_topic")["arn"]
    assert phase_4.one("aws_cloudwatch_event_target")["arn"] == topic
    assert phase_4.one("aws_sns_topic_subscription")["endpoint"] == "oncall@example.com"


def test_the_mapping_is_one_that_lambda_takes(phase_4: Applied) -> None:
    made = phase_4.one("aws_lambda_event_source_mapping")
    request = {
        "EventSourceArn": made["event_source_arn"],
        "FunctionName": made["function_name"],
        "Topics": made["topics"],
        "StartingPosition": made["starting_position"],
        "BatchSize": made["batch_size"],
        "MaximumBatchingWindowInSeconds": made["maximum_batching_window_in_seconds"],
        "MaximumRetryAttempts": made["maximum_retry_attempts"],
        "MaximumRecordAgeInSeconds": made["maximum_record_age_in_seconds"],
        "FunctionResponseTypes": made["function_response_types"],
        "AmazonManagedKafkaEventSourceConfig": {
            "ConsumerGroupId": made["amazon_managed_kafka_event_source_config"][0]["consumer_group_id"]
        },
        "ProvisionedPollerConfig": {
            "MinimumPollers": made["provisioned_poller_config"][0]["minimum_pollers"],
            "MaximumPollers": made["provisioned_poller_config"][0]["maximum_pollers"],
        },
        "DestinationConfig": {
            "OnFailure": {"Destination": made["destination_config"][0]["on_failure"][0]["destination_arn"]}
        },
    }
    assert refused("lambda", "CreateEventSourceMapping", request) == ""
    assert (request["EventSourceArn"], request["Topics"], request["BatchSize"]) == (
        PHASE_3["msk_cluster_arn"],
        [TOPIC],
        100,
    )
    # As long as the topic keeps what a pause leaves there.
    assert request["MaximumRecordAgeInSeconds"] == 7 * 86400
    # Lambda's most, so that age ends retries: docs/event-source.md says why few of them are harmful.
    assert request["MaximumRetryAttempts"] == 10_000
    assert request["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert request["AmazonManagedKafkaEventSourceConfig"]["ConsumerGroupId"] == FUNCTION
    assert request["DestinationConfig"]["OnFailure"]["Destination"] == queue(phase_4, FUNCTION)["arn"]


def test_connections_are_ones_that_glue_takes(phase_4: Applied) -> None:
    for made in phase_4.of("aws_glue_connection").values():
        (network,) = made["physical_connection_requirements"]
        wanted = {
            "Name": made["name"],
            "ConnectionType": made["connection_type"],
            "ConnectionProperties": {},
            "PhysicalConnectionRequirements": {
                "SubnetId": network["subnet_id"],
                "AvailabilityZone": network["availability_zone"],
                "SecurityGroupIdList": network["security_group_id_list"],
            },
        }
        assert refused("glue", "CreateConnection", {"ConnectionInput": wanted}) == ""
        assert len(network["security_group_id_list"]) == 2  # the workers' own, and the brokers' clients'


def test_saved_queries_are_ones_that_cloudwatch_takes(phase_4: Applied) -> None:
    for made in phase_4.of("aws_cloudwatch_query_definition").values():
        request = {
            "name": made["name"],
            "queryString": made["query_string"],
            "logGroupNames": made["log_group_names"],
        }
        assert refused("logs", "PutQueryDefinition", request) == ""
        assert set(made["log_group_names"]) <= set(phase_4.outputs["log_group_names"])


def test_the_budget_is_one_that_budgets_takes(phase_4: Applied) -> None:
    made = phase_4.one("aws_budgets_budget")
    budget = {
        "BudgetName": made["name"],
        "BudgetLimit": {"Amount": made["limit_amount"], "Unit": made["limit_unit"]},
        "TimeUnit": made["time_unit"],
        "BudgetType": made["budget_type"],
        "CostFilters": {one["name"]: one["values"] for one in made["cost_filter"]},
    }
    assert refused("budgets", "CreateBudget", {"AccountId": "123456789012", "Budget": budget}) == ""
    assert budget["CostFilters"] == {"TagKeyValue": ["user:Project$poc-chargeback"]}
    told = {(one["notification_type"], one["threshold"]) for one in made["notification"]}
    assert told == {("ACTUAL", 80), ("FORECASTED", 100)}
