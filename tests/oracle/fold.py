"""The table as a fold of messages: what its items must say once all were applied, in whatever order and how often.

The messages are taken by rising position, and each writes over what the one before it wrote. An item that was
not there stays away.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

POSITION = "consolidation_position"
Event = dict[str, Any]
Item = dict[str, Any]  # in Python's types
Touched = Callable[[Event, Collection[str]], Iterable[str]]


def named(message: Event, keys: Collection[str]) -> list[str]:
    """Those of `keys` that the message names; a summary names none."""
    return [key for key in message.get("chargeback_ids", ()) if key in keys]


def fold(before: Mapping[str, Item], messages: Iterable[Event], touched: Touched = named) -> dict[str, Item]:
    """The items by key after all messages. `touched(message, keys)`: which of these a message is about."""
    table = {key: dict(item) for key, item in before.items()}
    for message in sorted(messages, key=position):
        for key in touched(message, table):
            table[key] |= state(message)
    return table


def state(message: Event) -> Item:
    """What a message writes into an item."""
    return {
        "consolidation_status": "completed",
        "consolidation_s3_path": message["output_path"],
        "consolidation_date": message["completed_at"],
        "consolidation_execution": message["execution_sequence"],
        "consolidation_job_name": message["job_name"],
        "output_format": message["output_format"],
        "records_in_consolidation": message["records_processed"],
        "updated_at": message["completed_at"],
        POSITION: position(message),
    }


def position(message: Event) -> str:
    """Partition date, completion in UTC, hash of what the message says: any two messages have an order."""
    content = {name: value for name, value in message.items() if name != "event_id"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    moment = datetime.fromisoformat(message["completed_at"])
    utc = moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{message['partition_date']}|{utc.isoformat(timespec='microseconds')}Z|{digest}"
