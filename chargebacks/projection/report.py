"""What operators see: one METRICS line, EMF metrics, and JSON logs.

Saved CloudWatch Insights queries count lines `like /ERROR/` and parse those `like /METRICS:/`, so a log line
holds the first word only when it is an error, and the second never. No line holds an e-mail address.
"""

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TextIO

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from chargebacks.contract.wording import EMAIL
from chargebacks.metrics import Metrics
from chargebacks.projection.apply import RETRIED, Tally
from chargebacks.projection.decide import Outcome
from chargebacks.projection.find import UNREADABLE

_ERRORS: Final = ("ERROR", "CRITICAL")


@dataclass(frozen=True)
class Report:
    """One invocation in numbers: messages by what became of them, and the chargebacks' outcomes."""

    processed: int
    dead_lettered: int
    reported: int
    tally: Tally

    @property
    def failed(self) -> int:
        """A dead-lettered message is a failed one, too."""
        return self.dead_lettered + self.reported

    def line(self) -> str:
        """The METRICS line; its last number ends it, because `parse` takes all that follows."""
        return (
            f"METRICS: messages_processed={self.processed}, messages_failed={self.failed}, "
            f"chargebacks_updated={self.tally[Outcome.APPLIED]}"
        )

    def values(self) -> dict[str, int]:
        """Each metric's value, by the name that `schemas/metrics.json` has for it."""
        return {
            "MessagesProcessed": self.processed,
            "MessagesFailed": self.failed,
            "MessagesDeadLettered": self.dead_lettered,
            "ChargebacksUpdated": self.tally[Outcome.APPLIED],
            "ChargebacksAlreadyApplied": self.tally[Outcome.ALREADY_APPLIED],
            "ChargebacksStale": self.tally[Outcome.STALE],
            "ChargebacksMissing": self.tally[Outcome.MISSING],
            "ChargebacksUnreadable": self.tally[UNREADABLE],
            "UpdatesRetried": self.tally[RETRIED],
        }

    def publish(self, metrics: Metrics, service: str) -> None:
        """Print both. Plain print, because the runtime may wrap what goes through `logging`."""
        emf = EphemeralMetrics(namespace=metrics.namespace, service=service)
        for name, value in self.values().items():
            emf.add_metric(name=name, unit=metrics.units[name], value=value)
        emf.flush_metrics()
        print(self.line(), flush=True)  # noqa: T201 - the line that saved queries parse


class _StandardOutput(logging.StreamHandler[TextIO]):
    """Writes where `print` writes, whatever that is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stdout
        super().emit(record)


@cache  # Powertools configures a service's logger once, and only once
def _logger(service: str) -> Logger:
    return Logger(service=service, logger_handler=_StandardOutput(), utc=True, json_serializer=serialise)


def make_logger(level: str, service: str) -> Logger:
    """JSON lines on standard output, with upper-case levels."""
    logger = _logger(service)
    logger.setLevel(level)
    return logger


def serialise(entry: Mapping[str, Any]) -> str:
    """A log entry as one JSON line that saved queries count rightly.

    JSON can spell a letter as its number: a text that holds one of their words stays the same text, and no
    longer matches.
    """
    line = json.dumps(_masked(entry), default=str).replace("METRICS:", r"\u004dETRICS:")
    return line if entry.get("level") in _ERRORS else line.replace("ERROR", r"\u0045RROR")


def _masked(value: Any) -> Any:
    match value:
        case str():
            return EMAIL.sub("***", value)
        case Mapping():
            return {_masked(key): _masked(held) for key, held in value.items()}
        case list():
            return [_masked(held) for held in value]
    return value
