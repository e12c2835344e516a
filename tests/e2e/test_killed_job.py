"""A job killed at any step, and run again, leaves what a job that was not killed leaves: real Spark, broker, table."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chargebacks.adapters.store import Store
from chargebacks.event_source.poller import poll
from chargebacks.event_source.settings import PollSettings
from chargebacks.local import dynamodb as local_dynamodb
from chargebacks.local import stack
from chargebacks.projection.settings import UpdaterSettings
from chargebacks.projection.updater import Updater
from tests.fixtures.kafka import new_topic, received
from tests.fixtures.s3 import new_bucket

DAY, TIME = "2025-11-20", "2025-11-20T18:30:00"
SIZE = 2000
VIEW = f"year={DAY[:4]}/month={DAY[5:7]}/day={DAY[8:]}"
# In the order of a run, and what is run next: the job again, or recovery alone. The fourth copy is a data file,
# the third message a slice: there are four slices and a summary. Every call of a run is killed without Spark in
# tests/unit/consolidation/test_crashes.py.
STEPS_TO_KILL = [
    ("after marking", 1, "consolidate"),
    ("after writing", 1, "consolidate"),
    ("before the commit", 1, "consolidate"),
    ("after the commit", 1, "consolidate"),
    ("while converging", 4, "recover"),
    ("in mid-publication", 3, "consolidate"),
    ("before confirming", 1, "recover"),
    ("after confirming", 1, "recover"),
]
QUICK = {
    ("folder", "before the commit"),
    ("bucket", "after the commit"),
    ("bucket", "while converging"),
    ("folder", "in mid-publication"),
}
CLOCKED = ("consolidation_date", "updated_at", "consolidation_position")  # differ by when the run committed


@dataclass(frozen=True)
class World:
    """One world to run in: a folder or bucket, a topic and a table of its own. The landing files are shared."""

    root: str
    marker: Path
    output_format: str
    landing: str
    kafka: str
    topic: str
    dynamodb: str
    table: str

    def arguments(self) -> list[str]:
        return [
            *("--landing-path", self.landing, "--output-path", f"{self.root}/out/chargebacks"),
            *("--partition-date", DAY, "--execution-time", TIME, "--lookback-days", "0"),
            *("--output-format", self.output_format),
            *("--kafka-bootstrap-servers", self.kafka, "--kafka-topic", self.topic),
        ]

    def run(self, command: str = "consolidate") -> None:
        program = [sys.executable, "-m", "chargebacks", command, *self.arguments()]
        subprocess.run(program, check=True, capture_output=True)

    def run_killed(self, step: str, nth: int) -> bool:
        """Whether the step was reached and the process died there."""
        trap = [step, str(nth), str(self.marker)]
        program = [sys.executable, "-m", "tests.e2e.killed_job", *trap, "consolidate"]
        died = subprocess.run([*program, *self.arguments()], capture_output=True, check=False)
        return died.returncode == -9 and self.marker.read_text() == step

    def unfinished(self) -> list[str]:
        """Markers whose run is in the log and still owes something."""
        return [name for name in self.state_files("pending") if name.removesuffix(".json") in self.log_text()]

    def log_text(self) -> str:
        return "".join(data.decode() for data in self.objects("_state/chargebacks/log").values())

    def files(self) -> dict[str, bytes]:
        return self.objects(f"chargebacks/{VIEW}")

    def quarantine(self) -> dict[str, bytes]:
        return self.objects("_quarantine/chargebacks")

    def state_files(self, folder: str) -> list[str]:
        return sorted(path.rpartition("/")[2] for path in self.objects(f"_state/chargebacks/{folder}"))

    def objects(self, folder: str) -> dict[str, bytes]:
        """Everything below that folder beside the output."""
        store = Store(f"{self.root}/out/{folder}")
        return {one.path: store.get(one.path) for one in store.walk("")}

    def effects(self) -> dict[str, Any]:
        """What counting distinct messages finds: the summaries' counts and the ids named."""
        distinct = {message["event_id"]: message for message in received(self.kafka, self.topic)}.values()
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
        table, named = local_dynamodb.create_table(self.dynamodb, self.table), self.effects()["ids"]
        with table.batch_writer() as writer:
            for name in [*named, "a stranger"]:
                writer.put_item(Item={"chargeback_id": name, "status": "open"})
        updater = Updater.build(UpdaterSettings.from_environment({"DYNAMODB_TABLE_NAME": self.table}))
        poll(PollSettings(self.kafka, self.topic, until_idle_seconds=1), updater.handle, threading.Event())
        items = table.scan(ConsistentRead=True)["Items"]
        assert sum(CLOCKED[0] in item for item in items) == len(named) > 0
        assert all(item["updated_at"] == item["consolidation_date"] for item in items if CLOCKED[0] in item)
        return {str(item["chargeback_id"]): self.comparable(item) for item in items}

    def comparable(self, item: dict[str, Any]) -> dict[str, Any]:
        """The item without the moment of the commit and this world's own folder."""
        return {key: str(value).replace(self.root, "") for key, value in item.items() if key not in CLOCKED}


