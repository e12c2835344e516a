"""A job killed at any step, and run again, leaves what a job that was not killed leaves: real Spark, broker, table."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Consumer

from chargebacks.local import dynamodb as local_dynamodb
from chargebacks.local import stack
from chargebacks.local.event_source.poller import poll
from chargebacks.local.event_source.settings import PollSettings
from chargebacks.projection.settings import UpdaterSettings
from chargebacks.projection.updater import Updater
from tests.fixtures.kafka import new_topic

DAY, TIME = "2025-11-20", "2025-11-20T18:30:00"
SIZE = 2000
VIEW = f"year={DAY[:4]}/month={DAY[5:7]}/day={DAY[8:]}"
# In the order of a run, and what is run next: the job again, or recovery alone. The fourth copy is a data file,
# the third message a slice: there are four slices and a summary. Every other pair of step and command is in
# tests/unit/consolidation/test_crashes.py, without Spark.
STEPS_TO_KILL = [
    ("before the commit", 1, "consolidate"),
    ("after the commit", 1, "consolidate"),
    ("while converging", 4, "recover"),
    ("in mid-publication", 3, "consolidate"),
]
CLOCKED = ("consolidation_date", "updated_at", "consolidation_position")  # differ by when the run committed


@dataclass(frozen=True)
class World:
    """One world to run in: folders, a topic and a table of its own. The landing files are shared."""

    root: Path
    landing: Path
    kafka: str
    topic: str
    dynamodb: str
    table: str

    def arguments(self) -> list[str]:
        return [
            *("--landing-path", str(self.landing), "--output-path", str(self.root / "out/chargebacks")),
            *("--partition-date", DAY, "--execution-time", TIME, "--lookback-days", "0"),
            *("--kafka-bootstrap-servers", self.kafka, "--kafka-topic", self.topic),
        ]

    def run(self, command: str = "consolidate") -> None:
        program = [sys.executable, "-m", "chargebacks", command, *self.arguments()]
        subprocess.run(program, check=True, capture_output=True)

    def run_killed(self, step: str, nth: int) -> bool:
        """Whether the step was reached and the process died there."""
        marker = self.root / "reached"
        program = [sys.executable, "-m", "tests.e2e.killed_job", step, str(nth), str(marker), "consolidate"]
        died = subprocess.run([*program, *self.arguments()], capture_output=True, check=False)
        return died.returncode == -9 and marker.read_text() == step

    def unfinished(self) -> list[str]:
        """Markers whose run is in the log and still owes something."""
        return [name for name in self.state_files("pending") if name.removesuffix(".json") in self.log_text()]

    def log_text(self) -> str:
        return "".join(path.read_text() for path in (self.root / "out/_state").rglob("log/**/*.json"))

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.root / "out/chargebacks" / VIEW).iterdir()}

    def quarantine(self) -> dict[str, bytes]:
        folder = self.root / "out/_quarantine/chargebacks"
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.jsonl")}

    def state_files(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.root / "out/_state/chargebacks" / folder).rglob("*.json"))

    def messages(self) -> list[dict[str, Any]]:
        """Every message in the topic."""
        group = {"group.id": "reader", "auto.offset.reset": "earliest", "enable.partition.eof": True}
        consumer = Consumer({"bootstrap.servers": self.kafka, **group})
        consumer.subscribe([self.topic])
        found: list[dict[str, Any]] = []
        while (message := consumer.poll(30)) is not None and not message.error():
            found.append(json.loads(message.value()))
        consumer.close()
        return found

    def effects(self) -> dict[str, Any]:
        """What counting distinct messages finds: the summaries' counts and the ids named."""
        distinct = {message["event_id"]: message for message in self.messages()}.values()
        counts = (
            "records_read",
            "records_processed",
            "duplicates_removed",
            "records_rejected",
            "slices",
            "commit",
        )
        summaries = [one for one in distinct if one["event_type"] == "consolidation_completed"]
        named = [i for one in distinct for i in one.get("chargeback_ids", [])]
        assert len(named) == len(set(named))
        return {"summaries": [[one[c] for c in counts] for one in summaries], "ids": sorted(named)}

    def table_items(self) -> dict[str, dict[str, Any]]:
        """The table after the real handler has had all messages, without the moment of the commit."""
        table = local_dynamodb.create_table(self.dynamodb, self.table)
        with table.batch_writer() as writer:
            for name in [*self.effects()["ids"], "a stranger"]:
                writer.put_item(Item={"chargeback_id": name, "status": "open"})
        updater = Updater.build(UpdaterSettings.from_environment({"DYNAMODB_TABLE_NAME": self.table}))
        poll(PollSettings(self.kafka, self.topic, until_idle_seconds=1), updater.handle, threading.Event())
        items = table.scan(ConsistentRead=True)["Items"]
        assert all(item["updated_at"] == item["consolidation_date"] for item in items if CLOCKED[0] in item)
        return {str(item["chargeback_id"]): self.comparable(item) for item in items}

    def comparable(self, item: dict[str, Any]) -> dict[str, Any]:
        """The item without the moment of the commit and this world's own folder."""
        return {
            key: str(value).replace(str(self.root), "") for key, value in item.items() if key not in CLOCKED
        }


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    sample = ["sample", "--to", str(folder), "--size", str(SIZE), "--files", "20", "--date", DAY]
    subprocess.run([sys.executable, "-m", "chargebacks", *sample], check=True, capture_output=True)
    return folder


@pytest.fixture
def make_world(
    tmp_path_factory: pytest.TempPathFactory,
    landing: Path,
    kafka: stack.Kafka,
    dynamodb: stack.DynamoDB,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], World]:
    for name, value in local_dynamodb.environment(dynamodb.endpoint_url).items():
        monkeypatch.setenv(name, value)

    def make() -> World:
        servers, root = kafka.bootstrap_servers, tmp_path_factory.mktemp("world")
        return World(
            root, landing, servers, new_topic(servers), dynamodb.endpoint_url, f"table-{uuid4().hex}"
        )

    return make


def everything(world: World) -> dict[str, Any]:
    """All that a run leaves where others see it."""
    return {
        "files": world.files(),
        "quarantine": world.quarantine(),
        "effects": world.effects(),
        "table": world.table_items(),
        "log": world.state_files("log"),
        "pending": world.state_files("pending"),
    }


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """What a run leaves that is not killed; filled by the first test that needs it."""
    return {}


@pytest.mark.parametrize(("step", "nth", "next_command"), STEPS_TO_KILL)
def test_a_job_killed_at_any_step_and_run_again_leaves_what_an_undisturbed_one_leaves(
    step: str, nth: int, next_command: str, make_world: Callable[[], World], undisturbed: dict[str, Any]
) -> None:
    if not undisturbed:
        calm = make_world()
        calm.run()
        undisturbed.update(everything(calm))
    world = make_world()

    assert world.run_killed(step, nth), f"the step {step!r} was not reached"
    unfinished = world.state_files("pending")
    world.run(next_command)

    assert unfinished, "the killed run left word of itself"
    assert everything(world) | {"pending": []} == undisturbed
    assert world.unfinished() == []
