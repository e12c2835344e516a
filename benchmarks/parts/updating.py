"""The updater beside a plain loop of UpdateItem calls: updates a second, and whose processor they take."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from statistics import median

from benchmarks import results
from benchmarks.contestants import Options
from benchmarks.dynamo import canned, table
from benchmarks.dynamo.spending import HEADINGS, Runs, Spent
from benchmarks.harness import ROOT, Contestant, fresh, measure
from benchmarks.results import Part
from chargebacks.local.stack import DynamoDB

UPDATER = "the updater"
LOOP = "a loop of UpdateItem calls"
IDLE_SERVER = ", against the canned server"
MODES = {UPDATER: "handler", LOOP: "loop"}
SHARE = 125  # 10,000 of 1.25 million
HERE = ROOT / "updating"


def updating(options: Options) -> Part:
    """Every item updated once, by each in turn on one table; then by each where no server holds it up."""
    items = max(1, round(options.size / SHARE))
    found = _measured(options, items)
    part = Part("updating", f"{items:,} items of one table updated, each once in a run", {})
    rows = [[name, *runs.middle.cells()] for name, runs in found.items()]
    part.tables.append(results.table(["", *HEADINGS], rows))
    rate = _of_the_loop(found, lambda spent: spent.per_second)
    part.goal("updates a second, times the loop's", lambda: rate, 3.5, at_least=True)
    client = _of_the_loop(found, lambda spent: spent.client_us)
    part.goal("the client's processor time for an update, of the loop's", lambda: client, 1 / 8)
    part.notes.append(_limit(found[UPDATER].middle, found[UPDATER + IDLE_SERVER].middle))
    part.details = {name: [asdict(spent) for spent in runs.each] for name, runs in found.items()}
    return part


def _measured(options: Options, items: int) -> dict[str, Runs]:
    fresh(HERE)()
    found = {f"{name}{where}": Runs() for where in ("", IDLE_SERVER) for name in MODES}
    with table.database(HERE) as database, canned.serving() as idle:
        table.fill(database.endpoint_url, table.NAME, items)
        busy = [_contestant(name, database, table.NAME, items, found) for name in MODES]
        others = [_contestant(f"{name}{IDLE_SERVER}", idle, canned.TABLE, items, found) for name in MODES]
        measure(busy, 1)  # until the server's code is compiled
        for name in MODES:
            found[name].each.clear()
        measure([*busy, *others], options.rounds, until=options.until)
    return found


def _contestant(
    name: str, server: DynamoDB, table_name: str, items: int, found: dict[str, Runs]
) -> Contestant:
    what, told = MODES[name.removesuffix(IDLE_SERVER)], HERE / "told.json"
    command = [sys.executable, "-m", "benchmarks.dynamo.updates", what, "--told", str(told)]
    command += ["--endpoint", server.endpoint_url, "--server", str(server.server.pid)]
    command += ["--table", table_name, "--items", str(items)]
    command += ["--unchecked"] if table_name == canned.TABLE else []
    return Contestant(name, command, required=True, seconds=lambda: found[name].take(told))


def _of_the_loop(found: dict[str, Runs], figure: Callable[[Spent], float]) -> float:
    """The updater's figure by the loop's of the same round, the median of all rounds."""
    pairs = zip(found[UPDATER].each, found[LOOP].each, strict=True)
    return median(figure(ours) / figure(loop) for ours, loop in pairs)


def _limit(ours: Spent, idle: Spent) -> str:
    return (
        f"DynamoDB Local's process was busy for {ours.server / ours.seconds:.1f} of every second of the updater, "
        f"which itself was for {ours.client / ours.seconds:.1f}. Where a server answers at once, the same client "
        f"makes {idle.per_second / ours.per_second:.1f} times as many updates a second."
    )
