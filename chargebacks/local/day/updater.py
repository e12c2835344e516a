"""The updater at work: `chargebacks poll` in a process of its own, and how far it is."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chargebacks.errors import LocalStackError
from chargebacks.event_source.lag import lag
from chargebacks.event_source.settings import PollSettings
from chargebacks.local.day.places import CHECKOUT

UPDATED: Final = re.compile(rb"^METRICS: .*\bchargebacks_updated=(\d+)$", re.MULTILINE)
ASK_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 180.0  # without any progress; a batch may name 50,000 chargebacks
STOP_SECONDS: Final = 15.0


@dataclass(frozen=True)
class Updater:
    """A running updater, its poller's settings, and the log of both."""

    process: "subprocess.Popen[bytes]"
    settings: PollSettings
    log: Path

    def applied(self) -> int:
        """How many chargebacks it has updated so far, by its METRICS lines."""
        return sum(int(number) for number in UPDATED.findall(self.log.read_bytes()))

    def catch_up(self) -> Iterator[int]:
        """Wait until every message is done and committed; yields how many are not, whenever it asks.

        Raises LocalStackError when the updater has ended, or gets no further for three minutes.
        """
        reached, since = (-1, -1), time.monotonic()
        while left := lag(self.settings):
            if reached != (now := (left, self.applied())):
                reached, since = now, time.monotonic()
            if self.process.poll() is not None or time.monotonic() - since > PATIENCE_SECONDS:
                raise LocalStackError(f"the updater leaves {left} messages undone: see {self.log}")
            yield left
            time.sleep(ASK_SECONDS)


@contextmanager
def updater(settings: PollSettings, environment: Mapping[str, str], log: Path) -> Iterator[Updater]:
    """An updater while the block runs."""
    command = [sys.executable, "-m", "chargebacks", "poll"]
    options = ["--kafka-bootstrap-servers", settings.bootstrap_servers, "--kafka-topic", settings.topic]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options, "--consumer-group-id", settings.consumer_group_id],
            cwd=CHECKOUT,  # where its handler is
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
        )
    try:
        yield Updater(process, settings, log)
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
