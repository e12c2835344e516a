"""The local stack on this machine: it serves, restarts, explains itself and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, TopicPartition

from chargebacks.errors import LocalStackError
from chargebacks.local import broker, stack
from chargebacks.local import dynamodb as local_dynamodb
from tests.fixtures.kafka import send

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@contextmanager
def stack_command(folder: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`chargebacks stack` as a process, and what it printed once it was up."""
    arguments = [sys.executable, "-m", "chargebacks", "stack", "--folder", str(folder), *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process, _until_up(process)
        finally:
            process.kill()


def _until_up(process: "subprocess.Popen[str]") -> str:
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if "Ctrl-C stops both" in line:
            break
    return "".join(said)


def addresses(said: str) -> tuple[str, str]:
    found = re.search(r"^Kafka +(\S+) .*^DynamoDB Local +(\S+) ", said, re.DOTALL | re.MULTILINE)
    assert found, said
    return found[1], found[2]


def wait_until_free(address: str) -> None:
    """Return once nobody listens there; the test's own time limit is the patience."""
    host, port = address.removeprefix("http://").split(":")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) != 0:
                return
    pytest.fail(f"somebody still listens at {address}")


def test_the_broker_answers_and_has_the_topic(kafka: stack.Kafka, topic: str) -> None:
    assert topic in broker.client(kafka.bootstrap_servers).list_topics(timeout=10).topics


def test_a_topic_that_exists_is_refused(kafka: stack.Kafka, topic: str) -> None:
    with pytest.raises(LocalStackError, match=f"could not create topic {topic}: .*already exists"):
        broker.create_topic(kafka.bootstrap_servers, topic)


def test_the_table_keeps_items_under_chargeback_id_alone(table: "Table") -> None:
    table.put_item(Item={"chargeback_id": "cb-1", "status": "open"})
    assert table.key_schema == [{"AttributeName": "chargeback_id", "KeyType": "HASH"}]
    assert table.billing_mode_summary["BillingMode"] == "PAY_PER_REQUEST"
    assert table.get_item(Key={"chargeback_id": "cb-1"})["Item"]["status"] == "open"


def test_the_table_can_have_an_index_by_created_date(dynamodb: stack.DynamoDB) -> None:
    table = local_dynamodb.create_table(dynamodb.endpoint_url, "indexed", index="by-day")
    table.put_item(Item={"chargeback_id": "cb-1", "created_date": "2025-11-20"})
    found = table.query(
        IndexName="by-day",
        KeyConditionExpression="created_date = :day",
        ExpressionAttributeValues={":day": "2025-11-20"},
    )
    table.delete()
    assert [item["chargeback_id"] for item in found["Items"]] == ["cb-1"]


def test_a_restarted_broker_has_its_topics_and_messages_and_address(kafka: stack.Kafka, topic: str) -> None:
    send(kafka.bootstrap_servers, topic, "before")
    kafka.server.stop()
    assert not broker.answers(kafka.bootstrap_servers)
    kafka.server.start()
    assert topic in broker.client(kafka.bootstrap_servers).list_topics(timeout=10).topics
    send(kafka.bootstrap_servers, topic, "after")
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "anyone"})
    assert consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10) == (0, 2)
    consumer.close()


def test_the_command_serves_one_stack_per_folder_until_sigterm(tmp_path: Path) -> None:
    options = ["--topic", "events", "--partitions", "2", "--table", "cases", "--index", "by-day"]
    with stack_command(tmp_path, *options) as (process, said):
        kafka_address, url = addresses(said)
        topics = broker.client(kafka_address).list_topics(timeout=10).topics
        assert len(topics["events"].partitions) == 2
        assert local_dynamodb.client(url).list_tables()["TableNames"] == ["cases"]
        assert f"export AWS_ENDPOINT_URL_DYNAMODB={url}\n" in said
        assert "export PARTITION_INDEX_NAME=by-day\n" in said
        with stack_command(tmp_path) as (second, explained):
            assert second.wait(60) == 1
        assert "another stack uses the folder" in explained
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    wait_until_free(kafka_address)
    wait_until_free(url)
    assert (tmp_path / "kafka" / "kafka.log").stat().st_size
    assert (tmp_path / "dynamodb" / "dynamodb.log").stat().st_size


def test_the_command_stops_the_other_server_when_one_ends(tmp_path: Path) -> None:
    with stack_command(tmp_path) as (process, said):
        kafka_address, url = addresses(said)
        os.kill(_pid_of_child(process.pid, "ServerRunner"), signal.SIGKILL)
        assert process.wait(60) == 1
        assert process.stdout is not None
        assert "DynamoDB Local ended" in process.stdout.read()
    wait_until_free(kafka_address)
    wait_until_free(url)


def test_a_port_that_is_taken_is_explained(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        with stack_command(tmp_path, "--kafka-port", str(port)) as (process, said):
            assert process.wait(60) == 1
    assert f"chargebacks: port {port} for Kafka is taken" in said


def _pid_of_child(parent: int, word: str) -> int:
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for pid in children.read_text().split():
            if word in Path(f"/proc/{pid}/cmdline").read_text():
                return int(pid)
    raise AssertionError(f"no child of {parent} has {word} in its command line")


def test_a_broker_starts_though_its_cluster_id_begins_with_a_dash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(bytes=b"\xf8" + bytes(15)))
    with stack.kafka(tmp_path) as running:
        assert running.server.pid
