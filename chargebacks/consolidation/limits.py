"""What an execution may not commit: too many bad records or files, or less than was there. Pure."""

from collections.abc import Collection
from datetime import date
from typing import Final

from chargebacks.consolidation.records.loss import Loss
from chargebacks.consolidation.stages.ledger import LedgerResult
from chargebacks.consolidation.stages.write import WritePlan
from chargebacks.errors import LimitExceededError, ShrinkError
from chargebacks.settings import JobSettings

MIN_REJECTED: Final = 10  # a handful of bad records in a small execution is no flood
MIN_UNREADABLE: Final = 3
MAX_UNREADABLE_SHARE: Final = 0.01


def check_loss(
    day: date, loss: Loss, gone: Collection[str], settings: JobSettings, *, restart: bool = False
) -> None:
    """Raise ShrinkError when a full execution would lose chargebacks of the previous output, and may not.

    `gone`: covered landing files that do not exist any more; with `restart` they are unknown. Only in these cases do
    older versions count as lost. Otherwise a file was overwritten or is read by other rules, and its content is meant.
    """
    older = loss.older if gone or restart else 0
    if settings.allow_shrink or not (loss.chargebacks or older):
        return
    back = f"; {older} would go back to an older version" if older else ""
    why = f"; {len(gone)} covered landing files are gone, first {min(gone)}" if gone else ""
    raise ShrinkError(
        f"partition {day}: the output would lose {loss}{back}{why}: nothing was committed; restore the landing files "
        "and settings that it was made of, or give --allow-shrink if this is meant"
    )


def check_limits(
    day: date, ledger: LedgerResult, plan: WritePlan, settings: JobSettings, retried: Collection[str] = ()
) -> None:
    """Raise LimitExceededError when this execution met more bad records or files than it may.

    Unreadable files that are `retried` counted towards the limit when they arrived.
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
