"""A child process that serves: its start, its log, its end. The servers here are small shells."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chargebacks.errors import LocalStackError
from chargebacks.local.processes import HOST, Server, check_port, free_port


def shell(code: str, log: Path, answers: Callable[[], bool] = lambda: True) -> Server:
    return Server("The server", ["/bin/sh", "-c", code], log, answers)


def gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody has waited for counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_it_is_up_when_it_answers_and_gone_after_the_block(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with shell(f"touch {ready}; exec sleep 60", tmp_path / "log", ready.exists) as server:
        assert ready.exists()
        assert server.pid is not None
        pid = server.pid
    assert gone(pid)
    assert server.pid is None


def test_one_that_ends_while_it_starts_is_explained_by_its_log(tmp_path: Path) -> None:
    log = tmp_path / "folder" / "server.log"
    with (
        pytest.raises(LocalStackError, match=rf"The server ended: .*address in use; see {log}"),
        shell("echo address in use >&2; echo '   at some.Class' >&2; exit 1", log, lambda: False),
    ):
        pass


def test_one_that_ends_later_is_noticed(tmp_path: Path) -> None:
    with shell("exec sleep 60", tmp_path / "log") as server:
        server.check()
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(LocalStackError, match="The server ended"):
            server.check()


def test_its_log_is_kept_over_a_restart(tmp_path: Path) -> None:
    log, starts = tmp_path / "log", [1]
    with shell("echo up; exec sleep 60", log, lambda: log.read_text().count("up") == starts[0]) as server:
        server.stop()
        starts[0] = 2
        server.start()
    assert log.read_text() == "up\nup\n"


def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from chargebacks.local.processes import Server\n"
        f"server = Server('s', ['/bin/sh', '-c', 'exec sleep 600'], Path({str(tmp_path / 'log')!r}), lambda: True)\n"
        "server.start(); print(server.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        parent.kill()
    deadline = time.monotonic() + 10
    while not gone(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            pytest.fail("the server outlived its parent")
        time.sleep(0.01)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server((HOST, 0)) as held:
        port = held.getsockname()[1]
        with pytest.raises(LocalStackError, match=f"port {port} for Kafka is taken"):
            check_port(port, "Kafka")
    check_port(free_port(), "Kafka")
