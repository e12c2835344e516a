"""The local stack on this machine: it serves, restarts and leaves nothing behind."""

from typing import TYPE_CHECKING

from chargebacks.local import broker, stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


def test_the_broker_answers_and_has_the_topic(kafka: stack.Kafka, topic: str) -> None:
    assert topic in broker.client(kafka.bootstrap_servers).list_topics(timeout=10).topics


def test_the_table_keeps_items_under_chargeback_id_alone(table: "Table") -> None:
    table.put_item(Item={"chargeback_id": "cb-1", "status": "open"})
    assert table.key_schema == [{"AttributeName": "chargeback_id", "KeyType": "HASH"}]
    assert table.get_item(Key={"chargeback_id": "cb-1"})["Item"]["status"] == "open"
