"""A job that kills itself: `python -m tests.e2e.killed_job STEP NTH MARKER chargebacks-arguments…`.

The real command line in a real process, but for one call that a wrapper counts: at the NTH call of STEP it writes
the marker file, so that the test knows the step was reached, and sends itself SIGKILL. No part of the product
knows of this.
"""

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from chargebacks.adapters.producer import KafkaPublisher
from chargebacks.adapters.store import Store
from chargebacks.cli import main
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.stages.engine import SparkEngine

# step → (class, method, how its path begins, whether the call's effect happens before the process dies)
STEPS: dict[str, tuple[type[Any], str, str, bool]] = {
    "after marking": (Store, "put", "pending/", True),
    "after writing": (SparkEngine, "run", "", True),
    "before the commit": (CommitLog, "create", "", False),
    "after the commit": (CommitLog, "create", "", True),
    "while converging": (Store, "copy_to", "", True),
    "in mid-publication": (KafkaPublisher, "_send", "", True),
    "before confirming": (CommitLog, "confirm", "", False),
    "after confirming": (CommitLog, "confirm", "", True),
}


def trap(step: str, nth: int, marker: Path) -> None:
    """Make the `nth` call of `step` this process's last."""
    owner, name, path, after = STEPS[step]
    original: Callable[..., Any] = getattr(owner, name)
    calls = count(1)  # across threads: files are copied several at a time

    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        number = next(calls) if not path or str(args[0]).startswith(path) else 0
        result = original(self, *args, **kwargs) if number != nth or after else None
        if number == nth:
            if isinstance(self, KafkaPublisher):
                self._producer.flush(30)  # what was sent so far has really arrived
            marker.write_text(step)
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapper)


if __name__ == "__main__":
    trap(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
    main(sys.argv[4:])
