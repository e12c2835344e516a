"""`chargebacks topics` on the real broker."""

import uuid
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from confluent_kafka import Consumer, TopicPartition

from chargebacks.adapters.topics import admin_client, describe
from chargebacks.commands.topics import command
from chargebacks.errors import ChargebacksError, SettingsError, TopicError
from chargebacks.local import stack
from tests.fixtures.kafka import send

Topics = Callable[..., str]


@pytest.fixture
def name() -> str:
    """A topic that is not there yet."""
    return f"wanted-{uuid.uuid4().hex}"


@pytest.fixture
def topics(kafka: stack.Kafka, name: str) -> Topics:
    """`chargebacks topics <word> …` for that topic: what it prints; it raises what the command raises."""

    def run(word: str, *options: str) -> str:
        given = [word, "--kafka-bootstrap-servers", kafka.bootstrap_servers, "--topic", name, *options]
        done = CliRunner().invoke(command, given)
        if isinstance(done.exception, ChargebacksError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return run


def found(kafka: stack.Kafka, name: str) -> tuple[int, str] | None:
    """The topic's partitions and retention, as the broker has them."""
    told = describe(admin_client(kafka.bootstrap_servers, "none"), name)
    return told and (told.partitions, told.configs["retention.ms"])


def offsets(kafka: stack.Kafka, name: str) -> tuple[int, int]:
    """The first message of the topic's first partition, and the one after its last."""
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": name})
    found = consumer.get_watermark_offsets(TopicPartition(name, 0), timeout=30)
    consumer.close()
    return found  # type: ignore[no-any-return]


def test_a_plan_tells_and_changes_nothing(topics: Topics, kafka: stack.Kafka, name: str) -> None:
    assert f"create topic {name}: 10 partitions, retention.ms 604800000\n" in topics("plan")
    assert found(kafka, name) is None


def test_applying_makes_what_was_planned_and_again_changes_nothing(
    topics: Topics, kafka: stack.Kafka, name: str
) -> None:
    planned = topics("plan").splitlines()[0]
    assert topics("apply") == f"{planned}\ndone\n"
    assert found(kafka, name) == (10, "604800000")
    assert topics("apply") == topics("plan") == "the topic is as it should be\n"


def test_a_topic_grows_and_keeps_its_messages_and_other_settings(
    topics: Topics, kafka: stack.Kafka, name: str
) -> None:
    topics("apply", "--partitions", "1", "--min-insync-replicas", "1")
    send(kafka.bootstrap_servers, name, '{"kept": true}')
    assert topics("apply", "--partitions", "3", "--retention-hours", "24") == (
        f"add partitions to topic {name}: 1 become 3\n"
        f"configure topic {name}: retention.ms 604800000 becomes 86400000\ndone\n"
    )
    assert found(kafka, name) == (3, "86400000")
    assert offsets(kafka, name) == (0, 1)
    assert "as it should be" in topics(
        "plan", "--partitions", "3", "--retention-hours", "24", "--min-insync-replicas", "1"
    )


def test_fewer_partitions_are_refused_and_nothing_changes(
    topics: Topics, kafka: stack.Kafka, name: str
) -> None:
    topics("apply", "--partitions", "3")
    with pytest.raises(SettingsError, match=r"give --partitions 3 or more"):
        topics("apply", "--partitions", "2", "--retention-hours", "1")
    assert found(kafka, name) == (3, "604800000")


def test_what_the_brokers_refuse_is_told_with_the_step(topics: Topics) -> None:
    with pytest.raises(TopicError, match=r"could not create topic .*: .*[Rr]eplication"):
        topics("apply", "--replicas", "5")


@pytest.mark.parametrize("bad", ["a b", "..", "x" * 250])
def test_a_name_that_no_topic_can_have_is_refused(topics: Topics, bad: str) -> None:
    with pytest.raises(SettingsError, match="cannot be a name"):
        topics("plan", "--topic", bad)


def test_brokers_that_are_not_there_are_named_as_the_trouble(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chargebacks.adapters.topics.ASK_SECONDS", 1.0)
    given = ["plan", "--kafka-bootstrap-servers", "127.0.0.1:1", "--topic", name]
    done = CliRunner().invoke(command, given)
    assert isinstance(done.exception, TopicError)
    assert f"topic {name} could not be described" in str(done.exception)
