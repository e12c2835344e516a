"""A table that answers late, or refuses a share of what it is asked: progress, nothing lost, and no storm."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from chargebacks.projection.settings import UpdaterSettings
from chargebacks.projection.updater import Updater
from tests.fixtures.faults import WRITE, Proxy, Refusing, Slow, Trouble, dice
from tests.fixtures.msk import Context, failed_offsets, items, of, updated
from tests.fixtures.world import acknowledged_but_missing, consolidation, existing, write
from tests.oracle.fold import fold

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number:04}" for number in range(1000)]
BEFORE = existing(IDS)
SLICES = consolidation(1, IDS[:500], per_slice=100)
REFUSED_SHARE = 0.3
LASTS = 12.0  # seconds of an invocation, of which the updater keeps 8 for its answer
LIMIT = 2.0  # attempts per applied update


def every_write(trouble: Trouble) -> Callable[[str, int], Trouble | None]:
    return lambda operation, _: trouble if operation == WRITE else None


def within(seconds: float) -> Context:
    """An invocation that has so many seconds from now on."""
    end = time.monotonic() + seconds
    return Context(remaining=lambda: 1000 * max(0.0, end - time.monotonic()))


def test_answers_that_are_slow_up_to_the_deadline_are_waited_for_and_the_rest_comes_again(
    proxy: Proxy, build: Callable[..., Updater], table: Any
) -> None:
    write(table, BEFORE)
    proxy.plan = every_write(Slow(1.5))
    updater = build()
    offsets, rounds, applied = list(range(len(SLICES))), 0, 0
    while offsets:
        started = time.monotonic()
        answer = updater.handle(of(*(SLICES[offset] for offset in offsets)), within(LASTS))
        assert time.monotonic() - started < LASTS, "Lambda would have ended it"
        reported = [offsets[at] for at in failed_offsets(answer)]
        done = [event for offset, event in enumerate(SLICES) if offset not in reported]
        assert acknowledged_but_missing(items(table), BEFORE, done) == []
        assert len(updated(table)) > applied, "it does not get on"
        offsets, rounds, applied = reported, rounds + 1, len(updated(table))
    assert rounds > 1
    assert items(table) == fold(BEFORE, SLICES)


def test_an_answer_slower_than_the_clients_patience_was_an_effect_and_is_no_failure(
    proxy: Proxy, build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    write(table, existing(IDS[:25]))
    proxy.plan = lambda operation, number: Slow(5.0) if operation == WRITE and number == 0 else None
    events = consolidation(1, IDS[:25])
    assert build(read_timeout=1.5).handle(of(*events), None) == {"batchItemFailures": []}
    assert '"ChargebacksAlreadyApplied":[25.0]' in capsys.readouterr().out
    assert items(table) == fold(existing(IDS[:25]), events)


@pytest.mark.parametrize(
    "seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(100, 110))]
)
def test_throttled_by_thirty_per_cent_it_loses_nothing_and_does_not_storm(
    seed: int, proxy: Proxy, build: Callable[..., Updater], table: Any
) -> None:
    write(table, BEFORE)
    proxy.plan = every_write(Refusing(REFUSED_SHARE, dice(seed)))
    slices = consolidation(1, IDS)
    updater = build(backoff=UpdaterSettings.backoff, backoff_limit=UpdaterSettings.backoff_limit)
    assert updater.handle(of(*slices), Context()) == {"batchItemFailures": []}
    assert items(table) == fold(BEFORE, slices)
    expected = 1 / (1 - REFUSED_SHARE)
    assert 0.9 * expected < proxy.statements / len(IDS) < LIMIT
