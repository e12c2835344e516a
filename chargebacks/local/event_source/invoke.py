"""One invocation of a handler in this process, as Lambda would do it."""

import importlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chargebacks.errors import SettingsError
from chargebacks.local.event_source import answer, event
from chargebacks.local.event_source.context import LambdaContext
from chargebacks.local.event_source.settings import PollSettings

log = logging.getLogger(__name__)

# A Lambda function in Python: takes the event and the context, gives something that JSON can say.
Handler = Callable[[dict[str, Any], LambdaContext], Any]


@dataclass(frozen=True)
class Result:
    """What an invocation came to. `answer` is None when the handler raised or took too long."""

    failed: frozenset[event.RecordId]
    answer: Any
    seconds: float


def load(name: str) -> Handler:
    """The handler that `module:function` names. Raises SettingsError when there is none."""
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(f"handler {name!r} cannot be loaded ({error}): give module:function") from error
    if not callable(found):
        raise SettingsError(f"handler {name!r} is no function: give module:function")
    handler: Handler = found
    return handler


def invoke(
    settings: PollSettings,
    handler: Handler,
    records: tuple[event.Record, ...],
    clock: Callable[[], float] = time.monotonic,
) -> Result:
    """Hand the records over, and read from the answer which failed.

    An exception of the handler fails them all. So does an answer that came after the timeout: Lambda would
    have ended the function by then.
    """
    everything = frozenset(record.id for record in records)
    started = clock()
    context = LambdaContext(settings.function_name, started + settings.timeout_seconds, clock)
    # Over JSON and back, as between Lambda and its function: neither side holds the other's objects.
    formed = json.dumps(event.form(records, settings.event_source_arn, settings.bootstrap_servers))
    try:
        answered = json.loads(json.dumps(handler(json.loads(formed), context)))
    except Exception:
        log.exception("the handler failed on %d records from %s", len(records), records[0].id)
        return Result(everything, None, clock() - started)
    seconds = clock() - started
    if context.get_remaining_time_in_millis() == 0:
        log.warning("the handler took %.1f s, more than its timeout: the batch counts as failed", seconds)
        return Result(everything, None, seconds)
    failed = answer.failed(answered, records) if settings.reports_failures else frozenset()
    return Result(failed, answered, seconds)
