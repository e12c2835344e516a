"""The loop of the event source mapping: gather a batch, invoke the handler, retry what failed, commit.

At least once: an offset is committed only after its record and all before it in the partition were done or
put aside. A process that dies at any moment leaves the rest to the next one of its group.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chargebacks.local.event_source import event
from chargebacks.local.event_source.aside import put_aside
from chargebacks.local.event_source.delivery import Delivery
from chargebacks.local.event_source.invoke import Handler, invoke
from chargebacks.local.event_source.settings import FROM_LOWEST, PollSettings
from chargebacks.local.event_source.source import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    """One invocation and what it came to, for whoever watches."""

    number: int  # 1 is the first
    sent: tuple[event.RecordId, ...]
    failed: frozenset[event.RecordId]
    answer: Any  # None when the handler raised or took too long
    seconds: float
    committable: dict[tuple[str, int], int]  # next offset by (topic, partition)


Watcher = Callable[[Attempt], None]


def ignore(_: Attempt) -> None:
    """The watcher of who does not watch."""


def poll(settings: PollSettings, handler: Handler, stop: threading.Event, on_batch: Watcher = ignore) -> None:
    """Deliver the topic's records to `handler` until `stop` is set, or all is read and nothing came for a while.

    Any thread may run it. `on_batch` is called there after every invocation and its commit. When stopped,
    the invocation under way is finished and its result committed.
    Raises SettingsError: no such topic. TransientError: no broker.
    """
    with Source(settings) as source:
        mapping = _Mapping(settings, handler, stop, on_batch, source)
        while not stop.is_set():
            records = source.gather(stop)
            if records:
                mapping.deliver(Delivery.of(records))
            elif source.idle():
                return


@dataclass(frozen=True)
class _Mapping:
    settings: PollSettings
    handler: Handler
    stop: threading.Event
    on_batch: Watcher
    source: Source

    def deliver(self, delivery: Delivery) -> None:
        """Try until the batch is done, put aside, taken away by the group, or left because of a stop."""
        pause = self.settings.first_pause_seconds
        delivery = self._attempt(delivery)
        while not delivery.done and not self.stop.is_set():
            if self._exhausted(delivery):
                delivery = self._put_aside(delivery)
                continue
            self.source.pause(pause, self.stop)
            pause = min(2 * pause, self.settings.longest_pause_seconds)
            delivery = delivery.without(self.source.taken())
            if not delivery.done and not self.stop.is_set():
                delivery = self._attempt(delivery)

    def _attempt(self, delivery: Delivery) -> Delivery:
        result = invoke(self.settings, self.handler, delivery.remaining)
        after = delivery.answered(result.failed, rewind=self.settings.partial_batch_response == FROM_LOWEST)
        self.source.commit(after.committable())
        sent = tuple(record.id for record in delivery.remaining)
        self.on_batch(
            Attempt(after.attempts, sent, result.failed, result.answer, result.seconds, after.committable())
        )
        return after

    def _exhausted(self, delivery: Delivery) -> bool:
        limit = self.settings.retries
        return limit is not None and delivery.attempts > limit

    def _put_aside(self, delivery: Delivery) -> Delivery:
        path = self.settings.on_failure
        if path:
            put_aside(delivery.remaining, delivery.attempts, self.settings, Path(path))
        told = f"were put aside in {path}" if path else "were discarded"
        log.warning("%d records from %s %s", len(delivery.remaining), delivery.remaining[0].id, told)
        after = delivery.put_aside()
        self.source.commit(after.committable())
        return after
