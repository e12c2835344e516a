"""What one task of the first stage is given: landing files, or one previous data file to be bucketed anew."""

from collections.abc import Iterator
from dataclasses import dataclass

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import DataFile
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.records import datafile
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
        data = Store(plan.state_path).get(share.base.path)
        yield from bucket_parcels(BASE, datafile.read(data, plan.base_format), plan.buckets)
