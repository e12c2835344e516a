"""One invocation of a handler, as Lambda would do it, and which records it failed.

A handler is called in this process, or is an `Environment` that calls it in one of its own.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chargebacks.errors import SettingsError, TransientError
from chargebacks.event_source import answer, event
from chargebacks.event_source.context import LambdaContext
from chargebacks.event_source.failure import UNHANDLED, Invocation
from chargebacks.event_source.settings import PollSettings

log = logging.getLogger(__name__)

# A Lambda function in Python: takes the event and the context, gives something that JSON can say.
Handler = Callable[[dict[str, Any], LambdaContext], Any]


class FunctionError(TransientError):
    """The function failed as a whole: it raised, took too long, or its process ended."""


@dataclass(frozen=True)
class Result:
    """What an invocation came to. `answer` is None when the handler raised or took too long."""

    failed: frozenset[event.RecordId]
    answer: Any
    seconds: float
    invocation: Invocation


def invoke(
    settings: PollSettings,
    handler: Handler,
    records: tuple[event.Record, ...],
    clock: Callable[[], float] = time.monotonic,
) -> Result:
    """Hand the records over, and read from the answer which failed.

    An exception of the handler fails them all. So does an answer that came after the timeout: Lambda would
    have ended the function by then. Raises SettingsError when the function refuses its settings: records are not
    to blame for those, and none of them may be put aside.
    """
    started = clock()
    context = LambdaContext(settings.function_name, started + settings.timeout_seconds, clock)
    try:
        answered = _call(handler, event.text(records, settings), context)
    except FunctionError as error:
        log.warning("the function failed on %d records from %s: %s", len(records), records[0].id, error)
    except SettingsError:
        raise
    except Exception:
        log.exception("the function failed on %d records from %s", len(records), records[0].id)
    else:
        invocation = Invocation(context.aws_request_id, None)
        failed = answer.failed(answered, records) if settings.reports_failures else frozenset()
        return Result(failed, answered, clock() - started, invocation)
    everything = frozenset(record.id for record in records)
    invocation = Invocation(context.aws_request_id, UNHANDLED)
    return Result(everything, None, clock() - started, invocation)


def _call(handler: Handler, text: str, context: LambdaContext) -> Any:
    """Over JSON and back, as between Lambda and its function: neither side holds the other's objects."""
    answered = json.loads(json.dumps(handler(json.loads(text), context)))
    if context.get_remaining_time_in_millis() == 0:
        raise FunctionError("it took longer than its timeout")
    return answered
