"""SIGTERM and Ctrl-C, as commands need them."""

import os
import signal
import threading
from types import FrameType
from typing import Final

STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


def stop_on_signals() -> threading.Event:
    """An event that the first SIGINT or SIGTERM sets; the second of them, whichever, ends the process at once."""
    stop = threading.Event()

    def heard(*_: object) -> None:
        # The kernel spares process 1, a container's, what a signal does by default ("pid_namespaces", Linux manual).
        for number in STOPPING:
            signal.signal(number, _end if os.getpid() == 1 else signal.SIG_DFL)
        stop.set()

    for number in STOPPING:
        signal.signal(number, heard)
    return stop


def _end(number: int, _: FrameType | None) -> None:
    os._exit(128 + number)  # as a shell tells of a process that a signal ended


def interrupt_on_sigterm() -> None:
    """Let SIGTERM do what Ctrl-C does: raise KeyboardInterrupt, so that `with` blocks clean up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
