"""The loop of the event source mapping: gather a batch, invoke the handler, retry what failed, commit.

At least once: an offset is committed only after its record and all before it in the partition were done or
put aside. A process that dies at any moment leaves the rest to the next one of its group.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from chargebacks.event_source.delivery import Delivery
from chargebacks.event_source.destination import destination
from chargebacks.event_source.invoke import Handler
from chargebacks.event_source.mapping import Attempt, EventSourceMapping, Watcher
from chargebacks.event_source.settings import PollSettings
from chargebacks.event_source.source import Source

__all__ = ["Attempt", "poll"]


def ignore(_: Attempt) -> None:
    """The watcher of who does not watch."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def poll(
    settings: PollSettings,
    handler: Handler,
    stop: threading.Event,
    on_batch: Watcher = ignore,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Deliver the topic's records to `handler` until `stop` is set, or all is read and nothing came for a while.

    Any thread may run it. `on_batch` is called there after every invocation and its commit. When stopped,
    the invocation under way is finished and its result committed. `clock` (aware) says how old records are.
    Raises SettingsError: no such topic, or a record that needs a destination and there is none. TransientError:
    no broker.
    """
    aside = destination(settings)
    with Source(settings) as source:
        mapping = EventSourceMapping(settings, handler, aside, stop, on_batch, source, clock)
        while not stop.is_set():
            records = source.gather(stop)
            if records:
                mapping.deliver(Delivery.of(records))
            elif source.idle():
                return
