"""Who runs the two stages: Spark, which distributes, shuffles, retries; or this process, for tests."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from chargebacks.consolidation.stages.read import Parcel
from chargebacks.errors import ConsolidationError, WorkerDiedError
from chargebacks.settings import REGION_NAMES

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

S = TypeVar("S")
Read = Callable[[S], Iterable[Parcel]]
Write = Callable[[int, Iterable[tuple[str, bytes]], str], Any]
MAX_CAUSE: Final = 2000  # characters
# Spark's words for a Python process, or a whole executor, that died.
DIED: Final = ("Python worker exited unexpectedly", "ExecutorLostFailure")


class Engine(Protocol):
    """Runs `read` on every share, brings parcels of one number together, runs `write` on each number."""

    @property
    def tasks(self) -> int:
        """How many shares keep every core busy."""

    def run(self, shares: Sequence[S], read: Read[S], write: Write, numbers: int) -> list[Any]:
        """What `write(number, parcels, attempt)` returned, for every number below `numbers`."""


class InProcessEngine:
    """One share after the other in this process: the protocol's tests need no JVM."""

    tasks = 2

    def run(self, shares: Sequence[S], read: Read[S], write: Write, numbers: int) -> list[Any]:
        held: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
        for share in shares:
            for number, parcel in read(share):
                held[number].append(parcel)
        return [write(number, held[number], "0") for number in range(numbers)]


class SparkEngine:
    """The stages as tasks of a Spark job. Arrow bytes cross the shuffle; only small results come back."""

    def __init__(self, start: "Callable[[], SparkSession]") -> None:
        self._start = start
        self.session: SparkSession | None = None
        self._starting = Lock()

    @property
    def _context(self) -> "SparkContext":
        """Started when first needed: an execution that finds nothing new needs no Spark.

        Partitions that are worked on in parallel share it.
        """
        with self._starting:
            if self.session is None:
                session = self._start()
                session.sparkContext.environment["POLARS_MAX_THREADS"] = "1"  # Spark runs one task a core
                session.sparkContext.environment.update(_region())
                self.session = session
        return self.session.sparkContext

    @property
    def tasks(self) -> int:
        return max(2, self._context.defaultParallelism)

    def run(self, shares: Sequence[S], read: Read[S], write: Write, numbers: int) -> list[Any]:
        from py4j.protocol import Py4JJavaError

        def task(number: int, parcels: Iterable[Parcel]) -> Iterable[Any]:
            from pyspark import TaskContext

            context = TaskContext.get()
            attempt = context.taskAttemptId() if context else 0
            return [write(number, (parcel for _, parcel in parcels), str(attempt))]

        parcels = self._context.parallelize(shares, max(1, len(shares))).flatMap(read)
        try:
            return list(parcels.partitionBy(numbers, _same).mapPartitionsWithIndex(task).collect())
        except Py4JJavaError as error:
            raise _failure(error, self._context) from error


def _region() -> dict[str, str]:
    """The driver's: nobody promises workers that they are told it."""
    return {name: os.environ[name] for name in REGION_NAMES if name in os.environ}


def _same(number: int) -> int:
    return number


def _failure(error: Any, context: "SparkContext") -> ConsolidationError:
    what = f"a Spark task failed, nothing was committed: {_cause(error)}"
    message = str(error.java_exception.getMessage())
    if not any(sign in message for sign in DIED):
        return ConsolidationError(what)
    return WorkerDiedError(what, _share(message, context))


def _share(message: str, context: "SparkContext") -> int | None:
    """Return the number of the failed task if it ran in the first stage, which Spark names after its last operation."""
    task = re.search(r"Task (\d+) in stage (\d+)\.", message)
    stage = context.statusTracker().getStageInfo(int(task[2])) if task else None
    return int(task[1]) if task and stage and stage.name.startswith("partitionBy") else None


def _cause(error: Any) -> str:
    """The Python exception at the bottom of a task's failure, in one line."""
    lines = [line.strip() for line in str(error.java_exception.getMessage()).splitlines()]
    named = [line for line in lines if "Error: " in line and not line.startswith("at ")]
    return (named[-1] if named else lines[0])[:MAX_CAUSE]
