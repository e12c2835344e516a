"""The previous consolidation's rows, as tasks read them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import DataFile
from chargebacks.consolidation.records import datafile
from chargebacks.errors import StorageError


def read_base(file: DataFile, state: Store, output_format: str) -> pl.DataFrame:
    """The rows of a data file that the head named when the run was planned.

    Raises StorageError when it is not there. A run that was stopped for long finds it so: others have committed
    since, and what they superseded has been swept.
    """
    with _there():
        data = state.get(file.path)
    return datafile.read(data, output_format)


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
