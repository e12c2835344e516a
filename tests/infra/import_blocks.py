"""Queues and streams made before Terraform's apply, which imports them.

The provider creates a queue in 25 seconds and a stream in 30, whatever the server answers: it looks again until nothing
has changed for that long. It imports one at once. The whole deployment in test_first_deployment.py creates them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.infra.clients import client

# Attributes of SQS ("SetQueueAttributes", Amazon SQS API reference) by the provider's names.
OF_QUEUES: Final = {
    "delay_seconds": "DelaySeconds",
    "kms_data_key_reuse_period_seconds": "KmsDataKeyReusePeriodSeconds",
    "kms_master_key_id": "KmsMasterKeyId",
    "max_message_size": "MaximumMessageSize",
    "message_retention_seconds": "MessageRetentionPeriod",
    "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
    "visibility_timeout_seconds": "VisibilityTimeout",
}


def write_imports(folder: Path, plan: Mapping[str, Any], endpoint_url: str) -> Path:
    """Make the queues and streams of a plan, and write the blocks that import them; return that file."""
    changes = [one for one in plan["resource_changes"] if one["mode"] == "managed"]
    ready = {
        one["address"]: MAKERS[one["type"]](one["change"]["after"], endpoint_url)
        for one in changes
        if one["type"] in MAKERS
    }
    written = folder / "import.tf"
    blocks = [f'import {{\n  to = {address}\n  id = "{found}"\n}}\n' for address, found in ready.items()]
    written.write_text("\n".join(blocks))
    return written


def _queue(values: Mapping[str, Any], endpoint_url: str) -> str:
    attributes = {ours: str(values[name]) for name, ours in OF_QUEUES.items() if values[name] is not None}
    sqs = client("sqs", endpoint_url)
    made = sqs.create_queue(QueueName=values["name"], Attributes=attributes, tags=values["tags_all"])
    return str(made["QueueUrl"])


def _stream(values: Mapping[str, Any], endpoint_url: str) -> str:
    kinesis, name = client("kinesis", endpoint_url), str(values["name"])
    kinesis.create_stream(StreamName=name, ShardCount=values["shard_count"])
    kinesis.start_stream_encryption(
        StreamName=name, EncryptionType=values["encryption_type"], KeyId=values["kms_key_id"]
    )
    return name


MAKERS: Final = {"aws_sqs_queue": _queue, "aws_kinesis_stream": _stream}
