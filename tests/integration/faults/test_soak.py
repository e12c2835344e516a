"""All faults together, by chance, for a while: nothing is lost."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chargebacks.event_source.lag import lag
from chargebacks.local import stack
from tests.fixtures.faults import Proxy, calm, dice
from tests.fixtures.kafka import new_topic
from tests.fixtures.msk import Queue, items
from tests.fixtures.pollers import mapping
from tests.fixtures.soaking import DOOMED, KEPT, LATE, PARTITIONS, Soak, by_chance, ended
from tests.fixtures.world import existing, torn, write
from tests.oracle.fold import fold

pytest_plugins = ["tests.fixtures.updater"]

LONG = [pytest.param(seed, 180, marks=pytest.mark.slow) for seed in (101,)]


@pytest.fixture(scope="module")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.DynamoDB]:
    """One that keeps its items."""
    with stack.database(tmp_path_factory.mktemp("kept"), kept=True) as running:
        yield running


@pytest.mark.parametrize(("seed", "seconds"), [(7, 8), *LONG])
def test_after_all_faults_at_random_nothing_is_lost(
    seed: int,
    seconds: float,
    kafka: stack.Kafka,
    dynamodb: stack.DynamoDB,
    proxy: Proxy,
    queue_proxy: Proxy,
    queue: Queue,
    table: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DYNAMODB_TABLE_NAME", table.name)
    before = existing([*KEPT, *DOOMED])
    write(table, before)
    topic, chance = new_topic(kafka.bootstrap_servers, PARTITIONS), dice(seed)
    proxy.plan, queue_proxy.plan = by_chance(dice(seed + 1)), by_chance(dice(seed + 2))
    with (
        (tmp_path / "said").open("w") as said,
        ended(Soak(kafka, dynamodb, topic, table, chance, said)) as soak,
    ):
        soak.run(seconds)
        proxy.plan = queue_proxy.plan = calm
        assert soak.drain() == 0, (tmp_path / "said").read_text()[-2000:]
    assert lag(mapping(kafka, topic)) == 0
    found = items(table)
    created = existing([one for one in LATE if one not in soak.late])
    left = {one: item for one, item in before.items() if one in KEPT or one in soak.doomed}
    assert {one: found[one] for one in left} == fold(left, soak.sent)
    assert found.keys() == left.keys() | created.keys()
    assert list(torn({one: found[one] for one in created}, created, soak.sent)) == []
    assert {base64.b64decode(letter["payload"]) for letter in queue.letters()} == soak.poison
    assert proxy.faults
    assert queue_proxy.calls
