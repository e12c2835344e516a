"""The steps from a topic as it is to the topic that is wanted."""

import pytest

from chargebacks.adapters.kafka import region_of
from chargebacks.errors import SettingsError
from chargebacks.topics import AddPartitions, Configure, Create, Found, Topic, configs, plan

WEEK = {"retention.ms": "604800000"}
WANTED = Topic("events", 6, WEEK)


def test_a_topic_that_is_not_there_is_created() -> None:
    assert plan(WANTED, None) == [Create(WANTED)]


def test_a_topic_that_is_as_wanted_is_left_alone_whatever_else_it_has() -> None:
    assert plan(WANTED, Found(6, {**WEEK, "cleanup.policy": "delete"}, 3)) == []


def test_partitions_are_added() -> None:
    assert plan(WANTED, Found(4, WEEK, 3)) == [AddPartitions("events", 4, 6)]


def test_only_settings_that_differ_are_set() -> None:
    wanted = Topic("events", 6, configs(24, min_insync_replicas=2))
    found = Found(6, {**WEEK, "min.insync.replicas": "2"}, 3)
    assert plan(wanted, found) == [Configure("events", {"retention.ms": "86400000"}, found.configs)]


def test_both_may_be_needed() -> None:
    assert [type(step) for step in plan(WANTED, Found(1, {}, 3))] == [AddPartitions, Configure]


def test_fewer_partitions_are_refused_with_what_to_do() -> None:
    with pytest.raises(
        SettingsError, match="events has 9 partitions and Kafka takes none away: give --partitions 9"
    ):
        plan(WANTED, Found(9, WEEK, 3))


@pytest.mark.parametrize("there", [None, Found(6, WEEK, 2)])
def test_more_replicas_in_sync_than_there_are_are_refused(there: Found | None) -> None:
    with pytest.raises(SettingsError, match="cannot have 3 replicas in sync of 2"):
        plan(Topic("events", 6, configs(168, 3), 2 if there is None else None), there)


def test_replicas_that_differ_are_refused_and_equal_ones_are_not() -> None:
    with pytest.raises(SettingsError, match="events has 1 replicas, which are not changed here: leave --rep"):
        plan(Topic("events", 6, WEEK, 3), Found(6, WEEK, 1))
    assert plan(Topic("events", 6, WEEK, 3), Found(6, WEEK, 3)) == []


def test_settings_are_named_as_kafka_names_them_and_only_those_that_were_given() -> None:
    assert configs(168, None) == WEEK
    assert configs(1, 2) == {"retention.ms": "3600000", "min.insync.replicas": "2"}


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            Create(Topic("events", 6, WEEK, 3)),
            "create topic events: 6 partitions, retention.ms 604800000, 3 replicas",
        ),
        (AddPartitions("events", 4, 6), "add partitions to topic events: 4 become 6"),
        (
            Configure("events", {"retention.ms": "2", "x": "y"}, {"retention.ms": "1"}),
            "configure topic events: retention.ms 1 becomes 2, x unset becomes y",
        ),
    ],
)
def test_each_step_says_what_it_does(step: object, told: str) -> None:
    assert str(step) == told


@pytest.mark.parametrize(
    ("servers", "region"),
    [
        ("boot-1a2b.c1.kafka-serverless.eu-west-1.amazonaws.com:9098", "eu-west-1"),
        ("b-1.events.x1.c2.kafka.us-gov-west-1.amazonaws.com:9098,b-2:9098", "us-gov-west-1"),
        ("b-1.events.x1.c2.kafka.cn-north-1.amazonaws.com.cn:9098", "cn-north-1"),
        ("localhost:9092", "sa-east-1"),
        ("", "sa-east-1"),
    ],
)
def test_a_token_is_for_the_region_that_the_brokers_are_in(servers: str, region: str) -> None:
    assert region_of(servers) == region
