"""Every phase refuses a bad value of each variable, and says what it must be."""

import re
from typing import Any

import pytest

from tests.fixtures.terraform import TREE
from tests.infra.given import VARIABLES
from tests.infra.plans import Plans

WITH_RULES = re.compile(r'^variable "(\w+)" \{\n((?:.*\n)*?)^\}', re.MULTILINE)
LONG = "x" * 70
Values = dict[str, Any]
# Phase 4's values that are refused; one of each variable at a time.
BAD: dict[str, list[Any]] = {
    "project": ["Capitals", "a-project-of-21-chars"],
    "environment": ["pre-prod", "x"],
    "region": ["mars", "sa-east"],
    "expected_chargebacks_per_day": [0, 1.5],
    "artifact_version": ["../up", LONG],
    "schedule_zone": ["UTC+3 hours", ""],
    "executions_per_day": [0, 25, 2.5],
    "glue_version": ["5", "4.0"],
    "job_worker_type": ["G.025X"],
    "job_workers_maximum": [1, 300],
    "job_heap_gb": [0, 1.5],
    "job_overhead_gb": [0, 7],
    "job_max_concurrent_runs": [0, 51],
    "job_timeout_minutes": [4, 1441],
    "job_retries": [-1, 11],
    "lookback_days": [-1, 32],
    "parallel_partitions": [0, 33],
    "output_format": ["orc"],
    "output_files": [0, 1001],
    "output_compression": ["zip", "zstd"],
    "max_rejected_share": [-0.1, 1.1],
    "superseded_hours": [-1, 8761],
    "catalog_years": [{"first": 2035, "last": 2025}, {"first": 25, "last": 35}],
    "memory_size_mb": [64, 10241],
    "timeout_seconds": [29, 841],
    "reserved_concurrent_executions": [-2, 1.5],
    "runtime": ["python3.10", "nodejs22.x"],
    "architecture": ["arm", "x86"],
    "log_level": ["info", "TRACE"],
    "adot_layer_version": [
        "1.32.0",
        "arn:aws:lambda:sa-east-1:615299751070:layer:AWSOpenTelemetryDistroPython",
    ],
    "batch_size": [0, 10001],
    "batching_window_seconds": [-1, 301],
    "retry_attempts": [-1, 10001],
    "record_age_seconds": [59, 604801],
    "pollers_minimum": [0, 201],
    "pollers_maximum": [2001, 1.5],
    "dead_letter_retention_days": [0, 15],
    "log_retention_days": [2, 0],
    "log_stream_shards": [0, 101],
    "alarm_emails": [["nobody"], ["a b@example.com"]],
    "alarm_thresholds": [{"missing_percent": 101}, {"deadline_minutes": 29}, {"lag_messages": -1}],
    "monthly_budget_usd": [0, -5],
    "state": [{"backend": "ftp", "config": {}}],
    "phase_3": [VARIABLES["phases/phase-4"]["phase_3"] | {"msk_cluster_arn": "a cluster"}],
}
# Rules that look at another variable's value, which must be good then: the one set or the other.
TOGETHER = (
    {"job_heap_gb", "job_worker_type", "output_format", "phase_3", "pollers_minimum"},
    {"job_overhead_gb", "output_compression", "pollers_maximum", "state"},
)
NAMES = {name: BAD[name] for name in ("project", "environment", "region")}
FEW = ["sqs"]  # good endpoints, but for a VPC that names no group of its own
VPC = {"vpc_id": "vpc-1", "private_subnet_ids": ["subnet-1", "subnet-1"], "route_table_ids": ["rtb-1"]}
FUNCTION = {
    "zip_key": "api.zip",
    "trigger": "schedule",
    "architecture": "x86",
    "memory_size_mb": 64,
    "timeout_seconds": 901,
    "reserved_concurrent_executions": -2,
    "environment": {"AWS_REGION": "sa-east-1"},
}


