"""One batch on its way: what is left to do of it, and which offsets may be committed.

Source: AWS Lambda Developer Guide, "Configuring error handling controls for Kafka event sources": only failed
records are sent again. For Kinesis the guide reads the same answer otherwise ("Configuring partial batch response
with Kinesis Data Streams and Lambda"): everything from the lowest failed one on is sent again. `from_lowest`
chooses that reading; a function has to be right under both.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from chargebacks.event_source.event import Record, RecordId


@dataclass(frozen=True)
class Delivery:
    """A batch, the records of it that still have to succeed, and how often it was sent."""

    records: tuple[Record, ...]
    remaining: tuple[Record, ...]
    attempts: int = 0

    @classmethod
    def of(cls, records: list[Record]) -> "Delivery":
        return cls(tuple(records), tuple(records))

    @property
    def done(self) -> bool:
        return not self.remaining

    def answered(self, failed: AbstractSet[RecordId], from_lowest: bool = False) -> "Delivery":
        """The delivery after one more attempt, of which these records failed."""
        left = _from_lowest(self.remaining, failed) if from_lowest else failed
        kept = tuple(record for record in self.remaining if record.id in left)
        return replace(self, remaining=kept, attempts=self.attempts + 1)

    def without(self, sources: AbstractSet[str]) -> "Delivery":
        """The delivery without partitions that were taken away: their records are another consumer's now."""
        return replace(
            self,
            records=tuple(record for record in self.records if record.source not in sources),
            remaining=tuple(record for record in self.remaining if record.source not in sources),
        )

    def put_aside(self, records: Iterable[Record]) -> "Delivery":
        """The delivery after these records of it went to the failure destination: they count as done."""
        gone = {record.id for record in records}
        return replace(self, remaining=tuple(one for one in self.remaining if one.id not in gone))

    def committable(self) -> dict[tuple[str, int], int]:
        """The next offset to read of each (topic, partition): the first one left, else behind the last.

        So no offset is committed while a record before it is not done. A partition whose first record is
        still left is not named. Offsets may have gaps: only records that were delivered count.
        """
        first_left = _first_offsets(self.remaining)
        first = _first_offsets(self.records)
        last = {(record.topic, record.partition): record.offset for record in self.records}
        found = {partition: first_left.get(partition, last[partition] + 1) for partition in first}
        return {partition: offset for partition, offset in found.items() if offset > first[partition]}


def _first_offsets(records: tuple[Record, ...]) -> dict[tuple[str, int], int]:
    return {(record.topic, record.partition): record.offset for record in reversed(records)}


def _from_lowest(records: tuple[Record, ...], failed: AbstractSet[RecordId]) -> frozenset[RecordId]:
    lowest: dict[str, int] = {}
    for one in failed:
        lowest[one.source] = min(one.offset, lowest.get(one.source, one.offset))
    return frozenset(
        record.id for record in records if record.source in lowest and record.offset >= lowest[record.source]
    )
