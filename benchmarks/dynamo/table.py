"""A table on DynamoDB Local: filled before, looked at after."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Final

from benchmarks.harness import BenchmarkError
from chargebacks import record
from chargebacks.local import dynamodb

NAME: Final = "bench"
BATCH: Final = 25  # "BatchWriteItem" (API reference): at most 25 puts
THREADS: Final = 4
SAMPLED: Final = 1000


def ids(items: int, start: int = 0) -> Iterator[str]:
    """The chargebacks' ids, as long as the landing files' ones."""
    return (f"cb-{n:020d}" for n in range(start, items))


def fill(endpoint: str, table: str, items: int, start: int = 0) -> None:
    """Put items `start` up to `items` there: few attributes, as a chargeback just opened has them."""
    client, wanted = dynamodb.client(endpoint), ids(items, start)
    with ThreadPoolExecutor(THREADS) as pool:
        while some := list(islice(wanted, BATCH * 1000)):
            list(pool.map(lambda batch: _put(client, table, batch), _batches(some)))


def _batches(some: list[str]) -> list[list[str]]:
    return [some[n : n + BATCH] for n in range(0, len(some), BATCH)]


def _put(client: Any, table: str, some: list[str]) -> None:
    puts = [{"PutRequest": {"Item": _item(one)}} for one in some]
    if client.batch_write_item(RequestItems={table: puts}).get("UnprocessedItems"):
        raise BenchmarkError("DynamoDB Local does not take all items")


def _item(chargeback_id: str) -> dict[str, dict[str, str]]:
    given = {"chargeback_id": chargeback_id, "status": "open", "created_at": "2025-11-20T01:02:03.000Z"}
    return {name: {"S": value} for name, value in given.items()}


def check(endpoint: str, table: str, items: int, event: Mapping[str, Any]) -> None:
    """Raises BenchmarkError unless that many items are there and every one is marked by the event's execution."""
    client: Any = dynamodb.client(endpoint)
    asked = {"TableName": table, "Select": "COUNT", "ConsistentRead": True}
    filtered = asked | {
        "FilterExpression": f"{record.CONSOLIDATION_DATE} = :date",
        "ExpressionAttributeValues": {":date": {"S": event["completed_at"]}},
    }
    pages = client.get_paginator("scan").paginate(**filtered)
    seen = [(page["ScannedCount"], page["Count"]) for page in pages]
    found = sum(scanned for scanned, _ in seen), sum(count for _, count in seen)
    if found != (items, items):
        raise BenchmarkError(f"{found[1]} of {found[0]} items are updated, not {items}")
