"""The second signal ends a process at once, a container's first process too."""

import signal
import subprocess
import sys

import pytest

AS_PROCESS_1 = "import os; os.getpid = lambda: 1\n"  # namespaces need rights that not every machine gives
WAITING = """
from chargebacks.commands.signals import stop_on_signals
stop = stop_on_signals()
print("ready", flush=True)
stop.wait()
print("stopping", flush=True)
while True:
    pass
"""


@pytest.mark.parametrize(
    ("before", "second", "code"),
    [
        ("", signal.SIGTERM, -signal.SIGTERM),
        ("", signal.SIGINT, -signal.SIGINT),
        (AS_PROCESS_1, signal.SIGTERM, 128 + signal.SIGTERM),
        (AS_PROCESS_1, signal.SIGINT, 128 + signal.SIGINT),
    ],
)
def test_the_second_signal_ends_the_process_whichever_it_is(
    before: str, second: signal.Signals, code: int
) -> None:
    command = [sys.executable, "-c", before + WAITING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "stopping\n"
            process.send_signal(second)
            assert process.wait(30) == code
        finally:
            process.kill()
