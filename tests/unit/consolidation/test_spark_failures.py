"""What a failed Spark job's message says: which task died, or which Python error was raised. No JVM takes part."""

from types import SimpleNamespace
from typing import Any

import pytest

from chargebacks.consolidation.stages import engine
from chargebacks.errors import ConsolidationError, WorkerDiedError

# As Spark 3.5 and 4.1 print them.
CRASHED = (
    "Job aborted due to stage failure: Task 3 in stage 8.0 failed 1 times, most recent failure: Lost task 3.0 in stage "
    "8.0 (TID 26) (localhost executor driver): org.apache.spark.SparkException: Python worker exited unexpectedly "
    "(crashed)\n\tat org.apache.spark.api.python.BasePythonRunner\nCaused by: java.io.EOFException"
)
LOST = (
    "Job aborted due to stage failure: Task 3 in stage 8.0 failed 4 times, most recent failure: Lost task 3.3 in stage "
    "8.0 (TID 26) (10.0.0.7 executor 2): ExecutorLostFailure (executor 2 exited caused by one of the running tasks) "
    "Reason: Command exited with code 137\nDriver stacktrace:"
)
LONG = "not enough memory to read 40 landing files, largest first: " + "'2025/11/20/a.json' (1 bytes), " * 20
RAISED = (
    "Job aborted due to stage failure: Task 3 in stage 8.0 failed 4 times, most recent failure: Lost task 3.3\n"
    f'  File "engine.py", line 1\nchargebacks.errors.ConsolidationError: {LONG}\n\tat org.apache.spark.api'
)


def failure(message: str, stage: str | None) -> ConsolidationError:
    error: Any = SimpleNamespace(java_exception=SimpleNamespace(getMessage=lambda: message))
    known = {8: SimpleNamespace(name=f"{stage} at engine.py:80")} if stage else {}
    context: Any = SimpleNamespace(statusTracker=lambda: SimpleNamespace(getStageInfo=known.get))
    return engine._failure(error, context)


@pytest.mark.parametrize("message", [CRASHED, LOST])
@pytest.mark.parametrize(("stage", "share"), [("partitionBy", 3), ("collect", None), (None, None)])
def test_of_a_dead_process_the_task_is_known_if_it_was_reading(
    message: str, stage: str | None, share: int | None
) -> None:
    found = failure(message, stage)
    assert isinstance(found, WorkerDiedError)
    assert found.share == share
    assert str(found) == f"a Spark task failed, nothing was committed: {message.splitlines()[0]}"


def test_an_error_raised_in_a_task_is_shown_to_its_end() -> None:
    found = failure(RAISED, "partitionBy")
    assert not isinstance(found, WorkerDiedError)
    assert str(found).endswith(f"chargebacks.errors.ConsolidationError: {LONG.strip()}")
