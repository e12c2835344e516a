"""Phase 4 refuses a bad value of each variable, and says what it must be."""

import json
import re
from typing import Any

import pytest

from tests.fixtures.terraform import TREE, TerraformRoot
from tests.infra.given import VARIABLES

PHASE = TREE / "phases/phase-4"
WITH_RULES = re.compile(r'^variable "(\w+)" \{\n((?:.*\n)*?)^\}', re.MULTILINE)
LONG = "x" * 70
# Values that are refused; one of each variable at a time.
BAD: dict[str, list[Any]] = {
    "project": ["Capitals", "a-project-of-21-chars"],
    "environment": ["pre-prod", "x"],
    "region": ["mars", "sa-east"],
    "artifact_version": ["../up", LONG],
    "schedule_zone": ["UTC+3 hours", ""],
    "executions_per_day": [0, 25, 2.5],
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
    "architecture": ["arm", "x86"],
    "log_level": ["info", "TRACE"],
    "adot_layer_version": ["1.32.0", "latest"],
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


def rules() -> dict[str, list[str]]:
    """The messages of each variable's rules, as the phase has them."""
    texts = [path.read_text() for path in sorted(PHASE.glob("variables*.tf"))]
    found = {name: body for text in texts for name, body in WITH_RULES.findall(text)}
    messages = {name: re.findall(r'error_message = "(.*)"', body) for name, body in found.items()}
    return {name: texts for name, texts in messages.items() if texts}


def test_every_variable_with_a_rule_has_bad_values_here() -> None:
    assert set(rules()) == set(BAD)


@pytest.fixture(scope="module")
def phase(terraform_root: TerraformRoot, s3_endpoint: str) -> Any:
    return terraform_root("phases/phase-4", moto=s3_endpoint)


@pytest.mark.parametrize("turn", range(4))
def test_bad_values_are_refused_with_their_message(phase: Any, turn: int) -> None:
    bad = {
        name: values[(turn if len(values) > 2 else turn // 2) % len(values)]
        for name, values in BAD.items()
        if name not in TOGETHER[turn % 2]
    }
    written = phase.folder / "bad.tfvars.json"
    written.write_text(json.dumps({**VARIABLES["phases/phase-4"], **bad}))
    said = phase.run("plan", "-json", "-input=false", f"-var-file={written.name}", codes=(1,)).stdout
    told = [json.loads(line).get("diagnostic", {}).get("detail", "") for line in said.splitlines()]
    messages = rules()
    assert [name for name in bad if not any(text in one for text in messages[name] for one in told)] == []
