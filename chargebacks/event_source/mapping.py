"""What is done with one batch: attempts, pauses, and putting aside what will not be tried any more."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chargebacks.errors import SettingsError, TransientError
from chargebacks.event_source import event
from chargebacks.event_source.delivery import Delivery
from chargebacks.event_source.destination import Destination
from chargebacks.event_source.failure import Condition, Failure, Invocation
from chargebacks.event_source.hopeless import hopeless
from chargebacks.event_source.invoke import Handler, invoke
from chargebacks.event_source.settings import FROM_LOWEST, PollSettings
from chargebacks.event_source.source import Source

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


@dataclass
class EventSourceMapping:
    """Works off one batch at a time. `aside` None: what is hopeless is discarded, if the settings ask for it."""

    settings: PollSettings
    handler: Handler
    aside: Destination | None
    stop: threading.Event
    on_batch: Watcher
    source: Source
    clock: Callable[[], datetime]
    _last: Invocation | None = field(default=None, init=False)

    def deliver(self, delivery: Delivery) -> None:
        """Try until the batch is done, put aside, taken away by the group, or left because of a stop.

        Raises SettingsError: a record is larger than any event may be, and there is no destination for it.
        """
        pause, self._last = self.settings.first_pause_seconds, None
        delivery = self._advance(delivery)
        while not delivery.done and not self.stop.is_set():
            self.source.pause(pause, self.stop)
            pause = min(2 * pause, self.settings.longest_pause_seconds)
            delivery = delivery.without(self.source.taken())
            if not self.stop.is_set():
                delivery = self._advance(delivery)

    def _advance(self, delivery: Delivery) -> Delivery:
        """An attempt, and before and after it away with what is hopeless.

        While the destination does not take that, nothing of the batch is tried.
        """
        try:
            delivery = self._without_hopeless(delivery)
            if not delivery.done:
                delivery = self._attempt(delivery)
            return self._without_hopeless(delivery)
        except _RefusedError as refused:
            log.warning("records are not put aside, and nothing behind them is committed: %s", refused)
            return refused.left

    def _attempt(self, delivery: Delivery) -> Delivery:
        result = invoke(self.settings, self.handler, delivery.remaining)
        self._last = result.invocation
        from_lowest = self.settings.partial_batch_response == FROM_LOWEST
        after = delivery.answered(result.failed, from_lowest)
        self.source.commit(after.committable())
        sent = tuple(record.id for record in delivery.remaining)
        self.on_batch(
            Attempt(after.attempts, sent, result.failed, result.answer, result.seconds, after.committable())
        )
        return after

    def _without_hopeless(self, delivery: Delivery) -> Delivery:
        while found := hopeless(delivery, self.settings, self.clock()):
            condition, records = found
            self._let_go(delivery, condition, records)
            delivery = delivery.put_aside(records)
            self.source.commit(delivery.committable())
        return delivery

    def _let_go(self, delivery: Delivery, condition: Condition, records: tuple[event.Record, ...]) -> None:
        if self.aside is not None:
            failure = Failure(records, condition, delivery.attempts, self._last, self.clock())
            try:
                self.aside.put(failure)
            except TransientError as error:
                raise _RefusedError(error, delivery) from error
        elif not self.settings.discard:
            raise SettingsError(
                f"the record {records[0].id} makes an event larger than"
                f" {self.settings.payload_limit_bytes} bytes: give an on-failure destination for it"
            )
        told = f"put aside in {self.settings.on_failure}" if self.aside else "discarded"
        for record in records:
            log.warning("%s was %s: %s", record.id, told, condition)


class _RefusedError(TransientError):
    """The destination did not take records; `left` is the delivery as it is now."""

    def __init__(self, reason: TransientError, left: Delivery) -> None:
        super().__init__(str(reason))
        self.left = left
