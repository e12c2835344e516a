"""A server as a child process: its log in a file, awaited until it answers, never left behind."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from chargebacks.errors import LocalStackError

HOST: Final = "127.0.0.1"
# Small and quick to start: these servers live for minutes.
JVM_FLAGS: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Djava.awt.headless=true")
# For many minutes of work: every compiler that the JVM has.
LONG_JVM_FLAGS: Final = ("-XX:+UseSerialGC", "-Djava.awt.headless=true")
START_SECONDS: Final = 240.0  # a busy machine starts a JVM in minutes
STOP_SECONDS: Final = 15.0
PAUSE_SECONDS: Final = 0.05
LAST_LINES: Final = 3
FRAMES: Final = ("at ", "... ")
# Reads until its input ends, which happens when we die, however we die. Then nobody needs the server.
GUARD: Final = 'cat >/dev/null; kill -9 "$0" 2>/dev/null'


class Server:
    """One child process that serves. A context manager; `stop` and `start` again restart it."""

    def __init__(self, name: str, command: Sequence[str], log: Path, answers: Callable[[], bool]) -> None:
        """`answers` asks the server once and tells whether it is ready; it must not raise.

        The server runs in its log's folder.
        """
        self.name, self.log = name, log
        self.log.unlink(missing_ok=True)  # an earlier server's; a restart of this one appends
        self._command, self._answers = list(command), answers
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The running server's process id."""
        return self._process.pid if self._process else None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return when it answers. Raises LocalStackError with the log's end when it does not."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches us alone, and we stop it in our order.
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.log.parent,
                start_new_session=True,
            )
        self._guard = _guard(self._process.pid)
        try:
            self._await()
        except BaseException:
            self.stop(at_once=True)
            raise

    def stop(self, at_once: bool = False) -> None:
        """Stop by process id: asked first, killed after 15 s (or `at_once`). Stopping twice is no error."""
        process, guard = self._process, self._guard
        self._process = self._guard = None
        try:
            if process:
                _end(process, 0 if at_once else STOP_SECONDS)
        finally:
            if guard:  # last: until here it covers our own death
                guard.kill()
                guard.communicate()

    def check(self) -> None:
        """Raises LocalStackError with the log's end when the server is not running any more."""
        if self._process is None or self._process.poll() is not None:
            raise LocalStackError(f"{self.name} ended: {self._tail()}; see {self.log}")

    def _await(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            self.check()
            if time.monotonic() > deadline:
                raise LocalStackError(
                    f"{self.name} did not answer within {START_SECONDS:.0f} s: {self._tail()}; see {self.log}"
                )
            time.sleep(PAUSE_SECONDS)
        self.check()  # somebody else may have answered on its port

    def _tail(self) -> str:
        return tail(self.log)


def _guard(pid: int) -> "subprocess.Popen[bytes]":
    """A shell that kills process `pid` as soon as our end of its pipe closes."""
    return subprocess.Popen(["/bin/sh", "-c", GUARD, str(pid)], stdin=subprocess.PIPE, start_new_session=True)


def _end(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Ask the process to end, and kill it when it has not within that time, or when we are interrupted."""
    try:
        if seconds:
            process.terminate()
            process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()


def tail(log: Path) -> str:
    """The last lines of a log that say something, in one line; Java's stack frames do not."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    telling = [line for line in lines if line and not line.startswith(FRAMES)]
    return " | ".join(telling[-LAST_LINES:]) or "its log is empty"


def free_port(*but: int) -> int:
    """A port of 127.0.0.1 that nobody holds now, other than those given."""
    with socket.socket() as held:
        held.bind((HOST, 0))
        port: int = held.getsockname()[1]
        return free_port(*but) if port in but else port


def check_port(port: int, name: str) -> None:
    """Raises LocalStackError when somebody holds that port of 127.0.0.1."""
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise LocalStackError(
                f"port {port} for {name} is taken ({error.strerror}): stop what uses it, or give another"
            ) from None
