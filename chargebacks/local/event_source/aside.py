"""The failure destination of this machine: a file, one JSON line per record, with its payload.

Lambda's failure destinations on S3 and Kafka get the payload beside the offsets, and so does this file (AWS
Lambda Developer Guide, on-failure destinations for Kafka). The event in a line can be given to a handler again.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from chargebacks.local.event_source import event
from chargebacks.local.event_source.settings import PollSettings


def put_aside(records: Sequence[event.Record], attempts: int, settings: PollSettings, path: Path) -> None:
    """Append the records; they are on the disk when this returns. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(_line(record, attempts, settings)) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _line(record: event.Record, attempts: int, settings: PollSettings) -> dict[str, object]:
    return {
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": attempts,
        "payload": event.form([record], settings.event_source_arn, settings.bootstrap_servers),
    }
