"""The previous consolidation's rows, as tasks read them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import DataFile
from chargebacks.consolidation.records import datafile
from chargebacks.errors import LostLogError, StorageError, one_line


def read_base(file: DataFile, state: Store, output_format: str) -> pl.DataFrame:
    """The rows of a data file that the head named when the run was planned.

    Raises StorageError when it is not there. A run that was stopped for long finds it so: others have committed
    since, and what they superseded has been swept.
    """
    with _there():
        data = state.get(file.path)
    return datafile.read(data, output_format)


def read_orphan(file: DataFile, folder: Store) -> pl.DataFrame:
    """Return the rows of a data file whose log is lost. Its name shows the format.

    Raises LostLogError when it cannot be read as one of ours.
    """
    try:
        return datafile.read(folder.get(file.path), datafile.format_of(file.path))
    except FileNotFoundError as error:
        raise StorageError(f"{error}, but was a moment ago: run the job again") from error
    except (pl.exceptions.PolarsError, pyarrow.ArrowException, OSError, EOFError) as error:
        raise LostLogError(
            f"{folder.url(file.path)} is named like a data file of this job and cannot be read as one "
            f"({one_line(error)}): move it out of the folder"
        ) from error


def base_batches(file: DataFile, state: Store, output_format: str, folder: Path) -> Iterator[pl.DataFrame]:
    """The same, batch after batch, for a file that memory may not hold; it comes to the local folder first."""
    local = folder / "base"
    with _there():
        state.get_file(file.path, local)
    yield from datafile.batches(local, output_format)


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError(
            f"{error}, which the newest entry named when this run began: if another run has committed since, it was "
            "swept as superseded: run the job again; else restore it"
        ) from error
