"""What an execution may not commit: too many bad records or files, or less than was there. Pure."""

from collections.abc import Collection
from datetime import date
from typing import Final

from chargebacks.consolidation.stages.ledger import LedgerResult
from chargebacks.consolidation.stages.write import WritePlan
from chargebacks.errors import LimitExceededError, ShrinkError
from chargebacks.settings import JobSettings

MIN_REJECTED: Final = 10  # a handful of bad records in a small execution is no flood
MIN_UNREADABLE: Final = 3
MAX_UNREADABLE_SHARE: Final = 0.01


def check_whole(day: date, gone: Collection[str], settings: JobSettings) -> None:
    """Raise ShrinkError when covered landing files are gone and their records may not go with them."""
    if gone and not settings.allow_shrink:
        raise ShrinkError(
            f"partition {day}: {len(gone)} covered landing files are gone, first {min(gone)}: --full would lose "
            "their records, nothing was committed; restore them or give --allow-shrink"
        )


def check_limits(
    day: date, ledger: LedgerResult, plan: WritePlan, settings: JobSettings, retried: Collection[str] = ()
) -> None:
    """Raise LimitExceededError when this execution met more bad records or files than it may.

    Files that are `retried`, and unreadable again, passed the limit when they came.
    """
    where = f"{plan.state_path}/{ledger.rejects}" if plan.write else "the landing files"
    if ledger.rejected > max(MIN_REJECTED, settings.max_rejected_share * ledger.read):
        raise LimitExceededError(
            f"partition {day}: {ledger.rejected} of {ledger.read} records rejected, more than "
            f"{settings.max_rejected_share:.1%}: nothing was committed; see {where}, then mend upstream or raise "
            "--max-rejected-share"
        )
    meant = {*retried, *ledger.skipped}
    unreadable = [path for path in ledger.unreadable if path not in meant]
    if len(unreadable) > max(MIN_UNREADABLE, MAX_UNREADABLE_SHARE * ledger.files):
        raise LimitExceededError(
            f"partition {day}: {len(unreadable)} of {ledger.files} landing files cannot be read, first "
            f"{unreadable[0]}: nothing was committed; see {where}, then replace or remove them"
        )
