"""`chargebacks replay` to the real broker: what arrives twice is equal, byte for byte, key and headers too."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from confluent_kafka import Consumer

from chargebacks.adapters.producer import KafkaPublisher
from chargebacks.adapters.store import Store
from chargebacks.cli import cli
from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.contract.message import Message
from chargebacks.errors import SettingsError
from chargebacks.local.stack import Kafka
from tests.fixtures.kafka import new_topic
from tests.unit.consolidation.builders import DAY, land, newer, records, settings
from tests.unit.consolidation.running import log

Told = tuple[object, ...]


def arrived(kafka: Kafka, topic: str, count: int) -> list[Told]:
    """The first `count` messages of the topic: key, value and headers."""
    group = {"group.id": uuid.uuid4().hex, "auto.offset.reset": "earliest", "enable.auto.commit": "false"}
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap_servers, **group})
    consumer.subscribe([topic])
    found: list[Told] = []
    while len(found) < count:
        for message in consumer.consume(count - len(found), timeout=30):
            assert message.error() is None
            found.append((message.key(), message.value(), tuple(message.headers())))
    consumer.close()
    return found


def replay(root: Path, kafka: Kafka, *arguments: str) -> str:
    given = [
        "replay",
        *("--output-path", str(root / "out"), "--partition-date", DAY),
        *("--kafka-bootstrap-servers", kafka.bootstrap_servers, *arguments),
    ]
    done = CliRunner().invoke(cli, given, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def execution(root: Path, kafka: Kafka, topic: str, at: str) -> None:
    told = settings(root, kafka_topic=topic, execution_time=f"{DAY}T{at}:00")
    job.run(told, InProcessEngine(), KafkaPublisher(kafka.bootstrap_servers, "none", 30)).raise_failures()


@pytest.fixture
def root(tmp_path: Path, kafka: Kafka, topic: str) -> Path:
    """Two executions, announced on the topic: 600 chargebacks, then one of them changed."""
    land(tmp_path, "a.json", records(*(f"c{n:03d}" for n in range(600))))
    execution(tmp_path, kafka, topic, "06:30")
    land(tmp_path, "b.json", newer("c007"))
    execution(tmp_path, kafka, topic, "12:30")
    return tmp_path


def test_a_replayed_entry_arrives_equal_on_its_own_topic_or_on_another(
    root: Path, kafka: Kafka, topic: str
) -> None:
    other = new_topic(kafka.bootstrap_servers)
    assert replay(root, kafka, "--commit", "2") == f"{DAY}: entry 2: 2 messages sent to {topic}\n"
    assert replay(root, kafka, "--commit", "1", "--to", other).endswith(f"3 messages sent to {other}\n")
    first = arrived(kafka, topic, 7)
    assert first[3:5] == first[5:7]
    assert arrived(kafka, other, 3) == first[:3]


def test_a_day_is_replayed_whole_unless_an_entry_is_named(root: Path, kafka: Kafka, topic: str) -> None:
    other = new_topic(kafka.bootstrap_servers)
    assert replay(root, kafka, "--to", other).splitlines() == [
        f"{DAY}: entry 1: 3 messages sent to {other}",
        f"{DAY}: entry 2: 2 messages sent to {other}",
    ]
    assert arrived(kafka, other, 5) == arrived(kafka, topic, 5)


def test_an_empty_name_is_no_topic(tmp_path: Path) -> None:
    given = ["--partition-date", DAY, "--output-path", str(tmp_path), "--kafka-bootstrap-servers", "x:1"]
    done = CliRunner().invoke(cli, ["replay", *given, "--to", ""])
    assert (done.exit_code, "name a topic, or leave it out" in done.output) == (2, True)


def test_an_expired_entry_arrives_as_all_of_the_newest_equal_each_time(root: Path, kafka: Kafka) -> None:
    first = log(root).entries()[0]
    Store(str(root / "_state/out")).delete_all(first.announcement.chunks)
    other = new_topic(kafka.bootstrap_servers)
    for _ in range(2):
        told = replay(root, kafka, "--commit", "1", "--to", other)
        assert "entry 1: its announced ids have expired: all chargebacks of entry 2 go instead" in told
    found = arrived(kafka, other, 6)
    assert found[:3] == found[3:]


@pytest.mark.parametrize("arguments", [("--partition-date", "2025-11-19"), ("--commit", "9")])
def test_what_there_is_not_cannot_be_replayed(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    given = [
        "--partition-date",
        DAY,
        "--output-path",
        str(tmp_path / "out"),
        "--kafka-bootstrap-servers",
        "x:1",
    ]
    done = CliRunner().invoke(cli, ["replay", *given, *arguments])
    assert isinstance(done.exception, SettingsError)
    assert "check --output-path" in str(done.exception)


def test_a_publisher_whose_messages_broke_off_takes_no_others_acknowledgements_for_the_next_ones(
    kafka: Kafka, topic: str
) -> None:
    def broken() -> Iterator[Message]:
        yield from messages
        raise FileNotFoundError("its ids")

    publisher = KafkaPublisher(kafka.bootstrap_servers, "none", 30)
    messages = [Message(str(n), b"{}", ()) for n in range(50)]
    with pytest.raises(FileNotFoundError):
        publisher.publish(topic, broken())
    assert publisher.publish(topic, messages[:3]) == 3
