"""The function in a process of its own, which a timeout can end: what Lambda calls an execution environment.

A handler that hangs, ends its process or eats all memory costs its batch an attempt, and never the poller. As
with Lambda, a process stays for the next invocation after an exception, and is started anew after a timeout or
its own end ("Understanding the Lambda execution environment lifecycle", AWS Lambda Developer Guide).
"""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from chargebacks.errors import SettingsError
from chargebacks.event_source.context import REQUEST, LambdaContext
from chargebacks.event_source.invoke import FunctionError

log = logging.getLogger(__name__)

LOADING_SECONDS: Final = 60.0  # how long a handler may take to be imported
LEAVING_SECONDS: Final = 3.0
ENDING_SECONDS: Final = 5.0
RUNTIME: Final = (sys.executable, "-m", "chargebacks.event_source.runtime")


class GarbledError(Exception):
    """What came over the line is no reply to the request: something else than the runtime wrote it."""


class Environment:
    """The handler `module:function` in another process. A context manager, called as the handler itself."""

    def __init__(self, name: str, loading_seconds: float = LOADING_SECONDS) -> None:
        self._name = name
        self._loading_seconds = loading_seconds
        self._process: _Process | None = None

    def __enter__(self) -> "Environment":
        """Start it. Raises SettingsError when there is no such handler or it cannot be loaded."""
        self._process = self._started()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.leave()

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> Any:
        """The handler's answer. Raises FunctionError: it raised, the time was up, or its process ended.

        Raises SettingsError when the function refuses its settings, with which no event can succeed.
        """
        process = self._process or self._anew()
        seconds = context.get_remaining_time_in_millis() / 1000
        request = {
            "event": event,
            "function_name": context.function_name,
            REQUEST: context.aws_request_id,
            "remaining_seconds": seconds,
        }
        try:
            reply = process.exchange(request, seconds)
        except TimeoutError:
            self._replace(process)
            raise FunctionError(f"its time of {seconds:g} s was up: its process was ended") from None
        except (OSError, EOFError):
            process.let_end(ENDING_SECONDS)  # so that the exit code is its own
            code = self._replace(process)
            raise FunctionError(f"its process ended by itself (exit code {code})") from None
        except GarbledError:
            self._replace(process)
            raise FunctionError("its process said what is no answer to this request: it was ended") from None
        if "unusable" in reply:
            raise SettingsError(f"the function refuses its settings: {reply['unusable']}")
        if "answer" not in reply:
            raise FunctionError(f"it raised {reply['error']}")
        return reply["answer"]

    def _replace(self, process: "_Process") -> int:
        """End this process and start another. The exit code of the old one."""
        self._process, code = None, process.kill()
        with suppress(FunctionError):  # the next call tries again
            self._anew()
        return code

    def _anew(self) -> "_Process":
        try:
            self._process = self._started()
        except SettingsError as error:
            raise FunctionError(f"its process cannot be started anew: {error}") from error
        return self._process

    def _started(self) -> "_Process":
        process = _Process(self._name)
        try:
            loaded = process.exchange(None, self._loading_seconds)
        except (OSError, EOFError, GarbledError) as error:
            process.kill()
            why = "takes too long" if isinstance(error, TimeoutError) else "ended its process"
            raise SettingsError(f"handler {self._name!r} {why} while it is loaded: mend it") from None
        if "ready" not in loaded:
            process.kill()
            raise SettingsError(loaded["unusable"])
        return process


class _Process:
    """A runtime, and the line to it: a JSON document each way per exchange."""

    def __init__(self, name: str) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._popen = subprocess.Popen(
                [*RUNTIME, name, str(theirs.fileno())],
                stdin=subprocess.PIPE,  # kept open: its end tells the runtime that the poller is gone
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a Ctrl-C at the terminal is for the poller alone
            )
        self._lines = self._socket.makefile("rb")

    def exchange(self, request: Mapping[str, Any] | None, seconds: float) -> dict[str, Any]:
        """Its reply. Raises TimeoutError, GarbledError, and OSError or EOFError when it has ended."""
        deadline = time.monotonic() + seconds
        if request is not None:
            self._wait_at_most(deadline)
            self._socket.sendall(json.dumps(request).encode() + b"\n")
        self._wait_at_most(deadline)
        line = self._lines.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return _reply(line, request)

    def leave(self) -> None:
        """Let it end by itself, which takes no time unless something in it hangs."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self.let_end(LEAVING_SECONDS)
        self.kill()

    def let_end(self, seconds: float) -> None:
        """Give it so long to end by itself."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)

    def kill(self) -> int:
        """End it and all that it started. Its exit code."""
        with suppress(ProcessLookupError):  # what it started may be there though it is not
            os.killpg(self._popen.pid, signal.SIGKILL)
        code = self._popen.wait()
        for end in (self._popen.stdin, self._lines, self._socket):
            if end:
                end.close()
        return code

    def _wait_at_most(self, deadline: float) -> None:
        self._socket.settimeout(max(0.001, deadline - time.monotonic()))


def _reply(line: bytes, request: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        reply = json.loads(line)
    except ValueError as error:
        raise GarbledError from error
    if not isinstance(reply, dict) or (request and reply.get(REQUEST) != request[REQUEST]):
        raise GarbledError
    return reply
