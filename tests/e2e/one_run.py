"""One run of the job in a process of its own: `python -m tests.e2e.one_run ROOT MESSAGES WAIT [argument=value…]`.

Real processes, the job's own code, but without Spark, which takes no part in the protocol, and with a file for a
broker: each message is a line. The process says `ready`, waits for a line on its standard input, and runs. WAIT
is the step, `nth:call`, at which it stops itself with SIGSTOP; or `commit`: at its first commit it says
`committing` and waits for another line; or `no`. At the end it tells its report, or why it failed, as JSON.
"""

import json
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from chargebacks.consolidation import job
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.contract.message import Message
from chargebacks.errors import ChargebacksError, PublishError
from tests.fixtures.places import Place
from tests.fixtures.stepping import Fault, Step, Steps, stepping


class FileBroker:
    """Appends each message to a file that several processes share."""

    def __init__(self, path: Path, steps: Steps) -> None:
        self._path, self._steps = path, steps

    def publish(self, topic: str, messages: Iterable[Message]) -> int:
        """Record each message, as acknowledged."""
        count = 0
        for message in messages:
            with self._steps.step("message", PublishError):
                line = message.value + b"\n"
                descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
                assert os.write(descriptor, line) == len(line)
                os.close(descriptor)
            count += 1
        return count


class Stopping(Steps):
    """At its step this process stops, as by a machine that is suspended, and goes on when it is woken."""

    def _reach(self, what: str) -> Fault | None:
        with self._lock:
            self.taken.append(what)
            stop = not self.reached and self.arrived(what)
            self.reached |= stop
        if stop:
            say(what)
            os.kill(os.getpid(), signal.SIGSTOP)
        return None


def say(what: str) -> None:
    """A line for the test."""
    print(what, flush=True)


def wait_at_commit() -> None:
    """Make the first commit wait until it is told to go on."""
    create, waited = CommitLog.create, []

    def later(self: CommitLog, entry: object) -> bool:
        if not waited:
            waited.append(say("committing"))
            sys.stdin.readline()
        return create(self, entry)  # type: ignore[arg-type]

    CommitLog.create = later  # type: ignore[method-assign]


def main(root: str, messages: str, wait: str, *given: str) -> None:
    """Run."""
    settings = Place(root).settings(**dict(one.split("=") for one in given))
    nth, _, call = wait.partition(":")
    steps = Stopping(Step(call, int(nth)) if call else None)
    say("ready")
    sys.stdin.readline()
    if wait == "commit":
        wait_at_commit()
    try:
        with stepping(steps):
            report = job.run(settings, InProcessEngine(), FileBroker(Path(messages), steps))
            report.raise_failures()
        say(json.dumps({"report": report.to_json()}))
    except ChargebacksError as error:
        say(json.dumps({"error": f"{type(error).__name__}: {error}"}))


if __name__ == "__main__":
    main(*sys.argv[1:])
