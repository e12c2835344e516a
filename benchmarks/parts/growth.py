"""One, four and ten times the records in as many files: does time grow with them, or faster?"""

from dataclasses import replace

from benchmarks import data
from benchmarks.contestants import DUCKDB, OURS, SESSION, Options, floor_session, ours, peer
from benchmarks.harness import Contestant, measure
from benchmarks.results import Part

TIMES = (1, 4, 10)
LINEAR = 1.1
MEMORY_MIB = 4096
PEERS = (DUCKDB,)  # at the least and at the most, once


def growth(options: Options) -> Part:
    """The job at every size; beside it what else is quick."""
    timings = measure(
        options.wanted([floor_session(options), *(one for times in TIMES for one in _at(options, times))]),
        options.rounds,
        until=options.until,
    )
    title = f"1, 4 and 10 times {options.size:,} chargebacks, each in {options.files:,} json files, to ten csv files"
    part = Part("growth", title, timings, on_spark=True)
    for times in TIMES[1:]:
        part.goal(
            f"{times} times the records: time beyond the session, of linear growth",
            lambda times=times: _beyond(part, times) / _beyond(part, 1) / times,
            LINEAR,
        )
    for times in TIMES:
        part.goal(
            f"the job's peak memory at {times} times, MiB",
            lambda times=times: timings[_name(OURS, times)].peak_mib,
            MEMORY_MIB,
        )
    return part


def _at(options: Options, times: int) -> list[Contestant]:
    day = data.ensure("json", options.size * times, options.files)
    us = ours(options, day.landing, day.truth, name=_name(OURS, times))
    if times == TIMES[-1]:
        us = replace(us, rounds=min(2, options.rounds))
    if times not in (TIMES[0], TIMES[-1]):
        return [us]
    peers = [peer(options, name, day.landing, "json", day.truth) for name in PEERS]
    return [us, *(replace(one, name=_name(one.name, times), rounds=1) for one in peers)]


def _name(name: str, times: int) -> str:
    return f"{name}, {times}x"


def _beyond(part: Part, times: int) -> float:
    return part.seconds(_name(OURS, times)) - part.seconds(SESSION)
