"""Where the time of a run goes: by step from Spark's event log, by function from Python's profiler."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks import data, functions
from benchmarks.contestants import Options, ours, spark_environment
from benchmarks.harness import ROOT, Contestant, fresh, timed
from benchmarks.results import Part

HERE = ROOT / "profile"


def profile(options: Options) -> Part:
    """Two runs for each landing format: one that Spark logs, one in which Python counts."""
    title = f"Where the time goes: {options.size:,} chargebacks to ten csv files"
    part = Part("profile", title, {}, on_spark=True)
    for kind, files in (("json", options.files), ("parquet", options.tiny_files)):
        day = data.ensure(kind, options.size, files)
        job = ours(options, day.landing, day.truth)
        part.tables.append(f"{files:,} {kind} files, by step:\n\n{_by_step(options, job)}")
        part.tables.append(f"{files:,} {kind} files, by function:\n\n{_by_function(options, job)}")
    part.notes.append(
        "Functions are timed by Python's profiler, which slows them down. A function's seconds are its own and those "
        "of the libraries that it calls, without those of the project's functions that it calls, summed over tasks."
    )
    return part


# --- by step ---------------------------------------------------------------------------------------------------


def _by_step(options: Options, job: Contestant) -> str:
    """A table of the run's steps, one after the other, from start to end."""
    folder = HERE / "events"
    fresh(folder)()
    folder.mkdir(parents=True)
    told = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": folder.absolute().as_uri()}
    job.before()
    began = time.time()
    run = timed(replace(job, environment=_told(options, told)))
    events = [json.loads(line) for path in folder.iterdir() for line in path.open()]
    rows = list(_steps(events, began, began + run.seconds))
    head = "| step | seconds | share | tasks' own seconds |\n| --- | ---: | ---: | ---: |"
    lines = [
        f"| {name} | {seconds:.1f} | {seconds / run.seconds:.0%} | {tasks} |" for name, seconds, tasks in rows
    ]
    return "\n".join([head, *lines, f"| the whole process | {run.seconds:.1f} | 100% | |"])


def _steps(events: list[dict[str, Any]], began: float, ended: float) -> Iterator[tuple[str, float, str]]:
    start = _when(next(e for e in events if e["Event"] == "SparkListenerApplicationStart")["Timestamp"])
    stages = [e["Stage Info"] for e in events if e["Event"] == "SparkListenerStageCompleted"]
    yield "start of Python and of the JVM", start - began, ""
    now, before = start, "Spark's context, listing, planning"
    for stage in sorted(stages, key=lambda one: one["Submission Time"]):
        submitted, completed = _when(stage["Submission Time"]), _when(stage["Completion Time"])
        yield before, submitted - now, ""
        tasks = [
            e for e in events if e["Event"] == "SparkListenerTaskEnd" and e["Stage ID"] == stage["Stage ID"]
        ]
        own = sum(e["Task Info"]["Finish Time"] - e["Task Info"]["Launch Time"] for e in tasks) / 1000
        yield f"stage {stage['Stage ID']}, {len(tasks)} tasks", completed - submitted, f"{own:.1f}"
        now, before = completed, "between stages"
    yield "commit, view, manifest, end", ended - now, ""


def _when(millis: int) -> float:
    return millis / 1000


# --- by function -----------------------------------------------------------------------------------------------


def _by_function(options: Options, job: Contestant) -> str:
    """A table of our functions: the driver's, then each stage's tasks'."""
    folder = HERE / "functions"
    fresh(folder)()
    folder.mkdir(parents=True)
    told = {"spark.python.profile": "true", "spark.python.profile.dump": str(folder.absolute())}
    driver = ["-m", "cProfile", "-o", str(folder / "driver.pstats")]
    command = [sys.executable, *driver, *job.command[1:]]
    job.before()
    timed(replace(job, command=command, environment=_told(options, told)))
    lines = ["| where | function | calls | seconds |", "| --- | --- | ---: | ---: |"]
    for path in sorted(folder.glob("*.pstats")):
        where = "driver" if path.stem == "driver" else f"tasks of {path.stem.replace('_', ' ')}"
        lines += [
            f"| {where} | `{name}` | {calls:,} | {seconds:.1f} |"
            for name, calls, seconds in functions.dearest(path)
        ]
    return "\n".join(lines)


def _told(options: Options, settings: dict[str, str]) -> dict[str, str]:
    words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    return spark_environment(options, *words)
