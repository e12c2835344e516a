"""Names that both sides use where none is given."""

from typing import Final

REGION: Final = "sa-east-1"
TABLE: Final = "poc-chargeback-chargebacks-dev"
TOPIC: Final = "chargeback-consolidation-events"
