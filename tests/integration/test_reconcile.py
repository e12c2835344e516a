"""`chargebacks reconcile`, on the real table: what it tells is what the messages did, no more and no less."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result

from chargebacks.adapters.store import Store
from chargebacks.cli import cli
from chargebacks.contract.message import Message
from chargebacks.errors import SettingsError
from chargebacks.projection.retry import Patience
from chargebacks.projection.settings import UpdaterSettings
from chargebacks.projection.standing import Expected, Standing, standings
from chargebacks.projection.table import Table
from chargebacks.projection.updater import Updater
from tests.fixtures.faults import Fault, Proxy
from tests.fixtures.msk import of, put
from tests.unit.consolidation.builders import DAY, land, newer, records
from tests.unit.consolidation.running import Broker, log, run_day

pytest_plugins = ["tests.fixtures.updater"]

IDS = [f"c{n:04}" for n in range(1200)]
Build = Callable[..., Updater]


def reconcile(root: Path, table: Any, *options: str, days: str = DAY) -> Result:
    given = ["reconcile", days, "--output-path", str(root / "out"), "--table", table.name, *options]
    return CliRunner().invoke(cli, given, catch_exceptions=False)


def told(root: Path, table: Any, *options: str) -> tuple[int, list[str]]:
    """The exit code, and the lines without their partition."""
    done = reconcile(root, table, *options)
    return done.exit_code, [line.removeprefix(f"{DAY}: ") for line in done.output.splitlines()]


def apply(build: Build, messages: Iterable[Message]) -> None:
    assert build().handle(of(*(message.value for message in messages)), None) == {"batchItemFailures": []}


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def root(tmp_path: Path, table: Any, broker: Broker) -> Path:
    """Two executions: 1,200 chargebacks in three slices, then three of them changed. All but the last have items."""
    land(tmp_path, "a.json", records(*IDS))
    run_day(tmp_path, broker)
    land(tmp_path, "b.json", newer("c0007", "c0600", "c1199"))
    run_day(tmp_path, broker, at="12:30")
    put(table, dict.fromkeys(IDS[:-1], f"{DAY}T10:00:00Z"))
    return tmp_path


def test_items_that_every_message_reached_are_in_step(
    root: Path, table: Any, broker: Broker, build: Build
) -> None:
    apply(build, broker.sent)
    assert told(root, table) == (
        0,
        [
            "entry 1: 1,199 in step, 0 behind, 1 without an item",
            "entry 2: 2 in step, 0 behind, 1 without an item",
        ],
    )


def test_what_an_entrys_messages_have_not_reached_is_behind_by_that_entry(
    root: Path, table: Any, broker: Broker, build: Build
) -> None:
    apply(build, broker.sent[:3])  # the first entry's slices
    assert told(root, table, "--ids") == (
        1,
        [
            "no item\tc1199",
            "entry 1: 1,199 in step, 0 behind, 1 without an item",
            "behind\tc0007",
            "behind\tc0600",
            "no item\tc1199",
            "entry 2: 0 in step, 2 behind, 1 without an item",
        ],
    )


def test_an_item_created_late_is_behind_until_its_message_is_sent_again(
    root: Path, table: Any, broker: Broker, build: Build
) -> None:
    apply(build, broker.sent)
    put(table, {"c1199": f"{DAY}T23:00:00Z"})
    code, lines = told(root, table, "--ids")
    assert (code, lines.count("behind\tc1199")) == (1, 2)
    apply(build, broker.sent)
    assert told(root, table)[0] == 0


def test_a_later_message_that_came_first_is_further_and_so_in_step(
    root: Path, table: Any, broker: Broker, build: Build
) -> None:
    apply(build, broker.sent[4:])
    assert told(root, table)[1] == [
        "entry 1: 2 in step, 1,197 behind, 1 without an item",
        "entry 2: 2 in step, 0 behind, 1 without an item",
    ]


def test_of_an_entry_whose_ids_have_expired_any_message_of_the_day_will_do(
    root: Path, table: Any, broker: Broker, build: Build
) -> None:
    apply(build, broker.sent[1:])
    Store(str(root / "_state/out")).delete_all(log(root).entries()[0].announcement.chunks)
    assert told(root, table) == (
        1,
        [
            "entry 2: 2 in step, 0 behind, 1 without an item",
            "all of entry 2, for the ids of 1 have expired: 700 in step, 499 behind, 1 without an item",
        ],
    )


def test_what_is_not_published_yet_is_said_so(tmp_path: Path, table: Any, aws: None) -> None:
    land(tmp_path, "a.json", records("c1"))
    run_day(tmp_path)
    put(table, {"c1": f"{DAY}T10:00:00Z"})
    assert told(tmp_path, table) == (
        1,
        ["entry 1 (not published yet): 0 in step, 1 behind, 0 without an item"],
    )


def test_without_a_consolidation_there_is_nothing_to_reconcile(tmp_path: Path, table: Any, aws: None) -> None:
    with pytest.raises(SettingsError, match="check --output-path"):
        reconcile(tmp_path, table)


def test_keys_that_were_not_looked_up_are_asked_for_again(
    root: Path, table: Any, broker: Broker, build: Build, proxy: Proxy
) -> None:
    apply(build, broker.sent)
    troubles = {1: Fault.THROTTLED, 2: Fault.CUT_AFTER, 3: Fault.BROKEN}
    proxy.plan = lambda operation, number: troubles.get(number) if operation == "BatchGetItem" else None
    assert told(root, table)[0] == 0
    assert proxy.calls.count("BatchGetItem") == 12 + 1 + 3


class Sparing:
    """A client that answers for the first key alone, as DynamoDB may when items are large or it is busy."""

    def __init__(self, client: Any) -> None:
        self._client, self.calls = client, 0

    def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - botocore's name
        self.calls += 1
        ((name, asked),) = RequestItems.items()
        first, rest = asked["Keys"][:1], asked["Keys"][1:]
        answer = self._client.batch_get_item(RequestItems={name: {**asked, "Keys": first}})
        return {**answer, "UnprocessedKeys": {name: {**asked, "Keys": rest}} if rest else {}}


def test_unprocessed_keys_are_not_taken_for_missing_items(table: Any, aws: None) -> None:
    put(table, {"a": "2025-11-20", "b": "2025-11-20"})
    settings = UpdaterSettings(table=table.name, backoff=0.001)
    sparing = Sparing(Table.connect(settings).client)
    expected = [Expected(one, "2025-11-20|") for one in ("a", "z", "b")]
    patience = Patience.of(settings, lambda: 60)
    (found,) = standings(Table(cast("Any", sparing), table.name), expected, patience, threads=1)
    assert (found, sparing.calls) == (Standing(0, ("a", "b"), ("z",)), 3)