@pytest.fixture(scope="module")
def landing_of(tmp_path_factory: pytest.TempPathFactory, s3_environment: None) -> dict[str, str]:
    """The same sample in a folder and in a bucket."""
    roots = {"folder": str(tmp_path_factory.mktemp("landing")), "bucket": f"{new_bucket()}/landing"}
    for root in roots.values():
        sample = ["sample", "--to", root, "--size", str(SIZE), "--files", "20", "--date", DAY]
        subprocess.run([sys.executable, "-m", "chargebacks", *sample], check=True, capture_output=True)
    return roots


@pytest.fixture
def make_world(
    tmp_path_factory: pytest.TempPathFactory,
    landing_of: dict[str, str],
    kafka: stack.Kafka,
    dynamodb: stack.DynamoDB,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str, str], World]:
    for name, value in local_dynamodb.environment(dynamodb.endpoint_url).items():
        monkeypatch.setenv(name, value)

    def make(kind: str, output_format: str) -> World:
        folder, servers = tmp_path_factory.mktemp("world"), kafka.bootstrap_servers
        root = str(folder) if kind == "folder" else new_bucket()
        return World(
            root=root,
            marker=folder / "reached",
            output_format=output_format,
            landing=landing_of[kind],
            kafka=servers,
            topic=new_topic(servers),
            dynamodb=dynamodb.endpoint_url,
            table=f"table-{uuid4().hex}",
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
def undisturbed() -> dict[str, dict[str, Any]]:
    """What a run leaves that is not killed, by format; filled by the first test that needs it, on a folder."""
    return {}


def check(world: World, step: str, nth: int, next_command: str, undisturbed: dict[str, Any]) -> None:
    assert world.run_killed(step, nth), f"the step {step!r} was not reached"
    unfinished = world.state_files("pending")
    world.run(next_command)

    assert unfinished, "the killed run left word of itself"
    assert everything(world) | {"pending": []} == undisturbed
    assert world.unfinished() == []


@pytest.mark.parametrize(
    ("kind", "step", "nth", "next_command"),
    [
        pytest.param(kind, *one, marks=[] if (kind, one[0]) in QUICK else pytest.mark.slow)
        for kind in ("folder", "bucket")
        for one in STEPS_TO_KILL
    ],
)
def test_a_job_killed_at_any_step_and_run_again_leaves_what_an_undisturbed_one_leaves(
    kind: str,
    step: str,
    nth: int,
    next_command: str,
    make_world: Callable[[str, str], World],
    undisturbed: dict[str, dict[str, Any]],
) -> None:
    """In a bucket too it leaves what one in a folder leaves, byte for byte."""
    if "csv" not in undisturbed:
        calm = make_world("folder", "csv")
        calm.run()
        undisturbed["csv"] = everything(calm)
    check(make_world(kind, "csv"), step, nth, next_command, undisturbed["csv"])


@pytest.mark.slow
@pytest.mark.parametrize("output_format", ["json", "parquet"])
def test_in_every_format_a_job_killed_at_any_step_and_run_again_leaves_what_an_undisturbed_one_leaves(
    output_format: str, make_world: Callable[[str, str], World]
) -> None:
    calm = make_world("folder", output_format)
    calm.run()
    undisturbed = everything(calm)
    for step in STEPS_TO_KILL:
        check(make_world("folder", output_format), *step, undisturbed)
