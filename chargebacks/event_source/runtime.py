"""The function's side of an `Environment`: a process that loads the handler once and answers its events.

    python -m chargebacks.event_source.runtime module:function DESCRIPTOR

One JSON document a line over the socket of that descriptor: `{"ready": true}` or `{"unusable": why}` first, then
for each request, with its `aws_request_id`, an `{"answer": …}`, an `{"error": what}`, or again `{"unusable": why}`
when the function refuses its settings. Signals are the poller's affair: it ends this process by closing the socket,
or kills it. Standard input is open as long as the poller lives, so no hung handler outlives it.
"""

import io
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from chargebacks.errors import SettingsError
from chargebacks.event_source.context import REQUEST, LambdaContext
from chargebacks.event_source.invoke import Handler
from chargebacks.event_source.load import load

log = logging.getLogger(__name__)


def main(name: str, descriptor: int) -> None:
    """Serve until the socket is closed."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a line at a time, so that none is lost or torn
        sys.stdout.reconfigure(line_buffering=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_poller, daemon=True).start()
    with socket.socket(fileno=descriptor).makefile("rw", encoding="utf-8", newline="\n") as line:
        for reply in _replies(name, line):
            line.write(json.dumps(reply) + "\n")
            line.flush()


def _replies(name: str, requests: Iterator[str]) -> Iterator[dict[str, Any]]:
    try:
        handler = load(name)
    except SettingsError as error:
        yield {"unusable": str(error)}
        return
    yield {"ready": True}
    for request in requests:
        asked = json.loads(request)
        yield _answered(handler, asked) | {REQUEST: asked[REQUEST]}


def _answered(handler: Handler, request: Mapping[str, Any]) -> dict[str, Any]:
    context = LambdaContext(
        request["function_name"],
        deadline=time.monotonic() + request["remaining_seconds"],
        aws_request_id=request["aws_request_id"],
    )
    try:
        answer = handler(request["event"], context)
        json.dumps(answer)
    except SettingsError as error:  # every event would fail: no event's fault
        return {"unusable": str(error)}
    except Exception as error:
        log.exception("the handler raised, request %s", context.aws_request_id)
        return {"error": f"{type(error).__name__}: {' '.join(str(error).split())}"}
    return {"answer": answer}


def _end_with_the_poller() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)  # us, and all that the handler started


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
