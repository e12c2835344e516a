"""The cost calculator counts what is deployed by default."""

import json

from chargebacks.cost.usage import Scenario
from tests.fixtures.terraform import ROOT
from tests.infra.phase_4 import Applied

COUNTED = Scenario(1)


def test_alarms_are_billed_by_the_metrics_that_they_look_at(phase_4: Applied) -> None:
    alarms = phase_4.of("aws_cloudwatch_metric_alarm").values()
    assert COUNTED.alarms == sum(len(query["metric"]) for one in alarms for query in one["metric_query"])


def test_custom_metrics_are_those_that_job_and_updater_send() -> None:
    sides = json.loads((ROOT / "schemas/metrics.json").read_text()).values()
    assert COUNTED.metrics == sum(len(side["metrics"]) for side in sides)


def test_the_rest_is_as_many_as_phase_4_makes(phase_4: Applied) -> None:
    assert COUNTED.executions == len(phase_4.of("aws_scheduler_schedule"))
    assert COUNTED.log_shards == phase_4.one("aws_kinesis_stream")["shard_count"]
    assert COUNTED.updater_memory_mb == phase_4.one("aws_lambda_function")["memory_size"]
    (pollers,) = phase_4.one("aws_lambda_event_source_mapping")["provisioned_poller_config"]
    assert COUNTED.pollers == pollers["minimum_pollers"]
