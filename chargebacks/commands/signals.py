"""SIGTERM and Ctrl-C, as commands need them."""

import signal
import threading
from types import FrameType


def stop_on_signals() -> threading.Event:
    """An event that the first SIGINT or SIGTERM sets; the second ends the process at once."""
    stop = threading.Event()

    def heard(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, heard)
    return stop


def interrupt_on_sigterm() -> None:
    """Let SIGTERM do what Ctrl-C does: raise KeyboardInterrupt, so that `with` blocks clean up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