def of_phase_4(turn: int) -> Values:
    """One bad value of each variable but those whose rules others look at."""
    return {
        name: values[(turn if len(values) > 2 else turn // 2) % len(values)]
        for name, values in BAD.items()
        if name not in TOGETHER[turn % 2]
    }


def names(turn: int) -> Values:
    return {name: values[turn] for name, values in NAMES.items()}


# What each phase is given, a plan each, over `VARIABLES`; null is what a rule misses.
GIVEN: dict[str, list[Values]] = {
    "phases/phase-1": [
        {
            **names(0),
            "vpc_cidr": "ten",
            "availability_zones": 1,
            "more_serverless_regions": ["mars"],
            "existing_vpc": VPC,
            "interface_endpoints": FEW,
            "gateway_endpoints": ["sqs"],
            "landing_expire_days": 31,
            "archive_after_days": 30,
            "archive_storage_class": "GLACIER",
            "deleted_after_days": 0,
        },
        {
            **names(1),
            "vpc_cidr": "10.0.0.0/24",
            "availability_zones": 4,
            "interface_endpoints": ["com/amazonaws"],
            "deleted_after_days": 1.5,
        },
    ],
    "phases/phase-2": [
        {
            **names(0),
            "state": {"backend": "http", "config": {}},
            "functions": {"a-function-with-quite-a-long-name": FUNCTION},
            "alarm_emails": ["somebody"],
            "log_retention_days": 8,
        },
        {**names(1), "state": None, "phase_1": None},
    ],
    "phases/phase-3": [
        {
            **names(0),
            "state": {"backend": "http", "config": {}},
            "more_serverless_regions": ["mars"],
            "provisioned": {"brokers_per_zone": 0, "instance_type": "m7g.large", "disk_gb": 0},
            "log_retention_days": 8,
            "topic_name": "chargeback events",
            "topic_partitions": 0,
            "topic_retention_hours": 23,
        },
        {
            **names(1),
            "state": None,
            "phase_1": None,
            "provisioned": {"brokers_per_zone": 1.5, "disk_gb": 16385},
            "topic_name": "..",
            "topic_partitions": 1.5,
            "topic_retention_hours": 8761,
        },
        # By itself: its rules look at the region, which must be good then.
        {"cluster_type": "express"},
        {"cluster_type": "serverless"},
    ],
    "phases/phase-4": [*map(of_phase_4, range(4)), {"state": None, "phase_1": None}],
}


def rules(phase: str) -> dict[str, list[str]]:
    """The messages of each variable's rules, as the phase has them."""
    texts = [path.read_text() for path in sorted((TREE / phase).glob("variables*.tf"))]
    found = {name: body for text in texts for name, body in WITH_RULES.findall(text)}
    messages = {name: re.findall(r'error_message = "(.*)"', body) for name, body in found.items()}
    return {name: texts for name, texts in messages.items() if texts}


def test_every_phase_with_variables_has_bad_values_here() -> None:
    assert {f"phases/{found.parent.name}" for found in TREE.glob("phases/*/variables.tf")} == set(GIVEN)


@pytest.mark.parametrize("phase", GIVEN)
def test_bad_values_are_refused_with_their_message_by_every_rule(plan_of: Plans, phase: str) -> None:
    root, messages = plan_of.copy(phase), rules(phase)
    silent, said = [], set()
    for given in GIVEN[phase]:
        told = root.refusals({**VARIABLES[phase], **given})
        bad = {name: messages[name] for name in given if name in messages and given[name] is not FEW}
        silent += [(name, given[name]) for name in bad if not said_of(bad[name], told)]
        said |= said_of([text for texts in messages.values() for text in texts], told)
    assert silent == []
    assert [name for name, texts in messages.items() if not said.issuperset(texts)] == []


def said_of(messages: list[str], told: list[str]) -> set[str]:
    return {text for text in messages if any(text in one for one in told)}
