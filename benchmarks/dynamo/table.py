"""A table on DynamoDB Local: filled before, looked at after."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.dynamo.slices import decided, ids
from benchmarks.harness import BenchmarkError
from chargebacks import record
from chargebacks.contract.message import Message
from chargebacks.local import dynamodb, stack
from chargebacks.local.processes import LONG_JVM_FLAGS
from chargebacks.local.stack import DynamoDB

NAME: Final = "bench"
BATCH: Final = 25  # "BatchWriteItem" (API reference): at most 25 puts
THREADS: Final = 4
PAGE: Final = 1000  # items; a page holds 1 MB of them
SAMPLED: Final = 500  # messages, at least


@contextmanager
def database(folder: Path) -> Iterator[DynamoDB]:
    """DynamoDB Local with the table in it, by the JVM's own compiler: it works for minutes here."""
    with stack.database(folder, jvm_flags=LONG_JVM_FLAGS) as running:
        dynamodb.create_table(running.endpoint_url, NAME)
        yield running


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
    return {name: {"S": value} for name, value in opened(chargeback_id).items()}


def opened(chargeback_id: str) -> dict[str, str]:
    """An item as it is before."""
    return {"chargeback_id": chargeback_id, "status": "open", "created_at": "2025-11-20T01:02:03.000Z"}


def check(endpoint: str, table: str, messages: Sequence[Message]) -> None:
    """Raises BenchmarkError unless every item, and no other, is marked by the messages' execution: all are counted,
    and of some messages one item is compared attribute by attribute."""
    found, wanted = _counted(endpoint, table, messages[0]), sum(len(decided(one)[1]) for one in messages)
    if found != (wanted, wanted):
        raise BenchmarkError(f"{found[1]} of {found[0]} items are updated, not {wanted}")
    held = dynamodb.resource(endpoint).Table(table)
    for update, named in map(decided, messages[:: max(1, len(messages) // SAMPLED)]):
        item = held.get_item(Key={"chargeback_id": named[-1]}, ConsistentRead=True).get("Item")
        if item != {**opened(named[-1]), **update.attributes, record.POSITION: update.position}:
            raise BenchmarkError(f"this item is not as its message has it: {item}")


def _counted(endpoint: str, table: str, message: Message) -> tuple[int, int]:
    """All items, and those that the message's execution has marked."""
    client: Any = dynamodb.client(endpoint)
    asked = {
        "TableName": table,
        "Select": "COUNT",
        "FilterExpression": f"{record.CONSOLIDATION_DATE} = :date",
        "ExpressionAttributeValues": {
            ":date": {"S": decided(message)[0].attributes[record.CONSOLIDATION_DATE]}
        },
    }
    # A segment a page: DynamoDB Local takes the longer for each page of a segment, the more there are.
    segments = client.describe_table(TableName=table)["Table"]["ItemCount"] // PAGE + 1
    pages = [
        page
        for segment in range(segments)
        for page in client.get_paginator("scan").paginate(**asked, Segment=segment, TotalSegments=segments)
    ]
    return sum(page["ScannedCount"] for page in pages), sum(page["Count"] for page in pages)
