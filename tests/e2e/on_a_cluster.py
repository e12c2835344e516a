"""The job on two executors, with trouble: `python -m tests.e2e.on_a_cluster MASTER PLACE TROUBLE…`.

For each trouble it runs the job in `PLACE/<trouble>`, where landing files are, and prints one line of JSON: what
the log's newest entry says, and which processes ran tasks. The trouble is made by functions around the job's own,
inside the executors. No part of the product knows of this.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pyspark import TaskContext

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import SparkEngine
from chargebacks.local.spark import session
from tests.fixtures.places import NOW, Place
from tests.unit.consolidation.running import Broker

PATIENCE = 60  # seconds for the other attempt to come


def parent(pid: int) -> int:
    """The process that started process `pid`."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def executor() -> int:
    """The JVM that this task runs in: it started pyspark's daemon, which started this worker."""
    return parent(os.getppid())


def attempt() -> tuple[int, int]:
    """This task's number and how often it was tried before."""
    context = TaskContext.get()
    assert context
    return context.partitionId(), context.attemptNumber()


class Troubled(SparkEngine):
    """Calls `after_read` and `after_write` when a task of that stage has done all its work, before Spark knows."""

    def __init__(self, master: str, place: str, trouble: str) -> None:
        super().__init__(lambda: session(master))
        self._notes = f"{place}/notes"
        self._after_read, self._after_write = TROUBLES[trouble]

    def run(self, shares: Sequence[Any], read: Any, write: Any, numbers: int) -> list[Any]:
        """The stages. Every task notes its executor where all can see it."""
        notes, after_read, after_write = self._notes, self._after_read, self._after_write

        def note(stage: str) -> Store:
            store = Store(notes)
            number, tried = attempt()
            store.put(f"{stage}/{number}-{tried}-{executor()}", b"")
            return store

        def read_noted(share: Any) -> Iterator[Any]:
            yield from read(share)
            after_read(note("read"))

        def write_noted(number: int, parcels: Iterable[Any], tried: str) -> Any:
            result = write(number, parcels, tried)
            after_write(note("write"))
            return result

        return super().run(shares, read_noted, write_noted, numbers)


def nothing(_: Store) -> None:
    """No trouble."""


def first_try_fails(_: Store) -> None:
    """Every task is lost once."""
    if attempt()[1] == 0:
        raise ConnectionResetError("the worker was lost")


def kill_executor(notes: Store) -> None:
    """The first task that comes here takes its executor with it, and all that the executor held for others."""
    if notes.create("killed", b""):
        os.kill(executor(), signal.SIGKILL)


def first_is_slow(notes: Store) -> None:
    """The first try of task 1 does not end before its second, speculative one has done all the work again."""
    if attempt()[0] == 1 and attempt()[1] == 0:
        until = time.monotonic() + PATIENCE
        while not any("write/1-1-" in one.path for one in notes.walk("write")) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(PATIENCE)  # never first; Spark kills it


TROUBLES: dict[str, tuple[Callable[[Store], None], Callable[[Store], None]]] = {
    "none": (nothing, nothing),
    "tasks fail": (first_try_fails, first_try_fails),
    "executor dies reading": (kill_executor, nothing),
    "executor dies writing": (nothing, kill_executor),
    "speculation": (nothing, first_is_slow),
}


def outcome(root: str, engine: Any) -> dict[str, Any]:
    """What one run of the job in `root` comes to."""
    place, broker = Place(root), Broker()
    job.run(place.settings(output_format="json"), engine, broker, lambda: NOW).raise_failures()
    head = place.log().head()
    assert head
    state = Store(place.settings().state_path)
    written = [one.path for one in state.walk("generations") if "/data/" in one.path]
    return {
        "rows": sorted(json.dumps(row, default=str, sort_keys=True) for row in place.named(head)),
        "listed": sorted(json.dumps(row, default=str, sort_keys=True) for row in place.listed()),
        "counts": vars(head.counts),
        "announced": sorted(broker.announced),
        "named": sorted(file.path for file in head.files),
        "written": sorted(written),
        "notes": sorted(one.path for one in Store(f"{root}/notes").walk("")),
    }


def main(master: str, place: str, *troubles: str) -> None:
    """One session for all."""
    for trouble in troubles:
        where = f"{place}/{trouble.replace(' ', '-')}"
        print(json.dumps({"trouble": trouble} | outcome(where, Troubled(master, where, trouble))), flush=True)
    session(master).stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
