"""A member of the consumer group: records in, offsets out. It commits only what it is told to."""

import logging
import time
from collections.abc import Callable
from typing import Final

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from chargebacks.errors import SettingsError, TransientError
from chargebacks.event_source.client import configuration, consumer
from chargebacks.event_source.settings import PollSettings
from chargebacks.event_source.starting import starting_offsets

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
        KafkaError.TOPIC_EXCEPTION,  # no topic can have that name
    }
)


class Member:
    """The Kafka consumer. `on_lost` hears of partitions, as Lambda names them, when the group takes them away.

    Raises TransientError when no client can be made.
    """

    def __init__(self, settings: PollSettings, on_lost: Callable[[set[str]], None]) -> None:
        self._settings = settings
        self._on_lost = on_lost
        self._uncommitted: dict[tuple[str, int], int] = {}
        self._at_end: set[tuple[str, int]] = set()
        self._told: set[int] = set()
        self.quiet_since: float | None = None  # None: the group gives us no share at this time
        # Last: it may report errors while it is being made.
        self._consumer = consumer(configuration(settings) | {"error_cb": self._heard}, logger=log)

    def join(self) -> None:
        """Join the group. Raises SettingsError: no such topic, or not for us; TransientError: no broker answers."""
        try:
            known = self._consumer.list_topics(self._settings.topic, timeout=METADATA_SECONDS)
        except KafkaException as error:
            self._consumer.close()
            raise TransientError(
                f"no Kafka broker answers at {self._settings.bootstrap_servers} ({error.args[0].str()}): "
                "check the address and that it runs"
            ) from error
        if trouble := known.topics[self._settings.topic].error:
            self._consumer.close()
            raise _unreadable(self._settings.topic, trouble)
        self._consumer.subscribe(
            [self._settings.topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )

    def leave(self) -> None:
        """Commit what could not be committed before, and leave the group."""
        self.commit({})
        self._consumer.close()

    def commit(self, offsets: dict[tuple[str, int], int]) -> None:
        """Commit these next offsets, and those that could not be committed before."""
        self._uncommitted |= offsets
        if not self._uncommitted:
            return
        wanted = [TopicPartition(*partition, offset) for partition, offset in self._uncommitted.items()]
        try:
            answers = self._consumer.commit(offsets=wanted, asynchronous=False) or []
            failed = {(one.topic, one.partition): one.error for one in answers if one.error}
        except KafkaException as error:
            failed = dict.fromkeys(self._uncommitted, error.args[0])
        for why in {error.str() for error in failed.values()}:
            log.warning("offsets were not committed: %s", why)
        # What failed is kept, and committed with the next.
        kept = {partition for partition, error in failed.items() if error.code() not in LOST}
        self._uncommitted = {one: offset for one, offset in self._uncommitted.items() if one in kept}

    def hold(self) -> None:
        """Read nothing more for now."""
        self._consumer.pause(self._consumer.assignment())

    def resume(self) -> None:
        """Read on."""
        self._consumer.resume(self._consumer.assignment())

    def listen(self) -> None:
        """From now on the topic may be quiet; while we held, or a handler worked, it was not the topic that was."""
        if self.quiet_since is not None:
            self.quiet_since = time.monotonic()

    def at_end(self) -> bool:
        """Whether all of our partitions are read to the end."""
        return {(one.topic, one.partition) for one in self._consumer.assignment()} <= self._at_end

    def poll(self, seconds: float) -> Message | None:
        """One message, or None. Raises SettingsError or TransientError when there is no going on."""
        message = self._consumer.poll(seconds)
        if message is None:
            return None
        error, partition = message.error(), (message.topic() or "", message.partition() or 0)
        if error is None:
            self.quiet_since = time.monotonic()
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
        self.quiet_since = time.monotonic()
        log.info("partitions assigned: %s", sorted(one.partition for one in partitions))
        try:
            begin = starting_offsets(self._consumer, partitions, self._settings)
        except KafkaException as error:
            raise TransientError(
                f"where to begin cannot be told ({error.args[0].str()}): start it again"
            ) from error
        if begin:
            self._commit_begin({(one.topic, one.partition): one.offset for one in begin})

    def _commit_begin(self, begin: dict[tuple[str, int], int]) -> None:
        self.commit(begin)
        if begin.keys() & self._uncommitted.keys():  # the next member would begin elsewhere
            raise TransientError("where to begin could not be committed: start it again")

    def _revoked(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self.commit({})
        self._lost(_, partitions)

    def _lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """Forget all about these partitions: who has them next starts at the last commit."""
        gone = {(one.topic, one.partition) for one in partitions}
        if {(one.topic, one.partition) for one in self._consumer.assignment()} <= gone:
            self.quiet_since = None  # until the group gives us a share again
        for partition in gone:
            self._uncommitted.pop(partition, None)
            self._at_end.discard(partition)
        self._on_lost({f"{topic}-{partition}" for topic, partition in gone})


def _unreadable(topic: str, error: KafkaError) -> SettingsError | TransientError:
    if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return SettingsError(f"topic {topic!r} does not exist: create it first")
    kind = SettingsError if error.code() in HOPELESS else TransientError
    return kind(f"topic {topic!r} cannot be read ({error.str()}): mend the role or try again")
