"""What one task of the first stage is given: landing files, or one previous data file to be bucketed anew."""

from collections.abc import Iterator
from dataclasses import dataclass

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import DataFile
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.stages.base import read_base
from chargebacks.consolidation.stages.read import BASE, Parcel, ReadPlan, bucket_parcels, read_share


@dataclass(frozen=True)
class Share:
    """One task's input; exactly one of the two."""

    landing: tuple[LandingFile, ...] = ()
    base: DataFile | None = None


def read_any(share: Share, plan: ReadPlan) -> Iterator[Parcel]:
    """The parcels of a share, for the shuffle."""
    if share.base is None:
        yield from read_share(share.landing, plan)
    else:
        rows = read_base(share.base, Store(plan.state_path), plan.base_format)
        yield from bucket_parcels(BASE, rows, plan.buckets)
