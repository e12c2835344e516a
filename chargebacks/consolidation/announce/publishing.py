"""Announce what was committed: every unconfirmed entry, oldest first, streamed from the log alone.

An entry is confirmed only when the brokers have acknowledged each of its messages. A crash in between means that
they are sent again, equal byte for byte; consumers' updates do not care.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from chargebacks.adapters.store import Store
from chargebacks.consolidation.announce.messages import messages
from chargebacks.consolidation.commits.announced import from_lines
from chargebacks.consolidation.commits.converge import Places
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog, Pending, clear_pending
from chargebacks.consolidation.commits.recovery import settle
from chargebacks.contract.message import Message
from chargebacks.errors import StorageError


class Publisher(Protocol):
    """Sends messages to a topic."""

    def publish(self, topic: str, messages: Iterable[Message]) -> int:
        """How many were sent, all of them acknowledged. Raises PublishError when one was not."""


@dataclass(frozen=True)
class Sent:
    """How many messages were acknowledged, and how many chargebacks their slices named.

    `confirmed`: the entries that the log counts as published since, and did not before.
    """

    messages: int = 0
    chargebacks: int = 0
    confirmed: tuple[Entry, ...] = ()

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(
            self.messages + other.messages,
            self.chargebacks + other.chargebacks,
            self.confirmed + other.confirmed,
        )


def publish_partition(
    places: Places, day: date, publisher: Publisher, settled: Container[str] = ()
) -> Iterator[Sent]:
    """Publish and confirm each entry that a partition owes, oldest first, whichever run committed it.

    `settled` names runs that have nothing else to do any more. What any other run left undone is done first: it may
    have died, or be about to.
    Raises PublishError; StorageError when the ids that an unpublished entry announces are not there.
    """
    log = CommitLog(places.state, day)
    owing = log.unpublished()
    settle(log, [entry for entry in owing if entry.run not in settled], places)
    for entry in owing:
        sent, ids = Sent(), announced_ids(places.state, entry)
        try:
            count = publisher.publish(entry.announcement.topic, messages(entry, ids))
            sent = Sent(count, entry.announcement.ids)
        except FileNotFoundError as error:
            # If it is published, another run sent them all, and so long ago that the ids have expired.
            if not log.is_published(entry):
                raise StorageError(
                    f"partition {day}: entry {entry.commit} cannot be published, for of the ids that it announces "
                    f"{error}: restore it"
                ) from error
        if log.confirm(entry):
            sent += Sent(confirmed=(entry,))
        clear_pending(places.state, Pending(day, entry.run, entry.commit))
        yield sent


def announced_ids(state: Store, entry: Entry) -> Iterator[str]:
    """The ids that the entry announces, chunk by chunk."""
    for chunk in state.get_ahead(entry.announcement.chunks):
        yield from from_lines(chunk)
