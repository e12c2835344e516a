"""Announce again what was announced before, from the log and what it names. Changes nothing in the log.

As long as an entry's announced ids are kept, its messages are sent again, equal byte for byte. When they have
expired (or some of them), every chargeback that is in the newest consolidation and not removed is announced
instead, with the newest entry's fields, so that no item is set back; then the old entry's own summary, for who
counts summaries. The slices' event ids are made of the newest entry and say so: replaying again sends equal ones.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, Final

from chargebacks.adapters.store import Store
from chargebacks.consolidation.announce.messages import messages, slice_messages, summary_message
from chargebacks.consolidation.announce.publishing import Publisher, announced_ids
from chargebacks.consolidation.commits.announced import from_lines, to_lines
from chargebacks.consolidation.commits.entry import Announcement, Entry
from chargebacks.consolidation.records import datafile
from chargebacks.consolidation.records.merge import ALIVE
from chargebacks.contract.message import Message
from chargebacks.errors import StorageError

EVERY: Final = "all"
AT_ONCE: Final = 50_000  # ids in memory


@dataclass(frozen=True)
class Replayed:
    """What was sent of an entry: how many messages, to which topic, and whether its own ids had expired."""

    entry: Entry
    messages: int
    topic: str
    expired: bool


def replay(
    state: Store, entries: Iterable[Entry], head: Entry, publisher: Publisher, topic: str | None = None
) -> Iterator[Replayed]:
    """Send the messages of one partition's entries again, to their own topic unless another is given.

    Where several have expired, all of the newest entry's chargebacks are announced once.
    Raises PublishError; StorageError when what is read is deleted meanwhile.
    """
    all_told = False
    for entry in entries:
        to, gone = topic or entry.announcement.topic, expired(state, entry)
        try:
            if not gone:
                sent = publisher.publish(to, messages(entry, announced_ids(state, entry)))
            elif all_told:
                sent = publisher.publish(to, [summary_message(entry)])
            else:
                with _ids_on_disk(living_ids(state, head)) as (count, ids):
                    sent = publisher.publish(to, _instead(entry, head, count, ids))
        except FileNotFoundError as error:
            raise StorageError(
                f"partition {entry.partition_date}: of what entry {entry.commit} is replayed from {error} any more, "
                "deleted by a run or by chargebacks expire: replay it again"
            ) from error
        all_told = all_told or gone
        yield Replayed(entry, sent, to, gone)


def expired(state: Store, entry: Entry) -> bool:
    """Whether any of the entry's announced ids are gone."""
    return None in state.each(state.stat, entry.announcement.chunks)


def living_ids(state: Store, entry: Entry) -> Iterator[str]:
    """The ids of all chargebacks of a consolidation that are not removed, a data file in memory at a time."""
    for file in entry.files:
        rows = datafile.read(state.get(file.path), entry.output_format)
        yield from rows.filter(ALIVE)["chargeback_id"]


def _instead(entry: Entry, head: Entry, count: int, ids: Iterable[str]) -> Iterator[Message]:
    """All of the head's chargebacks in slices of their own, which no other message equals, and the summary."""
    everything = Announcement(head.announcement.topic, EVERY, count)
    yield from slice_messages(replace(head, run=f"{head.run}|{EVERY}", announcement=everything), ids)
    yield summary_message(entry)


@contextmanager
def _ids_on_disk(ids: Iterable[str]) -> Iterator[tuple[int, Iterator[str]]]:
    """How many there are, which the first slice must tell, and the ids themselves."""
    with tempfile.TemporaryFile() as file:
        count, rest = 0, iter(ids)
        while some := list(islice(rest, AT_ONCE)):
            file.write(to_lines(some))
            count += len(some)
        yield count, _read_back(file)


def _read_back(file: IO[bytes]) -> Iterator[str]:
    file.seek(0)
    while lines := list(islice(file, AT_ONCE)):
        yield from from_lines(b"".join(lines))
