"""Announce what was committed: every unconfirmed entry, oldest first, streamed from the log alone.

An entry is confirmed only when the brokers have acknowledged each of its messages. A crash in between means that
they are sent again, equal byte for byte; consumers' updates do not care.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from chargebacks.adapters.store import Store
from chargebacks.consolidation.announce.messages import messages
from chargebacks.consolidation.commits.announced import from_lines
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog, Pending, clear_pending
from chargebacks.contract.message import Message
from chargebacks.errors import StorageError


class Publisher(Protocol):
    """Sends messages to a topic."""

    def publish(self, topic: str, messages: Iterable[Message]) -> int:
        """How many were sent, all of them acknowledged. Raises PublishError when one was not."""


def publish_partition(state: Store, day: date, publisher: Publisher) -> int:
    """Publish and confirm what is owed for a partition. How many messages were sent.

    Raises PublishError; StorageError when the ids that an unpublished entry announces are not there.
    """
    log, sent = CommitLog(state, day), 0
    for entry in log.unpublished():
        try:
            sent += publisher.publish(entry.announcement.topic, messages(entry, announced_ids(state, entry)))
        except FileNotFoundError as error:
            # If it is published, another run sent them all, and so long ago that the ids have expired.
            if not log.is_published(entry):
                raise StorageError(
                    f"partition {day}: entry {entry.commit} cannot be published, for of the ids that it announces "
                    f"{error}: restore it"
                ) from error
        log.confirm(entry)
        clear_pending(state, Pending(day, entry.run, entry.commit))
    return sent


def announced_ids(state: Store, entry: Entry) -> Iterator[str]:
    """The ids that the entry announces, chunk by chunk."""
    for chunk in state.get_ahead(entry.announcement.chunks):
        yield from from_lines(chunk)
