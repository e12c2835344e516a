"""Readers in processes of their own, while executions in another commit and converge: each read is one commit's."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fixtures.reading_process import expected

EXECUTIONS = 7


class Process:
    """One of the roles of `reading_process`, spoken to line by line."""

    def __init__(self, role: str, root: Path) -> None:
        self.role = role
        command = [sys.executable, "-m", "tests.fixtures.reading_process", role, str(root)]
        pipe = subprocess.PIPE
        self.inner = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def tell(self) -> None:
        """Let it go one step on."""
        assert self.inner.stdin
        self.inner.stdin.write("\n")
        self.inner.stdin.flush()

    def heard(self) -> int:
        """Its next line. Fails with what it complained of when it has ended."""
        assert self.inner.stdout
        assert self.inner.stderr
        line = self.inner.stdout.readline()
        assert line, f"{self.role}: {self.inner.stderr.read()}"
        return int(line)

    def until(self, number: int) -> list[int]:
        """Its lines, up to the one that says `number` or more."""
        found = [self.heard()]
        while found[-1] < number:
            found.append(self.heard())
        return found

    def end(self) -> None:
        """Wait until it has ended, and well."""
        _, complaint = self.inner.communicate()
        assert self.inner.returncode == 0, f"{self.role}: {complaint}"


@contextmanager
def processes(root: Path, *roles: str) -> Iterator[list[Process]]:
    """Processes that are gone afterwards, whatever happens."""
    started: list[Process] = []
    try:
        for role in roles:
            started.append(Process(role, root))  # noqa: PERF401  (those started so far must be killed too)
        yield started
    finally:
        for one in started:
            one.inner.kill()
            one.inner.communicate()


def execute(writer: Process) -> int:
    """One execution, from start to end."""
    writer.tell()
    return writer.heard()


def test_readers_that_ask_for_the_newest_always_get_exactly_one_consolidation(tmp_path: Path) -> None:
    with processes(tmp_path, "write") as (writer,):
        execute(writer)
        with processes(tmp_path, "poll", "log") as readers:
            for commit in range(2, EXECUTIONS + 1):
                assert execute(writer) == commit
                for reader in readers:
                    assert reader.until(commit)[-1] == commit
            (tmp_path / "stop").touch()
            for reader in readers:
                reader.end()


def test_a_reader_that_is_slow_across_two_executions_gets_the_consolidation_it_began_with(
    tmp_path: Path,
) -> None:
    with processes(tmp_path, "write") as (writer,):
        execute(writer)
        with processes(tmp_path, "slow") as (reader,):
            assert reader.heard() == 1
            for commit in (2, 3):
                reader.tell()
                assert execute(writer) == commit
            for _ in range(4):  # the rest of its files, and one line to spare
                reader.tell()
            assert reader.heard() == 1
            reader.end()


def test_a_fresh_listing_of_the_output_folder_never_misses_a_record(tmp_path: Path) -> None:
    with processes(tmp_path, "write") as (writer,):
        execute(writer)
        with processes(tmp_path, "list") as (reader,):
            for commit in range(2, EXECUTIONS + 1):
                assert execute(writer) == commit
                assert reader.until(len(expected(commit)))[-1] == len(expected(commit))
            (tmp_path / "stop").touch()
            reader.end()
