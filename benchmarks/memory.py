"""The memory of a whole process and all that it started, as /proc tells it.

Started in a session of its own, whatever a process forks stays a member: the JVM, Spark's Python workers.
"""

import contextlib
import os
import signal
import threading
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
PAUSE_SECONDS = 0.1
SESSION_FIELD = 3  # in /proc/<pid>/stat, counted from behind the program's name


class Members:
    """The processes of one session. Strangers are remembered, so that a look costs little."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._strangers: set[str] = set()

    def pids(self) -> list[int]:
        """Those alive now."""
        there = {name for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208  (ten times as fast)
        self._strangers &= there
        mine = [name for name in there - self._strangers if self._is_mine(name)]
        self._strangers |= there - set(mine)
        return [int(name) for name in mine]

    def kill(self) -> None:
        """End every member, each by its process id."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _is_mine(self, name: str) -> bool:
        try:
            words = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            return False
        return int(words[SESSION_FIELD]) == self._session


class Peak:
    """Watches a session from a thread until told to stop: the greatest sum of its members' memory, in MiB.

    Proportional set sizes (shared pages counted once) are dear to ask for, so they are asked only when the
    resident sizes, which are never less, could make a new peak.
    """

    def __init__(self, session: int) -> None:
        self._members, self._peak, self._over = Members(session), 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The peak so far; no more is looked at."""
        self._over.set()
        self._thread.join()
        return self._peak / 1024**2

    def _watch(self) -> None:
        while not self._over.wait(PAUSE_SECONDS):
            pids = self._members.pids()
            if sum(map(_resident, pids)) > self._peak:
                self._peak = max(self._peak, sum(map(_proportional, pids)))


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("Pss:"))
