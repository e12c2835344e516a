"""The fourth execution of a day: three quarters are consolidated, one quarter is new."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks import data
from benchmarks.contestants import (
    OURS,
    SESSION,
    Options,
    consolidate,
    floor_session,
    ours,
    spark_environment,
)
from benchmarks.data import FOLDER, Data
from benchmarks.harness import Contestant, measure, restored, timed
from benchmarks.results import Part
from benchmarks.table_formats import HERE, contestant, prepared, saved, tables
from benchmarks.truth import checked

FULL = f"{OURS}, the whole day anew"
SLOTS = ("00:30", "06:30", "12:30", "18:30")


def incremental(options: Options) -> Part:
    """The new quarter onto what is there, beside the day anew and beside table formats."""
    day = data.ensure("json", options.size, options.files)
    shutil.rmtree(HERE, ignore_errors=True)
    early, late = _quarters(day)
    us = [_fourth(options, day, "csv", OURS)]
    us += [replace(_fourth(options, day, "parquet", f"{OURS}, parquet output"), rounds=1)]
    anew = ours(options, day.landing, day.truth, name=FULL)
    contestants = [floor_session(options), *us, anew]
    formats = [(table, contestant(options, table, day, late)) for table in tables()]
    wanted = options.wanted([*contestants, *(one for _, one in formats if one)])
    for table, one in formats:
        if one in wanted and not prepared(options, table, early):
            wanted.remove(one)
    for one, output_format in zip(us, ("csv", "parquet"), strict=True):
        _three_executions(options, day, output_format, one.name)
    timings = measure(wanted, options.rounds, until=options.until)
    return _judged(options, Part("incremental", _title(options), timings, on_spark=True))


def _title(options: Options) -> str:
    return f"Fourth execution: a quarter of {options.size:,} chargebacks is new ({options.files:,} json files in all)"


def _judged(options: Options, part: Part) -> Part:
    beyond: Callable[[str], float] = lambda name: part.seconds(name) - part.seconds(SESSION)  # noqa: E731
    part.goal("beyond the session, of the whole day anew", lambda: beyond(OURS) / beyond(FULL), 0.6)
    for table in (table for table in tables() if table.goal):
        ratio = (lambda name: lambda: part.seconds(name) / part.seconds(OURS))(table.name)
        part.goal(f"{table.name}, times the job", ratio, table.goal, at_least=True)
    part.goal("the job's peak memory, MiB", lambda: part.timings[OURS].peak_mib, 4096)
    return part


def _quarters(day: Data) -> tuple[Path, Path]:
    """Landing zones with the first three quarters of the day's files, and with the last."""
    files = day.files
    cut = len(files) * 3 // 4
    return _linked(HERE / "early", files[:cut]), _linked(HERE / "late", files[cut:])


def _linked(landing: Path, files: list[Path]) -> Path:
    folder = landing / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).hardlink_to(file)
    return landing


# --- the job ---------------------------------------------------------------------------------------------------


def _fourth(options: Options, day: Data, output_format: str, name: str) -> Contestant:
    out = HERE / f"ours-{output_format}"
    view = out / "chargebacks" / "year=2025" / "month=11" / "day=20"
    return Contestant(
        name,
        consolidate(HERE / f"landing-{output_format}", out, "--output-format", output_format),
        spark_environment(options),
        before=restored(out, saved(out)),
        check=checked(name, day.truth, view, output_format),
        required=True,
    )


def _three_executions(options: Options, day: Data, output_format: str, name: str) -> None:
    """What the fourth execution finds; then its own files land."""
    out, landing = HERE / f"ours-{output_format}", HERE / f"landing-{output_format}"
    files = day.files
    for n, slot in enumerate(SLOTS):
        _linked(landing, files[len(files) * n // 4 : len(files) * (n + 1) // 4])
        if slot != SLOTS[-1]:
            command = consolidate(landing, out, "--output-format", output_format, time=slot)
            timed(Contestant(f"{name} at {slot}", command, spark_environment(options)))
    out.rename(saved(out))
