"""When a batch is full: by size, by time or by bytes, whichever comes first.

Source: AWS Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources"
(batching behavior): BatchSize is 100 for Kafka; the window is 500 ms unless set, and begins with the first
record; a payload is 6 MB at most, which counts the encoded event.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from chargebacks.event_source.event import Record, encoded_bytes, source_bytes

BATCH_SIZE: Final = 100
WINDOW_SECONDS: Final = 0.5
MAX_BYTES: Final = 6 * 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How large a batch may become. `max_bytes` counts the encoded event, of which `envelope_bytes` stand
    around the records: ARN, addresses, braces."""

    size: int = BATCH_SIZE
    window_seconds: float = WINDOW_SECONDS
    max_bytes: int = MAX_BYTES
    envelope_bytes: int = 0


@dataclass
class Gathering:
    """A batch that is being filled. Times are any clock's seconds, passed in."""

    limits: Limits
    records: list[Record] = field(default_factory=list)
    _sources: set[str] = field(default_factory=set)
    _bytes: int = 0
    _since: float = 0.0

    def add(self, record: Record, now: float) -> bool:
        """Take the record if it fits. False: the batch is done without it. A first record always fits."""
        needed = encoded_bytes(record)
        if record.source not in self._sources:
            needed += source_bytes(record.source)
        if self.records and self.limits.envelope_bytes + self._bytes + needed > self.limits.max_bytes:
            return False
        if not self.records:
            self._since = now
        self.records.append(record)
        self._sources.add(record.source)
        self._bytes += needed
        return True

    def may_take_more(self, now: float) -> bool:
        """Whether it is neither full nor over its window. Without a window it takes what is there already."""
        if len(self.records) >= self.limits.size:
            return False
        return self.limits.window_seconds == 0 or self.seconds_left(now) > 0

    def seconds_left(self, now: float) -> float:
        """How long it may still wait for records: 0 when it is full. An empty one waits for ever."""
        if not self.records:
            return math.inf
        if len(self.records) >= self.limits.size:
            return 0.0
        return max(0.0, self._since + self.limits.window_seconds - now)

    def forget(self, sources: set[str]) -> None:
        """Drop the records of partitions that were taken away: whoever has them now reads them again."""
        if self._sources & sources:
            kept = [record for record in self.records if record.source not in sources]
            since, self.records, self._sources, self._bytes = self._since, [], set(), 0
            for record in kept:
                self.add(record, since)
