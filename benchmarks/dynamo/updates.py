"""Every item updated once, measured within the process: `handler` the Lambda's own, `loop` UpdateItem calls.

python -m benchmarks.dynamo.updates handler --endpoint URL --table NAME --server PID --items N --told FILE
python -m benchmarks.dynamo.updates loop    (the same)

Both have their connection, and know what to write, before the clock runs: the handler Lambda's events, the loop
even the decoded updates. `--unchecked` leaves out the look at the table afterwards, where there is none.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from benchmarks.dynamo import slices, table
from benchmarks.dynamo.spending import Spent, spending
from chargebacks import record
from chargebacks.contract.message import Message
from chargebacks.local.dynamodb import environment
from chargebacks.projection.decide import Update
from chargebacks.projection.table import KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def handler(given: argparse.Namespace, messages: list[Message]) -> Spent:
    """The function as Lambda calls it, batch by batch."""
    from consumers.consolidation_updater.lambda_function import lambda_handler

    batches = list(slices.events(messages))
    lambda_handler(slices.NONE, None)  # makes the client, and describes the table
    with spending(given.server) as spent:
        answers = [lambda_handler(batch, None) for batch in batches]
    if failed := [answer for answer in answers if answer != {"batchItemFailures": []}]:
        sys.exit(f"the handler failed: {failed[0]}")
    return spent


def loop(given: argparse.Namespace, messages: list[Message]) -> Spent:
    """One conditional UpdateItem after the other."""
    client = boto3.client("dynamodb")
    updates = list(map(slices.decided, messages))
    client.describe_table(TableName=given.table)
    with spending(given.server) as spent:
        for update, ids in updates:
            _each(client, given.table, update, ids)
    return spent


def _each(client: "DynamoDBClient", name: str, update: Update, ids: list[str]) -> None:
    state = {**update.attributes, record.POSITION: update.position}
    names = {f"#{n}": attribute for n, attribute in enumerate(state)}
    values: Any = {f":{n}": _value(value) for n, value in enumerate(state.values())}
    sets = "SET " + ", ".join(f"#{n} = :{n}" for n in range(len(state)))
    position = len(state) - 1
    guard = f"attribute_exists({KEY}) AND (attribute_not_exists(#{position}) OR #{position} < :{position})"
    for one in ids:
        client.update_item(
            TableName=name,
            Key={KEY: {"S": one}},
            UpdateExpression=sets,
            ConditionExpression=guard,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )


def _value(value: str | int) -> dict[str, str]:
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def main() -> None:
    """One of the two."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("handler", "loop"))
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--server", type=int, required=True, help="the server's process id")
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--told", type=Path, required=True, help="where the figures go")
    parser.add_argument("--unchecked", action="store_true", help="the server keeps nothing")
    given = parser.parse_args()
    os.environ.update(environment(given.endpoint), DYNAMODB_TABLE_NAME=given.table)
    messages = list(slices.announced(given.items))
    spent = {"handler": handler, "loop": loop}[given.what](given, messages)
    spent.updates = given.items
    if not given.unchecked:
        table.check(given.endpoint, given.table, messages)
    spent.save(given.told)


if __name__ == "__main__":
    main()
