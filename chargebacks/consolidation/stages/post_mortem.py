"""Find the landing file that ended the process which read it.

A dead process leaves no message, and a note of each batch beforehand would cost every clean run a request a batch. So a
child of this process reads the dead task's files again, one at a time, and names each before it opens it. If the child
dies too, the last name is the culprit. If it does not, the error names all files of the task.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final

from chargebacks.adapters.store import Store
from chargebacks.consolidation.landing.isolation import listed
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.stages.opening import open_files
from chargebacks.consolidation.stages.read import ReadPlan, fetched
from chargebacks.consolidation.stages.shares import Share
from chargebacks.contract.wording import EMAIL
from chargebacks.errors import ConsolidationError, StorageError, WorkerDiedError

CHILD: Final = (sys.executable, "-m", __name__)
SECONDS: Final = 900
_DONE: Final = b"done"


def explain(
    error: WorkerDiedError, shares: Sequence[Share], plan: ReadPlan, child: Sequence[str] = CHILD
) -> ConsolidationError:
    """Return the error that names the file, or the files, that the dead task was reading."""
    share = shares[error.share] if error.share is not None and error.share < len(shares) else Share()
    files = [file for file in share.landing if file.path not in plan.rules.skip_files]
    if not files:
        return ConsolidationError(f"{error}: memory was probably short: use workers with more memory")
    culprit, how = _last_words(files, plan, child)
    if culprit is None:
        return ConsolidationError(
            f"a process died while it read {listed(files)}. Read one at a time, none ends a process, so memory was "
            f"probably short: use workers with more memory, or quarantine a file with --skip-file. {error}"
        )
    return ConsolidationError(
        f"landing file {culprit.path!r} ({culprit.size} bytes) ends the process that reads it ({how}): nothing was "
        f"committed; report it, and quarantine it with --skip-file {culprit.path!r}"
    )


def _last_words(
    files: list[LandingFile], plan: ReadPlan, child: Sequence[str]
) -> tuple[LandingFile | None, str]:
    """Return the file at which a child that reads them dies, and how; None when it survives or names no file."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "RUST_BACKTRACE": "0",  # so that a panic's message comes last
    }
    try:
        ended = subprocess.run(
            child,
            input=pickle.dumps((files, plan)),
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None, ""
    *_, last = ended.stdout.split() or [_DONE]
    if last == _DONE:
        return None, ""
    return files[int(last)], _how(ended)


def _how(ended: "subprocess.CompletedProcess[bytes]") -> str:
    code = ended.returncode
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    text = ended.stderr.decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("note: ")]
    return f"{how}: {EMAIL.sub('***', lines[-1])[:200]}" if lines else how


def main() -> None:
    """Read the files that standard input names; print the number of each before it is opened."""
    files, plan = pickle.load(sys.stdin.buffer)  # noqa: S301  (our parent wrote it)
    with suppress(OSError):  # when memory is short, the kernel ends this process, not its parent
        Path("/proc/self/oom_score_adj").write_text("1000")
    with suppress(StorageError):  # a storage error says nothing about a file
        for number, one in enumerate(chain.from_iterable(fetched(files, Store(plan.landing_path)))):
            _say(str(number))
            open_files([one], plan.rules)
    _say(_DONE.decode())


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
