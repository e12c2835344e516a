"""Every call of a handling fails, before and after its effect: got over, or reported and then done."""

from collections.abc import Callable
from typing import Any

import pytest

from chargebacks.projection.updater import Updater
from tests.fixtures.faults import WRITE, Fault, Proxy, Trouble
from tests.fixtures.msk import DAY, Event, Queue, batch, failed_offsets, items, record, summary
from tests.fixtures.world import POISON, acknowledged_but_missing, consolidation, existing, write
from tests.oracle.fold import fold, named

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number}" for number in range(30)]
BEFORE = existing(IDS)
# Two consolidations that name the same chargebacks, one that nobody created, poison, and a whole day by scan.
DAYS = summary(completed_at=f"{DAY}T00:01:45.000000+00:00")
EVENTS: list[Event | bytes] = [
    *consolidation(2, [*IDS[:26], "never-created"]),
    POISON,
    *consolidation(1, IDS[:10]),
    DAYS,
]
HONEST = [event for event in EVENTS if isinstance(event, dict)]
RECORDS = [record(event, offset) for offset, event in enumerate(EVENTS)]
CALLS = 7  # DescribeTable, two writes, SendMessage, a write, Scan, and a write of what the scan found
FAULTS = [fault for fault in Fault if fault is not Fault.DENIED]


def sample(faults: list[Fault], *usual: Fault) -> list[Any]:
    """All of them; only the usual ones are not slow."""
    return [pytest.param(one, marks=[] if one in usual else [pytest.mark.slow]) for one in faults]


class Once:
    """The plan that troubles the n-th call of a handling, whichever service it goes to."""

    def __init__(self, number: int, trouble: Trouble | None) -> None:
        self.number, self.trouble, self.calls = number, trouble, 0

    def __call__(self, operation: str, _: int) -> Trouble | None:
        self.calls += 1
        fits = self.trouble is not Fault.SOME_REFUSED or operation == WRITE
        return self.trouble if self.calls - 1 == self.number and fits else None


def touched(message: Event, keys: Any) -> Any:
    """Whom a slice names; the day's summary, all."""
    return named(message, keys) if "slice" in message else keys


@pytest.fixture
def handle(
    proxy: Proxy, queue_proxy: Proxy, queue: Queue, build: Callable[..., Updater], table: Any
) -> Callable[..., list[int]]:
    """One handling by a fresh updater, with that trouble at that call: the offsets that it reports."""

    def handled(
        records: list[dict[str, Any]], number: int, trouble: Trouble | None, attempts: int
    ) -> list[int]:
        proxy.plan = queue_proxy.plan = plan = Once(number, trouble)
        answer = build(dlq_url=queue.url, attempts=attempts, threads=1).handle(batch(*records), None)
        assert plan.calls > number, f"call {number} was not reached"
        return failed_offsets(answer)

    return handled


def test_the_handling_makes_so_many_calls(
    handle: Callable[..., list[int]], proxy: Proxy, queue_proxy: Proxy, table: Any
) -> None:
    write(table, BEFORE)
    assert handle(RECORDS, 0, None, 1) == []
    assert [*proxy.calls, *queue_proxy.calls].count(WRITE) == 4
    assert len(proxy.calls) + len(queue_proxy.calls) == CALLS


@pytest.mark.parametrize("fault", sample(FAULTS, Fault.CUT_AFTER))
def test_whichever_call_fails_once_the_handling_gets_over_it(
    fault: Fault, handle: Callable[..., list[int]], queue: Queue, table: Any
) -> None:
    for number in range(CALLS):
        write(table, BEFORE)
        assert handle(RECORDS, number, fault, 10) == [], f"{fault} at call {number}"
        assert items(table) == fold(BEFORE, HONEST, touched), f"{fault} at call {number}"
        assert {letter["offset"] for letter in queue.letters()} == {1}, f"{fault} at call {number}"


@pytest.mark.parametrize("fault", sample(list(Fault), Fault.THROTTLED, Fault.CUT_AFTER))
def test_whichever_call_fails_for_good_nothing_is_acknowledged_that_was_not_done(
    fault: Fault, handle: Callable[..., list[int]], queue: Queue, table: Any
) -> None:
    for number in range(CALLS):
        write(table, BEFORE)
        reported = handle(RECORDS, number, fault, 1)
        done = [event for offset, event in enumerate(EVENTS) if offset not in reported]
        slices = [event for event in done if isinstance(event, dict) and "slice" in event]
        assert acknowledged_but_missing(items(table), BEFORE, slices) == [], f"{fault} at call {number}"
        letters = {letter["offset"] for letter in queue.letters()}
        assert letters or 1 in reported, f"{fault} at call {number}"
        again = [RECORDS[offset] for offset in reported]
        assert not again or handle(again, 0, None, 1) == []
        assert items(table) == fold(BEFORE, HONEST, touched), f"{fault} at call {number}"
        assert letters | {letter["offset"] for letter in queue.letters()} == {1}
