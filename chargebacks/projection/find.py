"""Which chargebacks were created on a day: for summaries that come without slices.

Only ids of items with a lesser position than the update's are found, so that a retry after the deadline goes
on where the one before stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chargebacks import instants, record
from chargebacks.projection.decide import Day
from chargebacks.projection.retry import Patience
from chargebacks.projection.table import CREATED_AT, CREATED_DATE, KEY, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

UNREADABLE: Final = "unreadable"  # counted beside the outcomes
PAGE: Final = 2000  # items looked at by a call: about 1 MB of usual ones, a call's own limit
SHOWN: Final = 5  # ids that a log line names at most
_NAMES: Final = {"#key": KEY, "#created": CREATED_AT, "#position": record.POSITION}


@dataclass
class Unreadable:
    """Items whose `created_at` cannot be read: how many, and some of their ids."""

    count: int = 0
    some: list[str] = field(default_factory=list)

    def add(self, chargeback_id: str) -> None:
        """Count it, and keep its id if it is one of the first."""
        self.count += 1
        if len(self.some) < SHOWN:
            self.some.append(chargeback_id)


@dataclass(frozen=True)
class Finder:
    """Finds by the table's index when it has one, else by a scan of the whole table."""

    table: Table

    def created_on(
        self, day: Day, position: str, unreadable: Unreadable, patience: Patience
    ) -> Iterator[str]:
        """The ids, a page at a time; into `unreadable` go those of items whose `created_at` cannot be read.

        Raises SettingsError when the index does not fit, TransientError when the table does not answer.
        """
        if self.table.index:
            self.table.check_index(patience)
        for page in self._pages(self._request(day, position), patience):
            for item in page:
                moment = moment_of(item.get(CREATED_AT, {}))
                if moment is None:
                    unreadable.add(item[KEY]["S"])
                elif day.start <= moment < day.end:
                    yield item[KEY]["S"]

    def _request(self, day: Day, position: str) -> dict[str, Any]:
        # The server filters by position alone. created_at may be text with any offset or a number: a filter
        # wide enough for all would also hide the unreadable ones, and a scan reads as much without.
        request: dict[str, Any] = {
            "TableName": self.table.name,
            "Limit": PAGE,
            "ProjectionExpression": "#key, #created, #position",
            # A position that is no text is less than nothing: its item is found, and says itself that it refuses.
            "FilterExpression": "#position < :position OR NOT attribute_type(#position, :text)",
            "ExpressionAttributeNames": dict(_NAMES),
            "ExpressionAttributeValues": {":position": {"S": position}, ":text": {"S": "S"}},
        }
        if self.table.index:
            request["IndexName"] = self.table.index
            request["KeyConditionExpression"] = "#date = :date"
            request["ExpressionAttributeNames"]["#date"] = CREATED_DATE
            request["ExpressionAttributeValues"][":date"] = {"S": day.date.isoformat()}
        return request

    def _pages(
        self, request: dict[str, Any], patience: Patience
    ) -> "Iterator[list[dict[str, AttributeValueTypeDef]]]":
        ask = self.table.client.query if self.table.index else self.table.client.scan
        while True:
            page: Any = patience.call(lambda: ask(**request), "Items")
            yield page["Items"]
            if not page.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def moment_of(value: "AttributeValueTypeDef") -> datetime | None:
    """Return the instant of a text or number attribute in UTC; None when it cannot be read."""
    text = value.get("S", value.get("N"))
    return None if text is None else instants.read(text)
