"""What one task of the first stage is given: landing files, or one previous data file to be bucketed anew."""

from collections.abc import Iterator
from dataclasses import dataclass

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import DataFile
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.stages.base import read_base, read_orphan
from chargebacks.consolidation.stages.read import BASE, Parcel, ReadPlan, bucket_parcels, read_share


@dataclass(frozen=True)
class Share:
    """One task's input: landing files or a data file. `folder` is the data file's, if no log names it."""

    landing: tuple[LandingFile, ...] = ()
    base: DataFile | None = None
    folder: str = ""


def read_any(share: Share, plan: ReadPlan) -> Iterator[Parcel]:
    """The parcels of a share, for the shuffle."""
    if share.base is None:
        yield from read_share(share.landing, plan)
    elif share.folder:
        yield from bucket_parcels(BASE, read_orphan(share.base, Store(share.folder)), plan.buckets)
    else:
        rows = read_base(share.base, Store(plan.state_path), plan.base_format)
        yield from bucket_parcels(BASE, rows, plan.buckets)
