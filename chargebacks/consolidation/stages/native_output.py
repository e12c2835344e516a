"""Keep reports of native panics out of the log: Rust's default hook writes them to standard error.

A panic reaches the caller as an exception with the same text, so the report is redundant. Polars offers no way to
replace the hook, which prints before the exception is raised. So while files are parsed, standard error of this process
goes to an unnamed file. After each batch everything else in it is passed on.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import Final

STDERR: Final = 2
_HEAD: Final = re.compile(rb"thread '.*' (\(\d+\) )?panicked at ")
# What follows the message: the operands of an assertion, the frames of a backtrace, hints.
_TAIL: Final = re.compile(rb"\s*$|  ?(left|right): |stack backtrace:|\s+\d+: |\s+at |note: ")


class _Redirection:
    """Standard error goes to a file as long as any thread is inside: the first one redirects, the last one restores."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._real = self._file = -1
        self._passed = 0  # bytes of the file

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._real = os.dup(STDERR)
                self._file = _unnamed_file()
                os.dup2(self._file, STDERR)
                self._passed = 0
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                os.dup2(self._real, STDERR)
            with suppress(OSError):  # the real standard error is closed
                self._pass_on()
            if self._inside == 0:
                os.close(self._real)
                os.close(self._file)

    def _pass_on(self) -> None:
        size = os.fstat(self._file).st_size - self._passed
        if size:
            # pread leaves the file's position alone, at which others write.
            text = without_panics(os.pread(self._file, size, self._passed))
            self._passed += size
            while text:
                text = text[os.write(self._real, text) :]


def _unnamed_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("standard error")
    descriptor, name = mkstemp()
    Path(name).unlink()
    return descriptor


_REDIRECTION: Final = _Redirection()


@contextmanager
def without_native_panics() -> Iterator[None]:
    """Keep back what is written to standard error, then pass it on without reports of panics."""
    try:
        _REDIRECTION.enter()
    except OSError:  # there is no standard error, or no room for a temporary file
        yield
        return
    try:
        yield
    finally:
        _REDIRECTION.leave()


def without_panics(text: bytes) -> bytes:
    """Return the lines that are not part of a panic's report. Pure."""
    kept: list[bytes] = []
    message = report = False
    for line in text.splitlines(keepends=True):
        if _HEAD.match(line):
            if kept and not kept[-1].strip():
                kept.pop()  # a report begins with a blank line
            message = report = True
        elif message:
            message = False
        elif not (report and _TAIL.match(line)):
            report = False
            kept.append(line)
    return b"".join(kept)
