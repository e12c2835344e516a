"""Decide which exceptions fail a run, and describe the others as a fault of the landing file that raised them.

Two kinds say nothing about a file's content: storage failed, or memory is short. Everything else that is raised while a
file is parsed, panics of native code included (they derive from BaseException), makes that one file unreadable.
"""

import errno
import os
import re
import traceback
from collections.abc import Sequence
from typing import Final

import polars as pl

from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.contract.wording import EMAIL
from chargebacks.errors import ConsolidationError, StorageError, first_few

_ENDING: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)
_NATIVE: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
_NO_MEMORY: Final = re.compile(
    r"memory allocator returned an error|out of memory|cannot allocate memory", re.I
)
_DEMAND: Final = re.compile(r"\bsize (-?\d+)")
_FRAMES: Final = 20  # of a traceback, the innermost ones
_TRACEBACK: Final = 6000  # characters
_NAMED: Final = 20


def stops_run(error: BaseException) -> bool:
    """Return whether the error says nothing about the file that was being parsed, so that the run must end."""
    return isinstance(error, (StorageError, *_ENDING)) or lacks_memory(error)


def lacks_memory(error: BaseException) -> bool:
    """Return whether memory is short. A file that demands more at once than the machine has is damaged instead."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    if isinstance(error, _NATIVE):
        return bool(_NO_MEMORY.search(str(error)))
    if not isinstance(error, MemoryError):
        return False
    demand = _DEMAND.search(str(error))
    return demand is None or 0 <= int(demand[1]) <= _machine_memory()


def _machine_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def internal_error(path: str, error: BaseException) -> str:
    """Return why the file is unreadable. The error's own text may quote records, so only its type is named."""
    return f"{path}: internal error ({type(error).__name__}): report it with the traceback in the job's log"


def traceback_of(error: BaseException) -> str:
    """Return the innermost frames and the error as text, cut in the middle, e-mail addresses masked."""
    lines = traceback.format_exception(type(error), error, error.__traceback__, limit=-_FRAMES)
    text = EMAIL.sub("***", "".join(lines))
    half = _TRACEBACK // 2
    return text if len(text) <= _TRACEBACK else f"{text[:half]}\n…\n{text[-half:]}"


def memory_error(files: Sequence[LandingFile]) -> ConsolidationError:
    """Return the failure of a run that cannot read these files for lack of memory."""
    return ConsolidationError(
        f"not enough memory to read {listed(files)}: nothing was committed; use workers with more memory, or "
        "quarantine the file with --skip-file"
    )


def listed(files: Sequence[LandingFile]) -> str:
    """Name the files for an error, largest first: the likely cause comes first when some must be left out."""
    ordered = sorted(files, key=lambda file: (-file.size, file.path))
    names = first_few([f"{file.path!r} ({file.size} bytes)" for file in ordered], _NAMED)
    return f"{len(files)} landing files, largest first: {names}" if len(files) > 1 else names
