"""A handler killed at any of its calls, before and after the call's effect; then the batch comes again."""

import os
import signal
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest

from chargebacks.event_source.environment import Environment
from chargebacks.event_source.lag import lag
from chargebacks.event_source.poller import Attempt
from chargebacks.local.stack import Kafka
from chargebacks.projection.updater import Updater
from tests.fixtures.faults import WRITE, Fault, Proxy, calm
from tests.fixtures.handling_process import exit_code, start_handling
from tests.fixtures.kafka import send_events
from tests.fixtures.msk import Queue, items, of, updated
from tests.fixtures.pollers import kill_functions, mapping, polling, until
from tests.fixtures.world import POISON, consolidation, existing, torn, write
from tests.oracle.fold import fold

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number}" for number in range(40)]
BEFORE = existing(IDS)
HONEST = [*consolidation(2, IDS, per_slice=20), *consolidation(1, IDS, per_slice=20)]
EVENT = of(*HONEST[:2], POISON, *HONEST[2:])
NAMES = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS", "DLQ_URL", "AWS_REGION", "AWS_DEFAULT_REGION")
SIGNING = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture
def killed_at(proxy: Proxy, queue_proxy: Proxy, table: Any) -> Callable[[str, int, Fault], int | None]:
    """How a handler ends that is killed at the n-th call of that operation."""

    def handled(operation: str, number: int, fault: Fault) -> int | None:
        def plan(asked: str, n: int) -> Fault | None:
            return fault if (asked, n) == (operation, number) else None

        started = SimpleQueue[int]()
        for one in (proxy, queue_proxy):
            one.calls.clear()
            one.plan, one.on_cut = plan, lambda: os.kill(started.get(timeout=60), signal.SIGKILL)
        environment = {name: os.environ[name] for name in (*NAMES, *SIGNING)}
        process = start_handling(EVENT, environment | {"DYNAMODB_TABLE_NAME": table.name})
        assert process.pid
        started.put(process.pid)
        code = exit_code(process)
        proxy.plan = queue_proxy.plan = calm
        return code

    return handled


CALLS = [("DescribeTable", 0), *((WRITE, n) for n in range(4)), ("SendMessage", 0)]


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER])
def test_a_handler_killed_between_any_two_writes_leaves_whole_items_and_the_next_one_ends_well(
    fault: Fault,
    killed_at: Callable[..., int | None],
    queue: Queue,
    build: Callable[..., Updater],
    table: Any,
) -> None:
    written = set[int]()
    for operation, number in CALLS:
        write(table, BEFORE)
        assert killed_at(operation, number, fault) == -signal.SIGKILL, (operation, number)
        left = items(table)
        assert list(torn(left, BEFORE, HONEST)) == [], (operation, number)
        written.add(len(updated(table)))
        assert build(dlq_url=queue.url).handle(EVENT, None) == {"batchItemFailures": []}
        assert items(table) == fold(BEFORE, HONEST), (operation, number)
        assert {letter["offset"] for letter in queue.letters()} == {2}
    assert written == {0, 20, 40}


def test_a_handler_that_is_not_killed_ends_by_itself(
    killed_at: Callable[..., int | None], queue: Queue, table: Any
) -> None:
    write(table, BEFORE)
    assert killed_at(WRITE, 99, Fault.CUT_BEFORE) == 0
    assert items(table) == fold(BEFORE, HONEST)


def test_a_function_killed_under_its_poller_is_started_anew_and_its_batch_comes_again(
    kafka: Kafka, topic: str, proxy: Proxy, queue: Queue, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMODB_TABLE_NAME", table.name)
    write(table, BEFORE)
    send_events(kafka.bootstrap_servers, topic, *HONEST[:2], POISON, *HONEST[2:])
    asked, attempts, killed = mapping(kafka, topic), list[Attempt](), list[int]()
    proxy.plan = lambda operation, number: Fault.CUT_AFTER if (operation, number) == (WRITE, 1) else None
    proxy.on_cut = lambda: killed.append(kill_functions(os.getpid()))
    with (
        Environment("tests.fixtures.wandering:handler") as function,
        polling(asked, function, attempts.append),
    ):
        until(lambda: lag(asked) == 0, "all is done")
    assert killed == [1]
    assert sum(one.answer is None for one in attempts) == 1
    assert items(table) == fold(BEFORE, HONEST)
    assert {letter["offset"] for letter in queue.letters()} == {2}
