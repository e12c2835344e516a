"""What a piece of work costs: seconds by the clock, and processor seconds of this process and of a server."""

import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self

TICKS: Final = os.sysconf("SC_CLK_TCK")
USER, SYSTEM = 11, 12  # in /proc/<pid>/stat, counted from behind the program's name
KIB: Final = 1024
HEADINGS: Final = ("updates/s", "client µs/update", "server µs/update", "client's peak MiB")


@dataclass
class Spent:
    """By one process on `updates` updates. `client` and `server` are processor seconds, `peak_mib` is resident."""

    updates: int = 0
    seconds: float = 0.0
    client: float = 0.0
    server: float = 0.0
    peak_mib: float = 0.0

    @property
    def per_second(self) -> float:
        return self.updates / self.seconds

    @property
    def client_us(self) -> float:
        """Microseconds of the client's processor for an update."""
        return self.client / self.updates * 1e6

    @property
    def server_us(self) -> float:
        """The same of the server's."""
        return self.server / self.updates * 1e6

    def cells(self) -> list[str]:
        """Under HEADINGS."""
        figures = (self.per_second, self.client_us, self.server_us, self.peak_mib)
        return [f"{figure:,.0f}" for figure in figures]

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls(**json.loads(path.read_text()))


@dataclass
class Runs:
    """What every run of a contestant told, in turn."""

    each: list[Spent] = field(default_factory=list)

    def take(self, told: Path) -> float:
        """Keep what a run left in that file. Its seconds."""
        self.each.append(Spent.load(told))
        return self.each[-1].seconds

    @property
    def middle(self) -> Spent:
        """The run of the median rate."""
        return sorted(self.each, key=lambda spent: spent.per_second)[len(self.each) // 2]


@contextmanager
def spending(server: int) -> Iterator[Spent]:
    """What is spent while the block runs, by this process and by the one with the id `server`."""
    spent, began, server_began, started = Spent(), _own(), _of(server), time.perf_counter()
    yield spent
    spent.seconds = time.perf_counter() - started
    spent.client, spent.server = _own() - began, _of(server) - server_began
    spent.peak_mib = _peak_mib()


def _own() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _of(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[USER]) + int(words[SYSTEM])) / TICKS


def _peak_mib() -> float:
    """Resident memory's peak so far. Not `ru_maxrss`, which a process inherits from who started it."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / KIB
