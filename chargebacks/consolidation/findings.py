"""What an execution found, beside the entry that it drafts: its outcome and the run's report carry one such object.

A new kind of finding is a field here or in `LedgerResult`. report.py turns it into JSON and lines, metrics.py into
numbers.
"""

from dataclasses import dataclass, field

from chargebacks.consolidation.landing.listing import Landing
from chargebacks.consolidation.records.loss import NO_LOSS, Loss
from chargebacks.consolidation.records.ties import NO_TIES, Ties
from chargebacks.consolidation.stages.ledger import NOTHING_READ, LedgerResult


@dataclass(frozen=True)
class Findings:
    """What the listing showed, and what became of the files that were read.

    `loss` is what the output lost, with permission. `ties` are winners that bytes decided. `lost_to` names the run that
    committed this execution while this run worked on it.
    """

    landing: Landing = field(default_factory=lambda: Landing([]))
    reading: LedgerResult = NOTHING_READ
    loss: Loss = NO_LOSS
    ties: Ties = NO_TIES
    lost_to: str = ""
