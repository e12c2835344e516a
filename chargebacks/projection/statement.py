"""An update as a PartiQL statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from chargebacks import record
from chargebacks.projection.decide import Update
from chargebacks.projection.table import KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, BatchStatementRequestTypeDef


@dataclass(frozen=True)
class Statement:
    """The same for every chargeback of an update, but for the key. State and guard are one write.

    An UPDATE of a key that is not there fails its condition and creates nothing ("PartiQL update statements for
    DynamoDB", developer guide).
    """

    text: str
    state: "Sequence[AttributeValueTypeDef]"
    position: "AttributeValueTypeDef"

    @classmethod
    def of(cls, table: str, update: Update) -> Self:
        state = {**update.attributes, record.POSITION: update.position}
        sets = " ".join(f'SET "{name}"=?' for name in state)
        guard = f'("{record.POSITION}" IS MISSING OR "{record.POSITION}" < ?)'
        text = f'UPDATE "{table}" {sets} WHERE "{KEY}"=? AND {guard}'
        return cls(text, [_value(value) for value in state.values()], _value(update.position))

    def request(self, chargeback_id: str) -> "BatchStatementRequestTypeDef":
        """The statement for one chargeback, as BatchExecuteStatement takes it."""
        return {
            "Statement": self.text,
            "Parameters": [*self.state, {"S": chargeback_id}, self.position],
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


def _value(value: str | int) -> "AttributeValueTypeDef":
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
