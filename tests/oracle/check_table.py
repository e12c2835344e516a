"""The table's items against what the announcements must have made of them.

An announced item carries the state of the greatest announcement that names it: latest partition date, then
latest completion. Everything else about it, and every other item, is as it was before the day.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3

from tests.oracle.check_messages import Event, Which
from tests.oracle.expect import Expected
from tests.oracle.rules import KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

POSITION: Final = "consolidation_position"
SEGMENT_ITEMS: Final = 1000
Item = dict[str, Any]  # attribute values as DynamoDB writes them: {"S": "text"}, {"N": "1"}


def check_table(
    expectations: list[Expected], summaries: dict[Which, Event], before: Path, items: Iterable[Item]
) -> Iterator[str]:
    """Every difference in the table. `before` holds the items as they were, one JSON object a line."""
    old = {item[KEY]["S"]: item for item in map(json.loads, before.read_bytes().splitlines())}
    newest = _newest(expectations, summaries)
    for item in items:
        key = item[KEY]["S"]
        if key not in old:
            yield f"table: {key} is there and was not before: nobody but its owner creates an item"
            continue
        yield from _compare(key, item, old.pop(key), newest.get(key))
    for key in sorted(old):
        yield f"table: {key} is gone"


def scan(endpoint_url: str, table: str, expected: int) -> Iterator[Item]:
    """Every item, about `expected` of them.

    In segments of a page or so: DynamoDB Local reads a segment's earlier pages again for every page of it, so one
    segment of a million items would take it hours.
    """
    # DynamoDB Local checks no signature, but the client insists on signing. These are no secrets.
    session = boto3.session.Session("local", "local", region_name="sa-east-1")
    client: DynamoDBClient = session.client("dynamodb", endpoint_url=endpoint_url)
    segments = 1 + expected // SEGMENT_ITEMS
    for segment in range(segments):
        pages = client.get_paginator("scan").paginate(
            TableName=table, Segment=segment, TotalSegments=segments, ConsistentRead=True
        )
        for page in pages:
            yield from page["Items"]


def _newest(expectations: list[Expected], summaries: dict[Which, Event]) -> dict[str, Event]:
    newest: dict[str, Event] = {}
    for expected in expectations:
        summary = summaries.get((expected.partition_date, expected.execution_time))
        if summary is None:
            continue  # check_messages tells of it
        for key in expected.announced:
            if key not in newest or _order(newest[key]) < _order(summary):
                newest[key] = summary
    return newest


def _order(summary: Event) -> tuple[str, datetime]:
    return summary["partition_date"], datetime.fromisoformat(summary["completed_at"])


def _compare(key: str, item: Item, old: Item, summary: Event | None) -> Iterator[str]:
    right = old | _state(summary) if summary else old
    found = {name: value for name, value in item.items() if summary is None or name != POSITION}
    for name in sorted(right.keys() | found.keys()):
        if found.get(name) != right.get(name):
            yield f"table: {key}: {name} is {found.get(name)}, expected {right.get(name)}"
    if summary and not _position_of(item).startswith(f"{_start(summary)}|"):
        yield f"table: {key}: position {_position_of(item)!r}, expected {_start(summary)}|…"


def _state(summary: Event) -> Item:
    return {
        "consolidation_status": {"S": "completed"},
        "consolidation_s3_path": {"S": summary["output_path"]},
        "consolidation_date": {"S": summary["completed_at"]},
        "consolidation_execution": {"N": str(summary["execution_sequence"])},
        "consolidation_job_name": {"S": summary["job_name"]},
        "output_format": {"S": summary["output_format"]},
        "records_in_consolidation": {"N": str(summary["records_processed"])},
        "updated_at": {"S": summary["completed_at"]},
    }


def _position_of(item: Item) -> str:
    return str(item.get(POSITION, {}).get("S", ""))


def _start(summary: Event) -> str:
    completed = datetime.fromisoformat(summary["completed_at"]).astimezone(UTC)
    return f"{summary['partition_date']}|{completed:%Y-%m-%dT%H:%M:%S.%fZ}"
