"""The function's start under AWS's runtime client, beside what the SDK alone needs."""

import sys
from statistics import median

from benchmarks.contestants import Options
from benchmarks.dynamo import canned
from benchmarks.harness import ROOT, Contestant, Timings, fresh, measure
from benchmarks.results import Part

FUNCTION = "the function, until it has answered a batch without messages"
SDK = "boto3 imported, its DynamoDB client made"
STARTS = 7  # in a round: a start is short
HERE = ROOT / "start-up"


def start_up(options: Options) -> Part:
    """Both in turn, so that every start has its pair. The files they read are in the system's cache."""
    fresh(HERE)()
    HERE.mkdir(parents=True)
    with canned.serving() as idle:
        contestants = [_start(SDK, "sdk", idle.endpoint_url), _start(FUNCTION, "function", idle.endpoint_url)]
        measure(contestants, 1)  # compiles what is not compiled yet
        timings = measure(contestants, STARTS * options.rounds, until=options.until)
    part = Part("start-up", "The start of the function, and of the SDK alone", timings)
    part.goal("the function's start, times the SDK's", lambda: _times(timings), 1.4)
    part.notes.append("Seconds are from the process's start, which the runner of both sees from outside.")
    return part


def _start(name: str, what: str, endpoint: str) -> Contestant:
    told = HERE / "seconds"
    command = [sys.executable, "-m", "benchmarks.dynamo.starting", what]
    command += ["--endpoint", endpoint, "--told", str(told)]
    return Contestant(name, command, required=True, seconds=lambda: float(told.read_text()))


def _times(timings: Timings) -> float:
    """The median of all pairs."""
    pairs = zip(timings[FUNCTION].runs, timings[SDK].runs, strict=True)
    return median(ours.seconds / sdk.seconds for ours, sdk in pairs)
