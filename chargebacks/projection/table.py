"""The chargebacks table: its client, and the check that its key is what conditional updates rely on."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chargebacks.errors import SettingsError
from chargebacks.projection import clients
from chargebacks.projection.retry import Patience
from chargebacks.projection.settings import UpdaterSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef, TableDescriptionTypeDef

KEY: Final = "chargeback_id"
CREATED_AT: Final = "created_at"
CREATED_DATE: Final = "created_date"


@dataclass
class Table:
    """The table and what is known of it. Its description is asked for once per container."""

    client: "DynamoDBClient"
    name: str
    index: str | None = None
    _description: "TableDescriptionTypeDef | None" = field(default=None, init=False, repr=False)

    @classmethod
    def connect(cls, settings: UpdaterSettings) -> "Table":
        return cls(clients.make("dynamodb", settings), settings.table, settings.partition_index)

    def check_key(self, patience: Patience) -> None:
        """Raises SettingsError when the table's key is not `chargeback_id` alone, TransientError when it
        cannot be asked."""
        if self._description is None:
            description = patience.call(lambda: self.client.describe_table(TableName=self.name), "Table")[
                "Table"
            ]
            if _key(description["KeySchema"]) != {"HASH": KEY}:
                raise SettingsError(
                    f"table {self.name} has the key {_key(description['KeySchema'])}: "
                    f"it must be the hash key {KEY} alone; correct DYNAMODB_TABLE_NAME or the table"
                )
            self._description = description

    def check_index(self, patience: Patience) -> None:
        """Raises SettingsError when the index cannot answer which chargebacks were created on a day."""
        self.check_key(patience)
        known: Any = self._description or {}
        found = [i for i in known.get("GlobalSecondaryIndexes", []) if i["IndexName"] == self.index]
        if (
            not found
            or _key(found[0]["KeySchema"]).get("HASH") != CREATED_DATE
            or not _shows_created_at(found[0])
        ):
            raise SettingsError(
                f"table {self.name} has no index {self.index} with hash key {CREATED_DATE} and {CREATED_AT}: "
                "correct PARTITION_INDEX_NAME, or leave it out to scan the table"
            )


def _key(schema: "list[KeySchemaElementTypeDef]") -> dict[str, str]:
    return {element["KeyType"]: element["AttributeName"] for element in schema}


def _shows_created_at(index: Any) -> bool:
    projection = index["Projection"]
    shown = {*projection.get("NonKeyAttributes", []), *_key(index["KeySchema"]).values()}
    return projection["ProjectionType"] == "ALL" or CREATED_AT in shown
