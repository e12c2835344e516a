"""One execution announced whole, through broker, poller, handler and table; and the cost as table and backlog grow."""

import sys
from dataclasses import asdict

from benchmarks import results
from benchmarks.contestants import Options
from benchmarks.dynamo import slices, table
from benchmarks.dynamo.spending import HEADINGS, Spent
from benchmarks.harness import ROOT, Contestant, fresh, tell, timed
from benchmarks.results import Part
from chargebacks.adapters.producer import KafkaPublisher
from chargebacks.local import broker, stack
from chargebacks.local.stack import Stack

LEAST, MOST, WHOLE = "1x", "16x", "whole"
TIMES = {LEAST: 1.0, "4x": 4.0, MOST: 16.0, WHOLE: 62.5}  # 20,000 items, up to 1.25 million
WARM_UPS = 3
PARTITIONS = 3
HERE = ROOT / "draining"
PUBLISH_SECONDS = 60.0
MEMORY_MIB = 256
FLAT = 1.1


def draining(options: Options) -> Part:
    """Once, whatever the rounds. The table grows before each drain, which then updates all of it."""
    fresh(HERE)()
    sizes = {name: max(1, round(options.size * times / TIMES[WHOLE])) for name, times in TIMES.items()}
    found: dict[str, Spent] = {}
    with stack.kafka(HERE / "kafka") as kafka, table.database(HERE / "dynamodb") as database:
        running = Stack(kafka, database)
        filled = 0
        for turn in range(WARM_UPS):  # until the server's code is compiled
            _drained(running, f"warm-up-{turn}", filled, sizes[LEAST])
            filled = sizes[LEAST]
        for name, items in sizes.items():
            found[name] = _drained(running, name, filled, items)
            filled = items
    return _part(sizes, found)


def _drained(running: Stack, name: str, filled: int, items: int) -> Spent:
    """Fill the table up to `items`, announce them all, and drain. Raises BenchmarkError unless all are updated."""
    tell(f"  {name}: filling the table up to {items:,} items")
    database, topic, told = running.dynamodb, f"bench-{name}", HERE / "told.json"
    table.fill(database.endpoint_url, table.NAME, items, start=filled)
    messages = list(slices.announced(items))
    broker.create_topic(running.bootstrap_servers, topic, PARTITIONS)
    KafkaPublisher(running.bootstrap_servers, "none", PUBLISH_SECONDS).publish(topic, messages)
    command = [sys.executable, "-m", "benchmarks.dynamo.drain", "--told", str(told)]
    command += ["--servers", running.bootstrap_servers, "--topic", topic, "--messages", str(len(messages))]
    command += ["--endpoint", database.endpoint_url, "--server", str(database.server.pid)]
    command += ["--table", table.NAME, "--items", str(items)]
    run = timed(Contestant(f"draining {name}", command))
    tell(f"  {run.seconds:7.1f} s  {run.peak_mib:7.0f} MiB  {name}")
    table.check(database.endpoint_url, table.NAME, messages)
    return Spent.load(told)


def _part(sizes: dict[str, int], found: dict[str, Spent]) -> Part:
    title = f"{sizes[WHOLE]:,} updates drained, and fewer from a smaller table"
    part = Part("draining", title, {})
    rows = [[name, f"{sizes[name]:,}", *spent.cells()] for name, spent in found.items()]
    part.tables.append(results.table(["", "items and updates", *HEADINGS], rows))
    part.goal("the handler's peak memory, MiB", lambda: found[WHOLE].peak_mib, MEMORY_MIB)
    for name in (MOST, WHOLE):
        for whose in ("client", "server"):
            text = f"the {whose}'s processor time for an update at {name}, of that at {LEAST}"
            part.goal(text, lambda name=name, whose=whose: _times(found, name, f"{whose}_us"), FLAT)
    part.notes.append(
        "After every drain the whole table was counted, and one item of some messages compared: each was as its "
        "message has it."
    )
    part.details = {name: asdict(spent) for name, spent in found.items()}
    return part


def _times(found: dict[str, Spent], name: str, figure: str) -> float:
    least: float = getattr(found[LEAST], figure)
    return getattr(found[name], figure) / least if least else 0.0
