"""What the event source mapping of this machine is told: the fields of Lambda's own, where it has them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chargebacks.errors import SettingsError
from chargebacks.local.event_source.batch import Limits

ARN: Final = "arn:aws:kafka:sa-east-1:123456789012:cluster/local/00000000-0000-0000-0000-000000000000-1"
POSITIONS: Final = {"TRIM_HORIZON": "earliest", "LATEST": "latest"}


@dataclass(frozen=True)
class PollSettings:
    """One mapping: where it reads, how it batches, how it retries.

    `max_retries` None: for ever, as Lambda does unless told. When retries run out, what is left goes to the
    file `on_failure` as JSON lines with its payload; without that file the poller stops with an error, since
    nothing is acknowledged that is neither done nor safely put aside. `until_idle_seconds`: stop when all is read
    and nothing came for that long.
    """

    bootstrap_servers: str
    topic: str
    group: str = "chargebacks-consolidation-updater"
    limits: Limits = field(default_factory=Limits)
    starting_position: str = "TRIM_HORIZON"
    kafka_auth: str = "none"
    event_source_arn: str = ARN
    function_name: str = "consolidation-updater"
    timeout_seconds: float = 60.0
    max_retries: int | None = None
    on_failure: Path | None = None
    rewind: bool = False
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 10.0
    session_timeout_seconds: float = 10.0
    until_idle_seconds: float | None = None

    def __post_init__(self) -> None:
        """Raises SettingsError: one line, what and why. The ranges are Lambda's."""
        _within("batch size", self.limits.size, 1, 10_000)
        _within("batching window", self.limits.window_seconds, 0, 300)
        _within("timeout", self.timeout_seconds, 1, 840)
        _within("number of retries", self.max_retries or 0, 0, 10_000)
        if self.starting_position not in POSITIONS:
            raise SettingsError(
                f"starting position {self.starting_position!r} is unknown: give {' or '.join(POSITIONS)}"
            )


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(f"the {name} {value:g} is out of range: give {low:g} to {high:g}")
