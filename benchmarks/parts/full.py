"""A whole day at once: many landing files to ten sorted ones."""

from benchmarks import data
from benchmarks.contestants import (
    CAREFUL,
    DUCKDB,
    MODULES,
    OURS,
    SESSION,
    USUAL,
    Options,
    floor_session,
    ours,
    peer,
)
from benchmarks.harness import measure
from benchmarks.results import Part

MEMORY_MIB = 4096


def json_to_csv(options: Options) -> Part:
    """JSON lines to csv."""
    part = _measured("json-to-csv", options, "json", options.files, "csv")
    part.goal("the job, times the floor", lambda: part.seconds(OURS) / floor(part), 1.1)
    return part


def json_to_parquet(options: Options) -> Part:
    """JSON lines to parquet."""
    part = _measured("json-to-parquet", options, "json", options.files, "parquet", without=(USUAL,))
    part.goal("the job, times the floor", lambda: part.seconds(OURS) / floor(part), 1.1)
    return part


def tiny_parquet(options: Options) -> Part:
    """Ten thousand parquet files to csv."""
    part = _measured("tiny-parquet", options, "parquet", options.tiny_files, "csv", without=(CAREFUL,))
    part.goal("the job, times the floor", lambda: part.seconds(OURS) / floor(part), 1.0)
    part.goal(
        "the usual script, times the job",
        lambda: part.seconds(USUAL) / part.seconds(OURS),
        5.5,
        at_least=True,
    )
    return part


def floor(part: Part) -> float:
    """What a Spark session costs, plus DuckDB's whole run. Raises KeyError when one of them did not run."""
    return part.seconds(SESSION) + part.seconds(DUCKDB)


def _measured(
    key: str, options: Options, kind: str, files: int, output_format: str, without: tuple[str, ...] = ()
) -> Part:
    made = data.ensure(kind, options.size, files)
    peers = [
        peer(options, name, made.landing, kind, made.truth, output_format)
        for name in MODULES
        if name not in without
    ]
    us = ours(options, made.landing, made.truth, output_format)
    timings = measure(
        options.wanted([floor_session(options), us, *peers]), options.rounds, until=options.until
    )
    title = f"{options.size:,} chargebacks in {files:,} {kind} files, to ten {output_format} files"
    part = Part(key, title, timings, on_spark=True)
    if DUCKDB in timings:
        part.floor = floor(part)
    part.goal("the job's peak memory, MiB", lambda: timings[OURS].peak_mib, MEMORY_MIB)
    return part
