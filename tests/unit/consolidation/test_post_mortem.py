"""After a process died while it read landing files, the error names the file that ended it, or those that it had."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.landing.zone import open_zone
from chargebacks.consolidation.reading_rules import ReadingRules
from chargebacks.consolidation.stages import post_mortem
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.consolidation.stages.post_mortem import explain
from chargebacks.consolidation.stages.read import ReadPlan
from chargebacks.consolidation.stages.shares import Share
from chargebacks.errors import WorkerDiedError
from chargebacks.schedule import parse_date
from tests.unit.consolidation.builders import DAY, json_lines, land, records
from tests.unit.consolidation.running import log, run, view

# A child in which reading one file ends the process, as a crash of native code does.
DYING = """
import os
from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.stages import post_mortem
from chargebacks.errors import StorageError
right = formats.read
def read(path, data, *rules):
    if path.endswith("bad.json"):
        os.write(2, b"free(): invalid pointer of jane@example.com\\n")
        os.abort()
    return right(path, data, *rules)
formats.read = read
post_mortem.main()
"""
STORAGE = DYING.replace("os.abort()", "raise StorageError('503')")
NO_CHILD = ("/no/python",)
BAD = "2025/11/20/bad.json"


def dying(code: str = DYING) -> Sequence[str]:
    return (sys.executable, "-c", code)


@pytest.fixture
def shares(tmp_path: Path) -> list[Share]:
    """Two tasks: the second one has a file that ends the process, and is the largest."""
    for name in ("a", "b", "bad", "c"):
        land(tmp_path, f"{name}.json", json_lines(*records("x")) + b"\n" * (100 if name == "bad" else 0))
    first, *rest = open_zone(str(tmp_path / "landing")).list_files(parse_date(DAY))
    return [Share(landing=(first,)), Share(landing=tuple(rest))]


def explained(
    root: Path, shares: Sequence[Share], child: Sequence[str], share: int | None = 1, skip: str = ""
) -> str:
    rules = ReadingRules(skip_files=frozenset([skip]))
    plan = ReadPlan(str(root / "landing"), str(root), 3, "csv", rules)
    return str(explain(WorkerDiedError("it died", share), shares, plan, child))


class Dying(InProcessEngine):
    """As Spark when the worker of the task with that file dies."""

    def run(self, shares: Sequence[Share], read: Any, write: Any, numbers: int) -> list[Any]:
        skipped = read.keywords["plan"].rules.skip_files
        for number, share in enumerate(shares):
            if BAD in {file.path for file in share.landing} - skipped:
                raise WorkerDiedError("it died", number)
        return super().run(shares, read, write, numbers)


def test_the_file_that_ended_the_process_is_named_and_the_next_run_may_skip_it(
    shares: list[Share], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(shares) == 2
    monkeypatch.setattr(post_mortem.explain, "__defaults__", (dying(),))
    assert run(tmp_path, engine=Dying()).partitions[0].error == (
        f"landing file '{BAD}' (161 bytes) ends the process that reads it (SIGABRT: free(): invalid pointer of ***): "
        f"nothing was committed; report it, and quarantine it with --skip-file '{BAD}'"
    )
    assert log(tmp_path).head() is None
    run(tmp_path, engine=Dying(), skip_file=BAD).raise_failures()
    assert set(view(tmp_path)) == {"x"}


@pytest.mark.parametrize(
    "child",
    [dying(STORAGE), dying("raise SystemExit('no module')"), NO_CHILD],
    ids=["storage fails", "cannot be imported", "cannot be started"],
)
def test_where_no_file_is_found_to_do_it_alone_those_of_the_task_are_named_largest_first(
    child: Sequence[str], shares: list[Share], tmp_path: Path
) -> None:
    text = explained(tmp_path, shares, child)
    assert text.startswith(
        f"a process died while it read 3 landing files, largest first: '{BAD}' (161 bytes), "
    )
    assert text.endswith("quarantine a file with --skip-file. it died")


@pytest.mark.parametrize("share", [None, 0, 7])
def test_no_file_is_named_when_none_was_being_read(share: int | None, tmp_path: Path) -> None:
    error = explained(tmp_path, [Share()], NO_CHILD, share)
    assert error == "it died: memory was probably short: use workers with more memory"


def test_skipped_files_are_not_suspected(shares: list[Share], tmp_path: Path) -> None:
    assert "died while it read 2 landing files" in explained(tmp_path, shares, NO_CHILD, skip=BAD)


def test_of_many_files_the_largest_are_named(tmp_path: Path) -> None:
    files = tuple(LandingFile(f"{n}.json", n, "gone") for n in range(30))
    text = explained(tmp_path, [Share(landing=files)], NO_CHILD, 0)
    assert "30 landing files, largest first: '29.json' (29 bytes)" in text


def test_the_last_words_of_a_dead_process_are_its_message_not_a_hint() -> None:
    message = "memory allocation of 2305843009213693952 bytes failed"
    written = f"\n{message}\nnote: run with `RUST_BACKTRACE=1`\n\n".encode()
    ended = subprocess.CompletedProcess([], -6, b"", written)
    assert post_mortem._how(ended) == f"SIGABRT: {message}"
