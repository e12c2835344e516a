"""The cost calculator counts what Terraform deploys by default."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chargebacks.commands.cost import ZONES
from chargebacks.cost.usage import BATCH, Scenario, usages
from tests.fixtures.terraform import ROOT
from tests.infra.phase_4 import Applied, as_applied
from tests.infra.plans import Plans

COUNTED = Scenario(1)
ELSEWHERE = {"region": "us-east-1"}


@pytest.fixture(scope="module")
def foundation(plan_of: Plans) -> Applied:
    return as_applied(plan_of("phases/phase-1"))


@pytest.fixture(scope="module")
def streaming(plan_of: Plans) -> dict[str, Any]:
    return plan_of("phases/phase-3")


def output(plan: dict[str, Any], name: str) -> Any:
    return plan["planned_values"]["outputs"][name]["value"]


def test_zones_endpoints_and_keys_are_those_of_phase_1(foundation: Applied) -> None:
    endpoints = foundation.of("aws_vpc_endpoint").values()
    assert COUNTED.zones == len(foundation.of("aws_subnet")) == ZONES["provisioned"]
    assert COUNTED.interface_endpoints == sum(one["vpc_endpoint_type"] == "Interface" for one in endpoints)
    assert COUNTED.keys == len(foundation.of("aws_kms_key"))


def test_brokers_and_disks_are_those_of_phase_3(streaming: dict[str, Any]) -> None:
    cluster = as_applied(streaming).one("aws_msk_cluster")
    (nodes,) = cluster["broker_node_group_info"]
    assert COUNTED.cluster_type == "provisioned"
    assert COUNTED.zones * COUNTED.brokers_per_zone == cluster["number_of_broker_nodes"]
    assert COUNTED.broker_type == nodes["instance_type"]
    assert COUNTED.broker_disk_gb == nodes["storage_info"][0]["ebs_storage_info"][0]["volume_size"]
    assert cluster["enhanced_monitoring"] == "DEFAULT"  # every other level is billed


def test_the_topic_is_that_of_phase_3(streaming: dict[str, Any]) -> None:
    assert COUNTED.partitions == output(streaming, "topic_partitions")
    assert COUNTED.retention_days * 24 == output(streaming, "topic_retention_hours")


def test_a_region_with_msk_serverless_gets_a_serverless_cluster_in_two_zones(plan_of: Plans) -> None:
    foundation, streaming = (as_applied(plan_of(f"phases/phase-{phase}", ELSEWHERE)) for phase in (1, 3))
    assert ZONES["serverless"] == len(foundation.of("aws_subnet"))
    assert len(streaming.of("aws_msk_serverless_cluster")) == 1
    counted = [one.what for one in usages(replace(COUNTED, cluster_type="serverless"))]
    assert counted.count("MSK Serverless: cluster") == 1


def test_alarms_are_billed_by_the_metrics_that_they_look_at(phase_4: Applied) -> None:
    alarms = phase_4.of("aws_cloudwatch_metric_alarm").values()
    assert COUNTED.alarms == sum(len(query["metric"]) for one in alarms for query in one["metric_query"])


def test_custom_metrics_are_those_that_job_and_updater_send() -> None:
    sides = json.loads((ROOT / "schemas/metrics.json").read_text()).values()
    assert COUNTED.metrics == sum(len(side["metrics"]) for side in sides)


def test_the_rest_is_as_many_as_phase_4_makes(phase_4: Applied) -> None:
    assert COUNTED.executions == len(phase_4.of("aws_scheduler_schedule"))
    assert COUNTED.log_shards == phase_4.one("aws_kinesis_stream")["shard_count"]
    assert len(phase_4.of("aws_cloudwatch_dashboard")) == 1
    mapping = phase_4.one("aws_lambda_event_source_mapping")
    assert mapping["batch_size"] == BATCH
    (pollers,) = mapping["provisioned_poller_config"]
    assert COUNTED.pollers == pollers["minimum_pollers"]


def test_job_and_updater_run_on_what_is_billed(phase_4: Applied) -> None:
    job, function = phase_4.one("aws_glue_job"), phase_4.one("aws_lambda_function")
    assert COUNTED.glue_version == job["glue_version"]
    assert job["worker_type"] == "G.1X"
    assert COUNTED.output_files == int(job["default_arguments"]["--output_files"])
    assert [COUNTED.architecture] == function["architectures"]
    assert COUNTED.updater_memory_mb == function["memory_size"]
