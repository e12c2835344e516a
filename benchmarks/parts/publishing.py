"""Every chargeback of a day announced to a real broker, beside a bare produce loop of the same bytes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import data
from benchmarks.contestants import Options, consolidate, spark_environment
from benchmarks.harness import ROOT, BenchmarkError, Contestant, fresh, measure, restored, timed
from benchmarks.results import Part
from chargebacks.local import broker, stack

PUBLISHING = "chargebacks, from the commit log"
PLAIN = "confluent-kafka, a plain produce loop"
TOPIC = "bench"
PARTITIONS = 3
HERE = ROOT / "publishing"
OUT = HERE / "out"


def publishing(options: Options) -> Part:
    """Seconds from the producer's start to the last acknowledgement, within the process."""
    day = data.ensure("json", options.size, options.files)
    fresh(HERE)()
    command = consolidate(day.landing, OUT, "--kafka-topic", TOPIC)
    timed(Contestant("a consolidation to publish", command, spark_environment(options)))
    OUT.rename(_saved())
    with _topic() as servers:
        messages = _recorded(servers, options.size)
        us = _process(PUBLISHING, "ours", servers, "--out", str(OUT))
        plain = _process(PLAIN, "plain", servers, "--messages", str(messages))
        contestants = [replace(us, before=restored(OUT, _saved())), plain]
        timings = measure(contestants, options.rounds, until=options.until)
    count = sum(1 for _ in messages.open())
    mib = messages.stat().st_size / 1024**2
    title = f"{options.size:,} changed chargebacks in {count:,} messages ({mib:.0f} MiB) to one broker"
    part = Part("publishing", title, timings)
    part.goal("ours, times the plain loop", lambda: part.seconds(PUBLISHING) / part.seconds(PLAIN), 2)
    part.notes.append(
        "Seconds are within the process, from the producer's start to the last acknowledgement."
    )
    return part


def _saved() -> Path:
    return HERE / "out-saved"


@contextmanager
def _topic() -> Iterator[str]:
    with stack.kafka(HERE / "kafka") as running:
        broker.create_topic(running.bootstrap_servers, TOPIC, PARTITIONS)
        broker.create_topic(running.bootstrap_servers, f"{TOPIC}-plain", PARTITIONS)
        yield running.bootstrap_servers


def _recorded(servers: str, size: int) -> Path:
    """Publish once, untimed, and keep what the topic then holds. Raises BenchmarkError unless it names every id."""
    messages = HERE / "messages.jsonl"
    restored(OUT, _saved())()
    timed(_process("publishing once", "ours", servers, "--out", str(OUT)))
    timed(_process("reading it back", "record", servers, "--messages", str(messages)))
    events = (json.loads(json.loads(line)[1]) for line in messages.open())
    named = {one for event in events for one in event.get("chargeback_ids", ())}
    if len(named) != size:
        raise BenchmarkError(f"the messages name {len(named)} chargebacks, not {size}")
    return messages


def _process(name: str, what: str, servers: str, *words: str) -> Contestant:
    told = HERE / f"{what}.seconds"
    topic = f"{TOPIC}-plain" if what == "plain" else TOPIC
    command = [
        sys.executable,
        "-m",
        "benchmarks.publish",
        what,
        "--servers",
        servers,
        "--topic",
        topic,
        *words,
    ]
    seconds = None if what == "record" else lambda: float(told.read_text())
    return Contestant(name, [*command, "--told", str(told)], required=True, seconds=seconds)
