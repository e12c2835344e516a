"""Lambda's entry point: settings from the environment, then the updater.

`python lambda_function.py [event.json]` runs one event on this machine, by default the sample beside it.
"""

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from chargebacks.projection.settings import UpdaterSettings
from chargebacks.projection.updater import Updater


@cache
def updater() -> Updater:
    """One for the container's life: its connections are kept between invocations."""
    return Updater.build(UpdaterSettings.from_environment(os.environ))


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda's answer to one batch of Kafka messages."""
    return updater().handle(event, context)


if __name__ == "__main__":
    from chargebacks.projection.once import run_event

    sample = Path(__file__).with_name("test_event.json")
    sys.exit(run_event(Path(sys.argv[1]) if len(sys.argv) > 1 else sample, updater))
