"""The invocation's time: what it does not reach is reported, and done by the next one."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chargebacks.projection.updater import Updater
from tests.fixtures.msk import Context, failed_offsets, items, of, put, slice_of, summary, updated

pytest_plugins = ["tests.fixtures.updater"]


def asked(times: int) -> Context:
    """A context whose time is up once it was asked so often."""
    count = itertools.count()
    return Context(remaining=lambda: 60_000 if next(count) < times else 100)


@pytest.mark.parametrize("times", [0, 1, 2, 3, 7, 20])
def test_nothing_is_acknowledged_that_was_not_applied(
    times: int, build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [f"cb-{number}" for number in range(12)]
    put(table, dict.fromkeys(ids, "2025-11-20T10:00:00Z"))
    answer = build(threads=1).handle(of(*map(slice_of, ids)), asked(times))
    failed = failed_offsets(answer)
    assert updated(table) == {name for offset, name in enumerate(ids) if offset not in failed}
    done = len(ids) - len(failed)
    printed = capsys.readouterr().out
    assert (
        f"messages_processed={done}, messages_failed={len(failed)}, chargebacks_updated={done}\n" in printed
    )
    assert (not failed) == (times == 20)


def test_a_slice_cut_short_is_reported_though_part_of_it_was_applied(
    build: Callable[..., Updater], table: Any
) -> None:
    ids = [f"cb-{number}" for number in range(500)]
    put(table, dict.fromkeys(ids, "2025-11-20T10:00:00Z"))
    updater = build(threads=1)
    assert failed_offsets(updater.handle(of(slice_of(*ids)), asked(6))) == [0]
    assert 0 < len(updated(table)) < 500
    assert failed_offsets(updater.handle(of(slice_of(*ids)), Context())) == []
    assert updated(table) == set(ids)


def test_a_days_summary_goes_on_where_the_invocation_before_stopped(
    build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with table.batch_writer() as writer:  # six pages, and six batches
        for number in range(150):
            created = {"created_at": "2025-11-20T10:00:00Z", "reason": "x" * 40_000}
            writer.put_item(Item={"chargeback_id": f"cb-{number}", **created})
    updater, rounds = build(threads=1), 0
    while failed_offsets(updater.handle(of(summary()), asked(10))):
        rounds += 1
        assert rounds < 40, "it does not get on"
    assert rounds > 0
    assert len(updated(table)) == len(items(table)) == 150
    applied = [
        int(line.rpartition("=")[2]) for line in capsys.readouterr().out.splitlines() if "METRICS:" in line
    ]
    assert sum(applied) == 150


def test_poison_that_is_not_reached_is_reported_too(build: Callable[..., Updater], table: Any) -> None:
    updater = build()
    updater.handle(of(slice_of("cb-1")), Context())
    assert failed_offsets(updater.handle(of(b"poison", slice_of("cb-1")), asked(0))) == [0, 1]


def test_no_pause_outlasts_the_invocation(
    build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    updater = build(dlq_url="http://127.0.0.1:1/queue", attempts=2, backoff=1.0, backoff_limit=1.0)
    a_moment = Context(remaining=lambda: updater.settings.reserve * 1000 + 1e-6)
    assert failed_offsets(updater.handle(of(b"poison"), a_moment)) == [0]
    assert "no time is left to try again" in capsys.readouterr().out
