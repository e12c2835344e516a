"""Whole processes in turn: each contestant once a round, so that a drift of the machine hits all alike."""

import math
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.memory import Members, Peak

ROOT = Path(".run/bench")
LAST_LINES = 15


class BenchmarkError(Exception):
    """A contestant failed, or its output is wrong."""


@dataclass(frozen=True)
class Contestant:
    """One whole process to be timed. `check` looks at its output once, after the first round."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    check: Callable[[], None] = lambda: None
    rounds: int | None = None  # fewer than the others'
    stop_after: Callable[[], float] | None = None  # seconds, after which we stop it
    seconds: Callable[[], float] | None = None  # what it says itself, where the whole process is not meant
    required: bool = False  # when it fails so does the part; another is left out, loudly


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, the peak of all its processes' memory, whether we stopped it."""

    seconds: float
    peak_mib: float
    stopped: bool = False


@dataclass
class Timing:
    """All runs of a contestant."""

    runs: list[Run] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def peak_mib(self) -> float:
        return max(run.peak_mib for run in self.runs)

    @property
    def stopped(self) -> bool:
        return any(run.stopped for run in self.runs)


Timings = dict[str, Timing]


def measure(
    contestants: Sequence[Contestant], rounds: int, timings: Timings | None = None, until: float = math.inf
) -> Timings:
    """Run them all in turn, `rounds` times, or fewer when another round would end after `until`.

    `until` is by `time.perf_counter`. Raises BenchmarkError when a required one fails or writes wrong rows.
    """
    found: Timings = {} if timings is None else timings
    left = list(contestants)
    began = 0.0
    for turn in range(rounds):
        now = time.perf_counter()
        if turn and now + (now - began) > until:
            tell(f"  time is up after {turn} of {rounds} rounds")
            break
        began = now
        for one in [one for one in left if turn < (one.rounds or rounds)]:
            try:
                run = _round(one, first=turn == 0)
            except BenchmarkError as error:
                if one.required:
                    raise
                tell(f"!!! {one.name} is left out: {error}")
                left.remove(one)
                found.pop(one.name, None)
            else:
                found.setdefault(one.name, Timing()).runs.append(run)
    return found


def _round(one: Contestant, *, first: bool) -> Run:
    one.before()
    run = timed(one)
    over = " (stopped)" if run.stopped else ""
    tell(f"  {run.seconds:7.1f} s{over}  {run.peak_mib:7.0f} MiB  {one.name}")
    if first and not run.stopped:
        one.check()
    return run


def timed(one: Contestant) -> Run:
    """Run the process to its end. Raises BenchmarkError with the end of what it said when it fails."""
    log = ROOT / "logs" / f"{one.name.replace(' ', '-').replace('/', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **one.environment}
    limit = one.stop_after() if one.stop_after else None
    with log.open("wb") as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            one.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        peak = Peak(process.pid)
        ended_by_us = threading.Event()
        alarm = threading.Timer(limit or 0, _end, (process.pid, ended_by_us))
        try:
            if limit:
                alarm.start()
            code = process.wait()
            seconds = time.perf_counter() - started
        finally:
            alarm.cancel()
            Members(process.pid).kill()  # also when we are interrupted
            mib = peak.stop()
    if code and not ended_by_us.is_set():
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        raise BenchmarkError(f"{one.name} failed ({code}): {' '.join(one.command)}\n{tail}\nsee {log}")
    return Run(one.seconds() if one.seconds else seconds, mib, ended_by_us.is_set())


def _end(pid: int, told: threading.Event) -> None:
    told.set()
    Members(pid).kill()


def fresh(folder: Path) -> Callable[[], None]:
    """Removes the folder: what a contestant writes, it writes anew."""
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def restored(folder: Path, saved: Path) -> Callable[[], None]:
    """Puts back a folder as it was saved, at its own place: table formats know their paths."""

    def restore() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(saved, folder)

    return restore


def tell(line: str) -> None:
    """What goes on, on standard error: standard output is for tables."""
    print(line, file=sys.stderr, flush=True)
