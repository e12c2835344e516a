"""DynamoDB Local on this machine, in memory or in a folder, and the chargebacks table in it."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chargebacks.defaults import REGION
from chargebacks.errors import LocalStackError
from chargebacks.local.java import java
from chargebacks.local.processes import HOST, JVM_FLAGS, Server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient, DynamoDBServiceResource
    from mypy_boto3_dynamodb.service_resource import Table

MAIN: Final = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
# DynamoDB Local checks no signature, but the SDKs insist on signing. This is no secret.
CREDENTIAL: Final = "local"
KEY: Final = "chargeback_id"
INDEX_KEY: Final = "created_date"


def database(
    folder: Path, jars: Path, port: int, kept: bool = False, jvm_flags: Sequence[str] = JVM_FLAGS
) -> Server:
    """DynamoDB Local, not started yet; its log is in `folder`, and its items too when they are to be `kept`
    over a restart.

    It listens on every address of the machine, and knows no option to listen on one.
    """
    temporary = folder / "tmp"  # it unpacks a native library at every start, and leaves it there
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    flags = ("-Xms128m", "-Xmx1g", f"-Djava.io.tmpdir={temporary}")
    arguments = (*_storage(folder, kept), "-sharedDb", "-disableTelemetry", "-port", str(port))
    command = [str(java()), *jvm_flags, *flags, "-cp", f"{jars}/*", MAIN, *arguments]
    asked = client(f"http://{HOST}:{port}", attempts=1)
    return Server("DynamoDB Local", command, folder / "dynamodb.log", lambda: answers(asked))


def _storage(folder: Path, kept: bool) -> tuple[str, ...]:
    """In memory, or in a file of the folder ("DynamoDB local usage notes", developer guide)."""
    if not kept:
        return ("-inMemory",)
    items = folder / "items"
    shutil.rmtree(items, ignore_errors=True)
    items.mkdir()
    return ("-dbPath", str(items))


def client(endpoint_url: str, attempts: int = 3) -> "DynamoDBClient":
    """A low-level client of the server there. It ignores whatever AWS settings the machine has."""
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(connect_timeout=2, read_timeout=10, retries=retries)
    return _session().client("dynamodb", endpoint_url=endpoint_url, config=config)


def resource(endpoint_url: str) -> "DynamoDBServiceResource":
    """The same as a resource, which speaks Python's types."""
    return _session().resource("dynamodb", endpoint_url=endpoint_url)


def _session() -> boto3.session.Session:
    return boto3.session.Session(CREDENTIAL, CREDENTIAL, region_name=REGION)


def environment(endpoint_url: str) -> Mapping[str, str]:
    """The standard variables that point any AWS SDK's DynamoDB at the server there."""
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": CREDENTIAL,
        "AWS_SECRET_ACCESS_KEY": CREDENTIAL,
    }


def create_table(endpoint_url: str, name: str, index: str | None = None) -> "Table":
    """The chargebacks table: hash key chargeback_id, on demand; `index` names an index by created_date.

    Raises LocalStackError when it exists or the server refuses.
    """
    keys = [KEY, INDEX_KEY] if index else [KEY]
    wanted: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
    }
    if index:
        wanted["GlobalSecondaryIndexes"] = [_index(index)]
    try:
        table = resource(endpoint_url).create_table(**wanted)
        table.wait_until_exists()
    except (ClientError, BotoCoreError) as error:
        raise LocalStackError(f"table {name} could not be created: {error}") from error
    return table


def _index(name: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": INDEX_KEY, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }


def answers(asked: "DynamoDBClient") -> bool:
    """Whether a server answers this client."""
    try:
        asked.list_tables(Limit=1)
    except (ClientError, BotoCoreError, OSError):
        return False
    return True
