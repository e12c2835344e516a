"""The Kafka consumer under the poller: records in, offsets out. It commits only what it is told to.

One thread uses it. Partitions come and go inside `gather` and `pause`, never while a handler runs.
"""

import logging
import threading
import time
from collections import deque
from typing import Final

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from chargebacks.errors import SettingsError, TransientError
from chargebacks.local.event_source.batch import Gathering
from chargebacks.local.event_source.client import configuration, record_of
from chargebacks.local.event_source.event import Record
from chargebacks.local.event_source.settings import PollSettings

log = logging.getLogger(__name__)

WAIT_SECONDS: Final = 0.2  # how late a stop is noticed
METADATA_SECONDS: Final = 15.0
# The partition is somebody else's by now: they read it again from the last commit. Nothing is lost.
LOST: Final = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError._ASSIGNMENT_LOST,
        KafkaError._NO_OFFSET,
    }
)
# Trying again does not help.
HOPELESS: Final = frozenset(
    {
        KafkaError.INVALID_SESSION_TIMEOUT,
        KafkaError.INVALID_GROUP_ID,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
    }
)


class Source:
    """A member of the consumer group, from subscribing to leaving. A context manager."""

    def __init__(self, settings: PollSettings) -> None:
        self._settings = settings
        self._consumer = Consumer(configuration(settings) | {"error_cb": self._heard}, logger=log)
        self._held: deque[Message] = deque()  # read, but for the next batch
        self._taken: set[str] = set()
        self._uncommitted: dict[tuple[str, int], int] = {}
        self._quiet_since: float | None = None
        self._at_end: set[tuple[str, int]] = set()
        self._told: set[int] = set()

    def __enter__(self) -> "Source":
        """Join the group. Raises SettingsError: no such topic; TransientError: no broker answers."""
        try:
            known = self._consumer.list_topics(self._settings.topic, timeout=METADATA_SECONDS)
        except KafkaException as error:
            self._consumer.close()
            raise TransientError(
                f"no Kafka broker answers at {self._settings.bootstrap_servers} ({error.args[0].str()}): "
                "check the address and that it runs"
            ) from error
        if known.topics[self._settings.topic].error:
            self._consumer.close()
            raise SettingsError(f"topic {self._settings.topic!r} does not exist: create it first")
        self._consumer.subscribe(
            [self._settings.topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Commit what is done and not committed yet, and leave the group."""
        self.commit({})
        self._consumer.close()

    def gather(self, stop: threading.Event) -> list[Record]:
        """The next batch, in ascending offsets of each partition; empty when stopped or idle."""
        gathering = Gathering(self._settings.limits)
        while (left := gathering.seconds_left(time.monotonic())) > 0 and not stop.is_set():
            message = self._next(min(left, WAIT_SECONDS))
            gathering.forget(self.taken())
            if message is None:
                if not gathering.records and self.idle():
                    break
            elif not gathering.add(record_of(message), time.monotonic()):
                self._held.appendleft(message)
                break
        # A stop in the middle leaves the records: they are not committed, so the next poller reads them.
        return [] if stop.is_set() else gathering.records

    def commit(self, offsets: dict[tuple[str, int], int]) -> None:
        """Commit these next offsets, and those that could not be committed before."""
        self._uncommitted |= offsets
        if not self._uncommitted:
            return
        wanted = [TopicPartition(*partition, offset) for partition, offset in self._uncommitted.items()]
        try:
            self._consumer.commit(offsets=wanted, asynchronous=False)
        except KafkaException as error:
            log.warning("offsets were not committed: %s", error.args[0].str())
            if error.args[0].code() not in LOST:
                return  # kept, and committed with the next
        self._uncommitted.clear()

    def pause(self, seconds: float, stop: threading.Event) -> None:
        """Wait, reading nothing, but staying in the group. Ends early when stopped."""
        self._consumer.pause(self._consumer.assignment())
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not stop.is_set():
            message = self._poll(min(left, WAIT_SECONDS))
            if message is not None:  # a partition that the group gave us just now
                self._held.append(message)
                self._consumer.pause(self._consumer.assignment())
        self._consumer.resume(self._consumer.assignment())

    def taken(self) -> set[str]:
        """The partitions that were taken away since this was asked last."""
        taken, self._taken = self._taken, set()
        return taken

    def idle(self) -> bool:
        """Whether nothing came for as long as the settings say, and all of our partitions are read to the end.

        Never before the group gave us our share.
        """
        limit = self._settings.until_idle_seconds
        if limit is None or self._quiet_since is None or time.monotonic() - self._quiet_since < limit:
            return False
        return {(one.topic, one.partition) for one in self._consumer.assignment()} <= self._at_end

    def _next(self, seconds: float) -> Message | None:
        return self._held.popleft() if self._held else self._poll(seconds)

    def _poll(self, seconds: float) -> Message | None:
        """One message, or None. Raises SettingsError or TransientError when there is no going on."""
        message = self._consumer.poll(seconds)
        if message is None:
            return None
        error, partition = message.error(), (message.topic() or "", message.partition() or 0)
        if error is None:
            self._quiet_since = time.monotonic()
            self._at_end.discard(partition)
            self._told.clear()
            return message
        if error.code() == KafkaError._PARTITION_EOF:
            self._at_end.add(partition)
            return None
        if error.code() in HOPELESS:
            raise SettingsError(f"the broker refuses this consumer ({error.str()}): mend its settings")
        if error.fatal():
            raise TransientError(f"the Kafka consumer cannot go on ({error.str()}): start it again")
        log.warning("Kafka: %s", error.str())
        return None

    def _heard(self, error: KafkaError) -> None:
        """The client mends its connections by itself: one line per kind of trouble is enough."""
        if error.code() not in self._told:
            log.warning("Kafka: %s", error.str())
        self._told.add(error.code())

    def _assigned(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._quiet_since = time.monotonic()
        log.info("partitions assigned: %s", sorted(one.partition for one in partitions))

    def _revoked(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self.commit({})
        self._lost(_, partitions)

    def _lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """Forget all about these partitions: who has them next starts at the last commit."""
        gone = {(one.topic, one.partition) for one in partitions}
        self._taken |= {f"{topic}-{partition}" for topic, partition in gone}
        self._held = deque(one for one in self._held if (one.topic(), one.partition()) not in gone)
        for partition in gone:
            self._uncommitted.pop(partition, None)
            self._at_end.discard(partition)
