"""A topic drained through the poller and the handler, as `chargebacks poll` does, measured within the process.

python -m benchmarks.dynamo.drain --servers S --topic T --messages N --items N
    --endpoint URL --table NAME --server PID --told FILE
"""

import argparse
import os
import sys
import threading
from pathlib import Path

from benchmarks.dynamo import slices
from benchmarks.dynamo.spending import spending
from chargebacks.event_source.poller import Attempt, poll
from chargebacks.event_source.settings import PollSettings
from chargebacks.local.dynamodb import environment


class Progress:
    """Counts the messages that are done, and stops the poller after the last one."""

    def __init__(self, messages: int) -> None:
        self.stop = threading.Event()
        self._left = messages

    def note(self, attempt: Attempt) -> None:
        """One invocation."""
        if attempt.failed:
            print(f"{len(attempt.failed)} messages failed: {attempt.answer}", file=sys.stderr)
        self._left -= len(attempt.sent) - len(attempt.failed)
        if self._left <= 0:
            self.stop.set()


def main() -> None:
    """Drain, and tell."""
    parser = argparse.ArgumentParser()
    for name in ("--servers", "--topic", "--endpoint", "--table"):
        parser.add_argument(name, required=True)
    for name in ("--messages", "--items", "--server"):
        parser.add_argument(name, required=True, type=int)
    parser.add_argument("--told", required=True, type=Path)
    given = parser.parse_args()
    os.environ.update(environment(given.endpoint), DYNAMODB_TABLE_NAME=given.table)
    from consumers.consolidation_updater.lambda_function import lambda_handler

    settings = PollSettings(given.servers, given.topic, timeout_seconds=300)
    progress = Progress(given.messages)
    lambda_handler(slices.NONE, None)  # makes the client: a start is not what is measured
    with spending(given.server) as spent:
        poll(settings, lambda_handler, progress.stop, progress.note)
    spent.updates = given.items
    spent.save(given.told)


if __name__ == "__main__":
    main()
