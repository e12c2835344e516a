"""Publishing alone, timed within a process: `ours` from a commit log, `plain` the same bytes in a bare loop.

python -m benchmarks.publish ours --servers S --topic T --out FOLDER --told FILE
python -m benchmarks.publish record --servers S --topic T --messages FILE
python -m benchmarks.publish plain --servers S --topic T --messages FILE --told FILE
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from benchmarks.data import DAY
from chargebacks.adapters.producer import CONFIGURATION


def ours(given: argparse.Namespace) -> None:
    """What `chargebacks recover` does: read the log, make the messages, send, confirm."""
    from chargebacks import bootstrap
    from chargebacks.consolidation import job  # loaded before the clock runs, as the plain loop's client is
    from chargebacks.settings import JobSettings

    told = {"landing_path": f"{given.out}/landing", "output_path": f"{given.out}/chargebacks"}
    told |= {"partition_date": DAY, "kafka_bootstrap_servers": given.servers, "kafka_topic": given.topic}
    settings = JobSettings.parse(told, datetime.now(UTC))
    started = time.perf_counter()
    report = job.recover(settings, bootstrap.publisher(settings))
    seconds = time.perf_counter() - started
    report.raise_failures()
    if report.unpublished:
        sys.exit(f"left unpublished: {report.unpublished}")
    given.told.write_text(str(seconds))


def plain(given: argparse.Namespace) -> None:
    """The produce loop of confluent-kafka's own examples, on ready-made bytes."""
    messages = [json.loads(line) for line in given.messages.open()]
    ready = [(value.encode(), key.encode(), list(headers.items())) for key, value, headers in messages]
    failures: list[Any] = []
    started = time.perf_counter()
    producer = Producer({"bootstrap.servers": given.servers, **CONFIGURATION})
    for value, key, headers in ready:
        while True:
            try:
                producer.produce(given.topic, value, key, headers=headers, on_delivery=_noting(failures))
            except BufferError:
                producer.poll(0.1)
            else:
                break
        producer.poll(0)
    left = producer.flush(60)
    seconds = time.perf_counter() - started
    if left or failures:
        sys.exit(f"{left} messages left, {failures[:1]}")
    given.told.write_text(str(seconds))


def _noting(failures: list[Any]) -> Any:
    return lambda error, _: failures.append(error) if error else None


def record(given: argparse.Namespace) -> None:
    """Everything that the topic holds, a message a line: key, value, headers."""
    with given.messages.open("w") as out:
        for message in _all_of(given.servers, given.topic):
            headers = {name: value.decode() for name, value in message.headers() or []}
            out.write(json.dumps([message.key().decode(), message.value().decode(), headers]) + "\n")


def _all_of(servers: str, topic: str) -> Iterator[Any]:
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "bench", "enable.partition.eof": True})
    partitions = list(consumer.list_topics(topic, 30).topics[topic].partitions)
    consumer.assign([TopicPartition(topic, n, OFFSET_BEGINNING) for n in partitions])
    left = len(partitions)
    while left:
        message = consumer.poll(30)
        if message is None:
            sys.exit(f"{topic} could not be read to its end within 30 s")
        if message.error():
            left -= 1  # the end of a partition
        else:
            yield message
    consumer.close()


def main() -> None:
    """One of the three."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("ours", "plain", "record"))
    parser.add_argument("--servers", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--out", help="where the job's output and its log are")
    parser.add_argument("--messages", type=Path)
    parser.add_argument("--told", type=Path, help="where the seconds go")
    given = parser.parse_args()
    {"ours": ours, "plain": plain, "record": record}[given.what](given)


if __name__ == "__main__":
    main()
