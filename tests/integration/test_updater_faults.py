"""DynamoDB in trouble: tried again within the invocation, then reported; never lost, never counted twice."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from chargebacks.projection.updater import Updater
from tests.fixtures.faults import AFTER, WRITE, Fault, Proxy
from tests.fixtures.msk import failed_offsets, of, put, slice_of, summary, updated

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number}" for number in range(125)]  # every call of 25 is full
PASSING = [fault for fault in Fault if fault is not Fault.DENIED]
EVERYWHERE = [fault for fault in PASSING if fault is not Fault.SOME_REFUSED]


def counts(capsys: pytest.CaptureFixture[str]) -> tuple[int, ...]:
    [line] = re.findall(r"METRICS: \S+=(\d+), \S+=(\d+), \S+=(\d+)\n", capsys.readouterr().out)
    return tuple(map(int, line))


@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_trouble_is_got_over_within_the_invocation(
    fault: Fault, proxy: Proxy, build: Callable[..., Updater], table: Any
) -> None:
    put(table, dict.fromkeys(IDS, "2025-11-20T10:00:00Z"))
    proxy.plan = lambda operation, number: fault if operation == WRITE and number < 4 else None
    assert build().handle(of(slice_of(*IDS)), None) == {"batchItemFailures": []}
    assert proxy.faults == [fault] * 4
    assert updated(table) == set(IDS)


def test_what_took_effect_before_its_answer_was_lost_is_already_applied_and_no_failure(
    proxy: Proxy, build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put(table, dict.fromkeys(IDS[:25], "2025-11-20T10:00:00Z"))
    proxy.plan = lambda operation, number: Fault.CUT_AFTER if operation == WRITE and number == 0 else None
    build().handle(of(slice_of(*IDS[:25])), None)
    printed = capsys.readouterr().out
    assert "METRICS: messages_processed=1, messages_failed=0, chargebacks_updated=0\n" in printed
    assert '"ChargebacksAlreadyApplied":[25.0]' in printed
    assert '"UpdatesRetried":[25.0]' in printed


def test_only_refused_statements_are_sent_again(
    proxy: Proxy, build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put(table, dict.fromkeys(IDS[:25], "2025-11-20T10:00:00Z"))
    proxy.plan = lambda operation, number: Fault.SOME_REFUSED if operation == WRITE and number == 0 else None
    build().handle(of(slice_of(*IDS[:25])), None)
    printed = capsys.readouterr().out
    assert "chargebacks_updated=25\n" in printed
    assert '"UpdatesRetried":[12.0]' in printed


@pytest.mark.parametrize("fault", [*PASSING, Fault.DENIED])
def test_a_trouble_that_stays_is_reported_and_what_was_applied_is_counted(
    fault: Fault, proxy: Proxy, build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put(table, dict.fromkeys(IDS, "2025-11-20T10:00:00Z"))
    proxy.plan = lambda operation, number: fault if operation == WRITE and number >= 2 else None
    assert failed_offsets(build(attempts=2).handle(of(slice_of(*IDS)), None)) == [0]
    lost = fault in AFTER  # applied, but nobody was told
    processed, failed, applied = counts(capsys)
    assert (processed, failed) == (0, 1)
    assert 50 <= applied < len(updated(table)) if lost else applied == len(updated(table))
    proxy.plan = lambda operation, number: None
    assert build().handle(of(slice_of(*IDS)), None) == {"batchItemFailures": []}
    assert updated(table) == set(IDS)


@pytest.mark.parametrize("fault", EVERYWHERE)
@pytest.mark.parametrize("operation", ["DescribeTable", "Scan"])
def test_reading_gets_over_a_passing_trouble_too(
    fault: Fault, operation: str, proxy: Proxy, build: Callable[..., Updater], table: Any
) -> None:
    put(table, dict.fromkeys(IDS, "2025-11-20T10:00:00Z"))
    proxy.plan = lambda asked, number: fault if asked == operation and number < 2 else None
    assert build().handle(of(summary()), None) == {"batchItemFailures": []}
    assert proxy.faults == [fault] * 2
    assert updated(table) == set(IDS)


@pytest.mark.parametrize("operation", ["DescribeTable", "Scan"])
def test_reading_that_stays_denied_is_reported_at_once(
    operation: str, proxy: Proxy, build: Callable[..., Updater], table: Any
) -> None:
    proxy.plan = lambda asked, number: Fault.DENIED if asked == operation else None
    assert failed_offsets(build().handle(of(summary()), None)) == [0]
    assert proxy.faults == [Fault.DENIED]


def test_a_table_that_could_not_be_asked_is_asked_again_by_the_next_invocation(
    proxy: Proxy, build: Callable[..., Updater], table: Any
) -> None:
    put(table, {"cb-1": "2025-11-20T10:00:00Z"})
    updater = build(attempts=1)
    proxy.plan = lambda asked, number: Fault.CUT_BEFORE if asked == "DescribeTable" and number == 0 else None
    assert failed_offsets(updater.handle(of(slice_of("cb-1")), None)) == [0]
    assert failed_offsets(updater.handle(of(slice_of("cb-1")), None)) == []
    assert failed_offsets(updater.handle(of(slice_of("cb-1")), None)) == []
    assert proxy.calls.count("DescribeTable") == 2
    assert updated(table) == {"cb-1"}


def test_an_item_that_refuses_its_update_does_not_keep_the_others_from_theirs(
    build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put(table, dict.fromkeys(IDS, "2025-11-20T10:00:00Z"))
    table.put_item(Item={"chargeback_id": "cb-7", "reason": "x" * (400 * 1024 - 60)})
    table.put_item(Item={"chargeback_id": "cb-8", "consolidation_position": None})
    answer = build(threads=1).handle(of(slice_of(*IDS)), None)
    assert failed_offsets(answer) == [0]
    assert updated(table) - {"cb-8"} == set(IDS) - {"cb-7", "cb-8"}
    assert counts(capsys) == (0, 1, len(IDS) - 2)
