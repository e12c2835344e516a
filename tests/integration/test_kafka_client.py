"""Kafka clients that cannot be made: one line that says why."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import Consumer, KafkaError

from chargebacks.adapters.topics import admin_client
from chargebacks.errors import TopicError, TransientError
from chargebacks.event_source import client
from chargebacks.event_source.group import Member
from chargebacks.event_source.lag import lag
from chargebacks.event_source.settings import PollSettings

SERVERS = "127.0.0.1:1"


def test_a_client_may_report_trouble_while_it_is_being_made(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As librdkafka does, now and then, when it waits for a token in the constructor."""

    def troubled(settings: dict[str, object], **others: object) -> Consumer:
        for _ in range(2):
            settings["error_cb"](KafkaError(KafkaError._ALL_BROKERS_DOWN))  # type: ignore[operator]
        return Consumer(settings, **others)

    monkeypatch.setattr(client, "Consumer", troubled)
    Member(PollSettings(SERVERS, "events"), print).leave()
    assert caplog.text.count("All broker connections are down") == 1


def test_clients_without_credentials_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    asked = PollSettings(SERVERS, "events", kafka_auth="iam")
    with ThreadPoolExecutor() as all_at_once:  # each waits 10 s for a token
        made = [
            all_at_once.submit(Member, asked, print),
            all_at_once.submit(lag, asked),
            all_at_once.submit(admin_client, SERVERS, "iam"),
        ]
    for one, error in zip(made, (TransientError, TransientError, TopicError), strict=True):
        with pytest.raises(error, match=r"no Kafka client can be made \(.+\): check settings and creden"):
            one.result()
