"""The updater's part of `make bench` on a few items: what it measures runs, and a wrong table would be found."""

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.contestants import Options
from benchmarks.dynamo import slices
from benchmarks.dynamo import table as benched
from benchmarks.dynamo.spending import Spent, spending
from benchmarks.harness import BenchmarkError
from benchmarks.parts import draining, startup
from benchmarks.parts.draining import LEAST, WHOLE
from benchmarks.parts.startup import FUNCTION, SDK
from benchmarks.parts.updating import IDLE_SERVER, LOOP, UPDATER, updating
from chargebacks.local.processes import JVM_FLAGS
from chargebacks.local.stack import DynamoDB

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

CHECKOUT = Path(__file__).parents[2]
SIZE = 2_000
TINY = Options(size=SIZE, rounds=1)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made and written lies in a folder of the test's own; servers live for seconds here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    monkeypatch.setattr(benched, "LONG_JVM_FLAGS", JVM_FLAGS)


def test_the_updater_and_the_loop_update_the_same_items_on_a_real_and_on_the_canned_server() -> None:
    part = updating(TINY)
    rows = [f"| {name}{where} |" for where in ("", IDLE_SERVER) for name in (UPDATER, LOOP)]
    (told,) = part.tables
    assert [row for row in rows if row not in told] == []
    assert [goal.text for goal in part.goals] == [
        "updates a second, times the loop's",
        "the client's processor time for an update, of the loop's",
    ]


def test_an_execution_is_drained_through_a_broker_from_a_table_that_grows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(draining, "WARM_UPS", 1)
    part = draining.draining(TINY)
    (told,) = part.tables
    assert f"| {LEAST} | 32 |" in told
    assert f"| {WHOLE} | 2,000 |" in told
    assert len(part.goals) == 5


def test_the_function_starts_under_awss_runtime_client_beside_the_sdk_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(startup, "STARTS", 1)
    part = startup.start_up(TINY)
    assert set(part.timings) == {FUNCTION, SDK}
    assert all(timing.seconds > 0.05 for timing in part.timings.values())


def test_a_table_with_an_item_too_few_or_not_as_its_message_has_it_is_refused(
    dynamodb: DynamoDB, table: "Table"
) -> None:
    where = (dynamodb.endpoint_url, table.name)
    messages = list(slices.announced(3))
    benched.fill(*where, 3)
    with pytest.raises(BenchmarkError, match="0 of 3 items are updated, not 3"):
        benched.check(*where, messages)
    ((update, ids),) = map(slices.decided, messages)
    for one in ids:
        marked = {"chargeback_id": one, **update.attributes, "consolidation_position": update.position}
        table.put_item(Item={**benched.opened(one), **marked})
    benched.check(*where, messages)
    table.put_item(Item={**benched.opened(ids[-1]), **update.attributes, "consolidation_position": "another"})
    with pytest.raises(BenchmarkError, match="not as its message has it"):
        benched.check(*where, messages)
    table.delete_item(Key={"chargeback_id": ids[0]})
    with pytest.raises(BenchmarkError, match="2 of 2 items are updated, not 3"):
        benched.check(*where, messages)


def test_the_processor_time_of_client_and_server_is_told_apart() -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    idle = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], **pipes)
    try:
        assert idle.stdout
        idle.stdout.readline()  # its start is over
        with spending(idle.pid) as spent:
            began = time.process_time()
            while time.process_time() < began + 0.3:
                pass
    finally:
        idle.communicate(b"go")
    assert spent.client >= 0.3
    assert spent.server < 0.2


def test_what_was_spent_is_told_for_an_update() -> None:
    spent = Spent(updates=1_000, seconds=0.5, client=0.05, server=0.25, peak_mib=70.4)
    assert spent.cells() == ["2,000", "50", "250", "70"]
