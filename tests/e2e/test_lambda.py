"""The zip that `build.sh` makes, run as each of its runtimes runs it: AWS's runtime client, a real table."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.packages import SAMPLE
from tests.fixtures import lambda_runtime

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from chargebacks.local.stack import DynamoDB


@pytest.fixture
def function(
    task: Path, runtime: lambda_runtime.Runtime, dynamodb: "DynamoDB", table: "Table", tmp_path: Path
) -> Iterator[lambda_runtime.Function]:
    """The updater, running on the test's own table."""
    environment = {
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb.endpoint_url,
        "DYNAMODB_TABLE_NAME": table.name,
    }
    with lambda_runtime.running(task, runtime, environment, tmp_path / "log") as started:
        yield started


def item(chargeback_id: str, created_at: str) -> dict[str, Any]:
    return {"chargeback_id": chargeback_id, "status": "open", "created_at": created_at}


def marked(table: "Table") -> dict[str, Any]:
    """Which items are marked as consolidated, and since when."""
    items = table.scan(ConsistentRead=True)["Items"]
    return {
        str(i["chargeback_id"]): i.get("consolidation_date") for i in items if "consolidation_status" in i
    }


def test_the_zip_runs_in_lambda_on_the_sample_event(
    function: lambda_runtime.Function, table: "Table"
) -> None:
    table.put_item(Item=item("cb-before", "2025-11-19T23:59:59.999999Z"))
    table.put_item(Item=item("cb-first", "2025-11-20T00:00:00Z"))
    table.put_item(Item=item("cb-last", "2025-11-20T23:59:59.999999Z"))
    table.put_item(Item=item("cb-after", "2025-11-21T00:00:00Z"))
    answer = function.invoke(SAMPLE)
    assert answer == lambda_runtime.Answer("response", {"batchItemFailures": []})
    assert set(marked(table)) == {"cb-first", "cb-last"}
    metrics = "METRICS: messages_processed=1, messages_failed=0, chargebacks_updated=2"
    assert function.lines().count(metrics) == 1


def test_the_zip_updates_the_chargebacks_of_a_slice_once(
    function: lambda_runtime.Function, table: "Table"
) -> None:
    table.put_item(Item=item("cb-1", "2025-01-01T00:00:00Z"))
    event = {
        "event_type": "chargebacks_consolidated",
        "event_id": "51be07a6c2f94d83",
        "partition_date": "2025-11-20",
        "execution_sequence": 2,
        "slice": 1,
        "slices": 1,
        "chargeback_ids": ["cb-1", "cb-missing"],
        "records_processed": 2,
        "output_format": "csv",
        "output_path": "s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
        "execution_time": "2025-11-20T06:30:00",
        "completed_at": "2025-11-20T06:45:32.123456+00:00",
        "job_name": "job",
    }
    for _ in range(2):
        assert function.invoke(batch(event)) == lambda_runtime.Answer("response", {"batchItemFailures": []})
    assert set(marked(table)) == {"cb-1"}
    updated = [line for line in function.lines() if line.startswith("METRICS: ")]
    assert [line.rpartition("=")[2] for line in updated] == ["1", "0"]


def batch(event: dict[str, Any]) -> dict[str, Any]:
    """The sample's batch with `event` as its message."""
    ((partition, (record,)),) = SAMPLE["records"].items()
    value = base64.b64encode(json.dumps(event).encode()).decode()
    return {**SAMPLE, "records": {partition: [{**record, "value": value}]}}
