"""`chargebacks poll`, with the real updater, killed at any point: in a call, between calls, around a commit."""

import random
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from chargebacks.event_source.lag import lag
from chargebacks.local.stack import Kafka
from tests.fixtures.faults import Fault, Proxy, Trouble, calm, dice
from tests.fixtures.kafka import new_topic, send_events
from tests.fixtures.msk import Queue, items
from tests.fixtures.pollers import mapping, poll_process
from tests.fixtures.world import POISON, consolidation, existing, write
from tests.oracle.fold import fold

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"cb-{number}" for number in range(60)]
BEFORE = existing(IDS)
SLICES = [*consolidation(1, IDS, per_slice=5), *consolidation(2, IDS[:30], per_slice=5)]
KILLS = 2  # in a row, each of the one that followed
KILLED = -9


class Killing:
    """The plan that kills the process at a call by chance: before it, behind it, or some moments later."""

    def __init__(self, chance: random.Random, process: "subprocess.Popen[str]") -> None:
        self._call, self._moments = chance.randrange(8), chance.uniform(0, 0.5)
        self._trouble = chance.choice([Fault.CUT_BEFORE, Fault.CUT_AFTER, None])
        self._process, self._seen = process, 0

    def __call__(self, _: str, __: int) -> Trouble | None:
        self._seen += 1
        if self._seen - 1 != self._call:
            return None
        if self._trouble is None:
            threading.Timer(self._moments, self._process.kill).start()
        return self._trouble


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(100, 112))]
)
def test_pollers_killed_at_any_point_lose_nothing(
    seed: int,
    kafka: Kafka,
    proxy: Proxy,
    queue_proxy: Proxy,
    queue: Queue,
    table: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DYNAMODB_TABLE_NAME", table.name)
    write(table, BEFORE)
    chance, topic = dice(seed), new_topic(kafka.bootstrap_servers, partitions=2)
    shuffled = chance.sample([*SLICES, POISON], len(SLICES) + 1)
    for partition in (0, 1):
        send_events(kafka.bootstrap_servers, topic, *shuffled[partition::2], partition=partition)
    codes = []
    with (tmp_path / "said").open("w") as said:
        for left in reversed(range(KILLS + 1)):
            patience = "1.5" if left else "30"
            options = ("--batch-size", "4", "--until-idle", "1", "--session-timeout", patience)
            process = poll_process(kafka, topic, *options, stderr=said)
            proxy.plan = queue_proxy.plan = Killing(chance, process) if left else calm
            proxy.on_cut = queue_proxy.on_cut = process.kill
            codes.append(process.wait(120))
    assert KILLED in codes[:-1]
    assert codes[-1] == 0, (tmp_path / "said").read_text()[-2000:]
    assert lag(mapping(kafka, topic)) == 0
    assert items(table) == fold(BEFORE, SLICES)
    assert len({(letter["partition"], letter["offset"]) for letter in queue.letters()}) == 1
