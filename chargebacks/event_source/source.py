"""Batches from the topic, gathered from what the consumer group gives this member.

One thread uses it. Partitions come and go inside `gather` and `pause`, never while a handler runs.
"""

import threading
import time
from collections import deque

from confluent_kafka import Message

from chargebacks.event_source.batch import Gathering
from chargebacks.event_source.client import record_of
from chargebacks.event_source.event import Record
from chargebacks.event_source.group import WAIT_SECONDS, Member
from chargebacks.event_source.settings import PollSettings


class Source:
    """The records of our partitions, from joining the group to leaving it. A context manager."""

    def __init__(self, settings: PollSettings) -> None:
        self._settings = settings
        self._held: deque[Message] = deque()  # read, but for the next batch
        self._taken: set[str] = set()
        self._member = Member(settings, self._forget)

    def __enter__(self) -> "Source":
        """Join the group. Raises SettingsError: no such topic; TransientError: no broker answers."""
        self._member.join()
        return self

    def __exit__(self, *_: object) -> None:
        """Commit what is done and not committed yet, and leave the group."""
        self._member.leave()

    def gather(self, stop: threading.Event) -> list[Record]:
        """The next batch, in ascending offsets of each partition; empty when stopped or idle."""
        gathering = Gathering(self._settings.limits)
        self._member.listen()
        while gathering.may_take_more(time.monotonic()) and not stop.is_set():
            left = gathering.seconds_left(time.monotonic())
            message = self._next(min(left, WAIT_SECONDS))
            gathering.forget(self.taken())
            if message is None:
                if left == 0:  # no window: nothing more is there
                    break
                self.commit({})  # what a broker that was away did not take
                if not gathering.records and self.idle():
                    break
            elif not gathering.add(record_of(message), time.monotonic()):
                self._held.appendleft(message)
                break
        # A stop in the middle leaves the records: they are not committed, so the next poller reads them.
        return [] if stop.is_set() else gathering.records

    def commit(self, offsets: dict[tuple[str, int], int]) -> None:
        """Commit these next offsets, and those that could not be committed before."""
        self._member.commit(offsets)

    def pause(self, seconds: float, stop: threading.Event) -> None:
        """Wait, reading nothing, but staying in the group. Ends early when stopped."""
        self._member.hold()
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not stop.is_set():
            message = self._member.poll(min(left, WAIT_SECONDS))
            if message is not None:  # a partition that the group gave us just now
                self._held.append(message)
                self._member.hold()
        self._member.resume()

    def taken(self) -> set[str]:
        """The partitions that were taken away since this was asked last."""
        taken, self._taken = self._taken, set()
        return taken

    def idle(self) -> bool:
        """Whether nothing came for as long as the settings say, and all of our partitions are read to the end.

        Never before the group gave us our share.
        """
        limit, since = self._settings.until_idle_seconds, self._member.quiet_since
        if limit is None or since is None or time.monotonic() - since < limit:
            return False
        return self._member.at_end()

    def _forget(self, sources: set[str]) -> None:
        """At the moment at which the group takes partitions away: what comes later is read anew."""
        self._taken |= sources
        self._held = deque(one for one in self._held if f"{one.topic()}-{one.partition()}" not in sources)

    def _next(self, seconds: float) -> Message | None:
        return self._held.popleft() if self._held else self._member.poll(seconds)
