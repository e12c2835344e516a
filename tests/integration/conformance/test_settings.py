"""Settings: their names, ranges and defaults are Lambda's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chargebacks.errors import SettingsError
from chargebacks.event_source.destination import Queue, destination
from chargebacks.event_source.settings import PollSettings
from tests.fixtures.conformance import states

QUEUE = "arn:aws:sqs:sa-east-1:123456789012:aside"
VPC_ENDPOINT = "vpce-0a1b-2c3d.sqs.eu-west-1.vpce.amazonaws.com"


def settings(**given: Any) -> PollSettings:
    return PollSettings("broker:9092", "topic", **given)


@states("settings")
def test_the_defaults_are_those_of_the_api_reference() -> None:
    made = settings()
    assert made.batch_size == 100
    assert made.maximum_batching_window_in_seconds == 0.5
    assert made.maximum_retry_attempts == -1
    assert made.maximum_record_age_in_seconds == -1
    assert made.payload_limit_bytes == 6 * 1024 * 1024


@states("settings")
@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("batch_size", 1, 10_000),
        ("maximum_batching_window_in_seconds", 0, 300),
        ("maximum_retry_attempts", -1, 10_000),
        ("timeout_seconds", 1, 840),
        ("maximum_record_age_in_seconds", 60, 604_800),
    ],
)
def test_a_setting_keeps_to_its_range(name: str, lowest: int, highest: int) -> None:
    for good in (lowest, highest):
        assert getattr(settings(on_failure=QUEUE, **{name: good}), name) == good
    for bad in (lowest - 1, highest + 1):
        if (name, bad) != ("maximum_record_age_in_seconds", -1):
            with pytest.raises(SettingsError, match="out of range"):
                settings(on_failure=QUEUE, **{name: bad})


@pytest.mark.parametrize(
    ("given", "explained"),
    [
        ({"consumer_group_id": ""}, "ConsumerGroupId is empty: give the group a name"),
        ({"payload_limit_bytes": 0, "discard": True}, "PayloadLimitBytes 0 is out of range: give 1024 to"),
        ({"payload_limit_bytes": 6 * 1024 * 1024 + 1}, "PayloadLimitBytes .* is out of range"),
        ({"session_timeout_seconds": 0.5}, "SessionTimeout 0.5 is out of range: give 1 to 960"),
        ({"session_timeout_seconds": 961}, "SessionTimeout 961 is out of range"),
        ({"until_idle_seconds": -1}, "UntilIdle -1 is out of range"),
    ],
)
def test_what_the_client_or_the_loop_could_not_live_with_is_refused(
    given: dict[str, Any], explained: str
) -> None:
    with pytest.raises(SettingsError, match=explained):
        settings(**given)


@states("retries.unlimited", "retries.ten", "retries.count")
@pytest.mark.parametrize(
    ("asked", "on_failure", "retries"),
    [(-1, None, None), (-1, QUEUE, 10), (0, QUEUE, 0), (3, QUEUE, 3), (10_000, QUEUE, 10_000)],
)
def test_unlimited_retries_are_ten_before_a_destination(
    asked: int, on_failure: str | None, retries: int | None
) -> None:
    assert settings(maximum_retry_attempts=asked, on_failure=on_failure).retries == retries


@states("discard.asked")
@pytest.mark.parametrize("limit", [{"maximum_retry_attempts": 3}, {"maximum_record_age_in_seconds": 60}])
def test_a_limit_that_would_lose_records_is_refused_unless_asked_for(limit: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="loses the records behind it"):
        settings(**limit)
    assert settings(discard=True, **limit)
    assert settings(on_failure="aside.jsonl", **limit)


@pytest.mark.parametrize(
    "given",
    [
        {"starting_position": "AT_TIMESTAMP"},
        {"starting_position_timestamp": datetime(2025, 11, 20, tzinfo=UTC)},
        {
            "starting_position": "AT_TIMESTAMP",
            "starting_position_timestamp": datetime(2025, 11, 20),  # noqa: DTZ001 - what is refused
        },
        {"starting_position": "NOW"},
        {"partial_batch_response": "all"},
        {"function_response_types": ("Everything",)},
    ],
)
def test_what_lambda_would_refuse_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        settings(**given)


@pytest.mark.parametrize(
    ("named", "region", "endpoint"),
    [
        (QUEUE, "sa-east-1", None),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/aside", "eu-west-1", None),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/aside", "cn-north-1", None),
        ("http://127.0.0.1:5000/123456789012/aside", "us-east-2", "http://127.0.0.1:5000"),
        (f"https://{VPC_ENDPOINT}/123456789012/aside", "eu-west-1", f"https://{VPC_ENDPOINT}"),
        ("http://sqs.localhost:4566/123456789012/aside", "us-east-2", "http://sqs.localhost:4566"),
    ],
)
def test_a_queue_is_named_by_its_arn_or_its_url_and_asked_where_that_says(
    named: str, region: str, endpoint: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    queue = destination(settings(on_failure=named))
    assert isinstance(queue, Queue)
    assert (queue.region, queue.path, queue.endpoint) == (region, "123456789012/aside", endpoint)


@pytest.mark.parametrize(
    "named",
    [f"{QUEUE}.fifo", "arn:aws:sns:sa-east-1:123456789012:topic", "https://sqs.sa-east-1.amazonaws.com/"],
)
def test_what_is_no_standard_queue_is_refused(named: str) -> None:
    with pytest.raises(SettingsError, match="no standard SQS queue"):
        destination(settings(on_failure=named))


@states("destination.file")
@pytest.mark.parametrize("named", ["updater-aside", "aside.txt", "folder/"])
def test_a_queue_s_bare_name_is_not_taken_for_a_file(named: str) -> None:
    with pytest.raises(SettingsError, match=r"neither a queue nor a file: .* ends in \.json or \.jsonl"):
        destination(settings(on_failure=named))
