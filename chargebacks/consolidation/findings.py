"""What an execution found, beside the entry that it drafts, as its outcome and the run's report carry it.

To add a kind of finding, add a field here or to `LedgerResult`, then show it in report.py and metrics.py.
"""

from dataclasses import dataclass, field

from chargebacks.consolidation.landing.listing import Landing
from chargebacks.consolidation.records.loss import NO_LOSS, Loss
from chargebacks.consolidation.records.ties import NO_TIES, Ties
from chargebacks.consolidation.stages.ledger import NOTHING_READ, LedgerResult


@dataclass(frozen=True)
class Findings:
    """What the listing showed, and what became of the files that were read.

    `loss`: what the output lost, as --allow-shrink permits. `ties`: winners that bytes decided. `lost_to`: the run that
    committed this execution while this run worked on it.
    """

    landing: Landing = field(default_factory=lambda: Landing([]))
    reading: LedgerResult = NOTHING_READ
    loss: Loss = NO_LOSS
    ties: Ties = NO_TIES
    lost_to: str = ""
