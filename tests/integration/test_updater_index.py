"""Finding a day's chargebacks by an index, and tables that the updater refuses."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from chargebacks.errors import SettingsError
from chargebacks.local.dynamodb import create_table
from chargebacks.local.stack import DynamoDB
from chargebacks.projection.updater import Updater
from tests.fixtures.msk import failed_offsets, of, put, slice_of, summary, updated

pytest_plugins = ["tests.fixtures.updater"]

INDEX = "created-date-index"


@pytest.fixture
def table(dynamodb: DynamoDB) -> Iterator[Any]:
    """Instead of the plain one: a table with the index."""
    created = create_table(dynamodb.endpoint_url, f"indexed-{uuid.uuid4().hex}", INDEX)
    yield created
    created.delete()


def put_dated(table: Any, **dates: str) -> None:
    with table.batch_writer() as writer:
        for name, date in dates.items():
            writer.put_item(
                Item={"chargeback_id": name, "created_at": f"{date}T10:00:00Z", "created_date": date[:10]}
            )


def test_the_index_finds_the_days_chargebacks(build: Callable[..., Updater], table: Any) -> None:
    put_dated(table, a="2025-11-19", b="2025-11-20", c="2025-11-20", d="2025-11-21")
    table.put_item(Item={"chargeback_id": "not-indexed", "created_at": "2025-11-20T10:00:00Z"})
    assert failed_offsets(build(partition_index=INDEX).handle(of(summary()), None)) == []
    assert updated(table) == {"b", "c"}


def test_the_instant_decides_even_when_the_index_says_otherwise(
    build: Callable[..., Updater], table: Any
) -> None:
    table.put_item(
        Item={"chargeback_id": "a", "created_at": "2025-11-21T10:00:00Z", "created_date": "2025-11-20"}
    )
    assert failed_offsets(build(partition_index=INDEX).handle(of(summary()), None)) == []
    assert updated(table) == set()


def test_more_items_than_a_page_holds_are_all_found_by_the_index(
    build: Callable[..., Updater], table: Any
) -> None:
    dated = {"created_at": "2025-11-20T10:00:00Z", "created_date": "2025-11-20", "reason": "x" * 60_000}
    with table.batch_writer() as writer:
        for number in range(40):
            writer.put_item(Item={"chargeback_id": f"cb-{number}", **dated})
    build(partition_index=INDEX).handle(of(summary()), None)
    assert len(updated(table)) == 40


def test_an_index_that_is_not_there_fails_summaries_and_no_slice(
    build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put_dated(table, a="2025-11-20", b="2025-11-20")
    answer = build(partition_index="another").handle(of(summary(), slice_of("a")), None)
    assert failed_offsets(answer) == [0]
    assert updated(table) == {"a"}
    assert "has no index another with hash key created_date" in capsys.readouterr().out


SORTED = [("chargeback_id", "HASH"), ("created_date", "RANGE")]
ANOTHER = [("id", "HASH")]


@pytest.mark.parametrize("schema", [SORTED, ANOTHER])
def test_a_table_of_another_key_is_refused_as_a_whole_so_that_no_message_is_put_aside(
    schema: list[tuple[str, Any]],
    build: Callable[..., Updater],
    table: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = f"foreign-{uuid.uuid4().hex}"
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in schema],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in schema],
    )
    with pytest.raises(SettingsError, match="it must be the hash key chargeback_id alone"):
        build(table=name).handle(of(slice_of("a"), summary(), b"poison"), None)
    client.delete_table(TableName=name)
    printed = capsys.readouterr().out
    assert "it must be the hash key chargeback_id alone" in printed
    assert "METRICS: messages_processed=0, messages_failed=3, chargebacks_updated=0\n" in printed


def test_a_table_that_does_not_exist_loses_nothing(build: Callable[..., Updater], table: Any) -> None:
    assert failed_offsets(build(table="nowhere").handle(of(slice_of("a"), summary()), None)) == [0, 1]


@pytest.mark.parametrize("position", [None, 5, {"a", "b"}], ids=["null", "number", "set"])
def test_an_item_whose_position_is_no_text_is_passed_over_by_no_message(
    position: Any, build: Callable[..., Updater], table: Any
) -> None:
    put(table, {"good": "2025-11-20T10:00:00Z"})
    table.put_item(
        Item={
            "chargeback_id": "odd",
            "created_at": "2025-11-20T10:00:00Z",
            "consolidation_position": position,
        }
    )
    for event in (summary(), slice_of("odd")):
        assert failed_offsets(build().handle(of(event), None)) == [0]
    done = {item["chargeback_id"]: "consolidation_status" in item for item in table.scan()["Items"]}
    assert done == {"good": True, "odd": False}
