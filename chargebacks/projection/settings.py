"""The updater's settings: read once from the environment, then a frozen object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from zoneinfo import ZoneInfo

from chargebacks import schedule
from chargebacks.defaults import REGION, TABLE
from chargebacks.errors import SettingsError

DEFAULT_SERVICE: Final = "consolidation-updater"
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class UpdaterSettings:
    """What one updater works on. Times are seconds.

    `service`: the dimension of its metrics, and a field of its log lines: what tells one updater from another.
    `reserve`: what is kept of the invocation's time for answering; no call starts within it, so it is longer
    than `connect_timeout + read_timeout`, the slowest call of a server that does not answer byte by byte.
    `attempts`, `backoff`, `backoff_limit`: a transient failure is tried again after a random pause of up to
    `backoff * 2**n`, at most `backoff_limit` ("Exponential Backoff And Jitter", AWS Architecture Blog).
    """

    table: str = TABLE
    region: str = REGION
    log_level: str = "INFO"
    service: str = DEFAULT_SERVICE
    dlq_url: str | None = None
    partition_index: str | None = None
    schedule_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    threads: int = 4
    attempts: int = 10
    backoff: float = 0.05
    backoff_limit: float = 3.0
    connect_timeout: float = 2.0
    read_timeout: float = 5.0
    reserve: float = 8.0

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """Settings from environment variables; an empty one counts as unset. Raises SettingsError."""
        given = {name: text for name, value in env.items() if (text := value.strip())}
        return cls(
            table=given.get("DYNAMODB_TABLE_NAME", TABLE),
            region=given.get("AWS_REGION", REGION),
            service=given.get("POWERTOOLS_SERVICE_NAME", DEFAULT_SERVICE),
            log_level=_level(given.get("LOG_LEVEL", "INFO")),
            dlq_url=given.get("DLQ_URL"),
            partition_index=given.get("PARTITION_INDEX_NAME"),
            schedule_zone=schedule.zone(given.get("SCHEDULE_ZONE", "UTC")),
        )


def _level(text: str) -> str:
    level = "WARNING" if text.upper() == "WARN" else text.upper()
    if level not in LEVELS:
        raise SettingsError(f"LOG_LEVEL {text!r} is unknown: give one of {', '.join(LEVELS)}")
    return level
