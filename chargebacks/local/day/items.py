"""The table before the day: an item for every chargeback in the landing files."""

import json
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chargebacks import record
from chargebacks.consolidation.landing import formats
from chargebacks.errors import LocalStackError, UnreadableFileError
from chargebacks.local import dynamodb

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH: Final = 25  # "BatchWriteItem" (API reference): at most 25 puts
THREADS: Final = 4
AT_ONCE: Final = 100  # batches under way
TRIES: Final = 10
NUMBER: Final = re.compile(r"-?\d{1,29}(\.\d{1,9})?", re.ASCII)
TEXTS: Final = ("status", "merchant_id", "currency", "reason", "created_at", "updated_at")
Item = dict[str, dict[str, str]]


def fill(endpoint_url: str, table: str, landing_files: Iterable[Path], kept: Path) -> int:
    """Write an item for each chargeback found in the files, and a copy of it to `kept`. How many.

    A chargeback's first record makes its item. Raises LocalStackError when the table does not take them.
    """
    client, count = dynamodb.client(endpoint_url), 0
    with kept.open("w", encoding="utf-8") as copies, ThreadPoolExecutor(THREADS) as pool:
        items = _items(landing_files)
        while some := list(islice(items, BATCH * AT_ONCE)):
            copies.writelines(f"{json.dumps(item, ensure_ascii=False)}\n" for item in some)
            batches = [some[n : n + BATCH] for n in range(0, len(some), BATCH)]
            list(pool.map(lambda batch: _put(client, table, batch), batches))
            count += len(some)
    return count


def _put(client: "DynamoDBClient", table: str, items: list[Item]) -> None:
    left: Any = {table: [{"PutRequest": {"Item": item}} for item in items]}
    for _ in range(TRIES):
        left = client.batch_write_item(RequestItems=left).get("UnprocessedItems")
        if not left:
            return
    raise LocalStackError(f"table {table} does not take all its items: see DynamoDB Local's log")


def _items(landing_files: Iterable[Path]) -> Iterator[Item]:
    seen: set[str] = set()
    for path in landing_files:
        for row in _rows(path):
            key = row.get("chargeback_id")
            if isinstance(key, str) and key.strip() and len(key) <= 256 and key not in seen:
                seen.add(key)
                yield _item(key, row)


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    """The file's records as far as they can be read, in whatever format; this is no place to judge them."""
    try:
        raw = formats.read(path.name, path.read_bytes())
    except UnreadableFileError:
        return []
    return raw.frame.iter_rows(named=True)


def _item(key: str, row: dict[str, Any]) -> Item:
    texts = {name: str(row[name]) for name in TEXTS if row.get(name) not in (None, "")}
    item = {name: {"S": text} for name, text in texts.items()} | {"chargeback_id": {"S": key}}
    amount = str(row.get("amount"))
    # Written as the table gives it back, so that what was written can be compared with what is read.
    return (
        item | {"amount": {"N": record.decimal_text(Decimal(amount))}} if NUMBER.fullmatch(amount) else item
    )
