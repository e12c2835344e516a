"""Whether items are where a message would have put them, or further: reads the table, changes nothing."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

from chargebacks import record
from chargebacks.projection.retry import Patience
from chargebacks.projection.table import KEY, Table

KEYS: Final = 100  # of a BatchGetItem call, by its API reference
AHEAD: Final = 4  # calls a thread that may be answered and not yet taken
_FIELDS: Final = {
    "ProjectionExpression": "#key, #position",
    "ExpressionAttributeNames": {"#key": KEY, "#position": record.POSITION},
    "ConsistentRead": True,
}


@dataclass(frozen=True)
class Expected:
    """A chargeback, and the position that its item must have reached."""

    chargeback_id: str
    position: str


@dataclass(frozen=True)
class Standing:
    """Where some items are: how many `in_step`; ids of those `behind` their message; ids that have no item."""

    in_step: int
    behind: tuple[str, ...]
    missing: tuple[str, ...]


def standings(
    table: Table, expected: Iterable[Expected], patience: Patience, threads: int
) -> Iterator[Standing]:
    """The standing of every KEYS chargebacks, in their order, by that many threads. Ids must differ within KEYS.

    Raises TransientError when the table does not answer.
    """
    rest = iter(expected)
    look = partial(_standing, table, patience)
    with ThreadPoolExecutor(threads) as pool:
        while some := list(islice(rest, KEYS * threads * AHEAD)):
            yield from pool.map(look, (some[n : n + KEYS] for n in range(0, len(some), KEYS)))


def _standing(table: Table, patience: Patience, expected: list[Expected]) -> Standing:
    found = _positions(table, patience, [one.chargeback_id for one in expected])
    missing = tuple(one.chargeback_id for one in expected if one.chargeback_id not in found)
    behind = tuple(
        one.chargeback_id for one in expected if found.get(one.chargeback_id, one.position) < one.position
    )
    return Standing(len(expected) - len(behind) - len(missing), behind, missing)


def _positions(table: Table, patience: Patience, ids: list[str]) -> dict[str, str]:
    """The position of each item that there is, empty text where it has none."""
    found: dict[str, str] = {}
    keys: list[Any] = [{KEY: {"S": one}} for one in ids]
    attempt = 0
    while keys:
        request: Any = {table.name: {"Keys": keys, **_FIELDS}}
        ask = partial(table.client.batch_get_item, RequestItems=request)
        answer: Any = patience.call(ask, "Responses")
        for item in answer["Responses"].get(table.name, []):
            found[item[KEY]["S"]] = item.get(record.POSITION, {}).get("S", "")
        left = answer.get("UnprocessedKeys", {}).get(table.name, {}).get("Keys", [])
        attempt = attempt if len(left) == len(keys) else 0
        if left:
            patience.pause(attempt, f"{len(left)} keys were not looked up")
        keys, attempt = left, attempt + 1
    return found
