"""The previous consolidation's rows, as tasks read them."""

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
    try:
        data = state.get(file.path)
    except FileNotFoundError as error:
        raise StorageError(
            f"{error}, which the newest entry named when this run began: if another run has committed since, it was "
            "swept as superseded: run the job again; else restore it"
        ) from error
    return datafile.read(data, output_format)
