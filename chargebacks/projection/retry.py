"""Trying again within the invocation: random pauses, bounded attempts, and an eye on the clock."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError

from chargebacks.errors import TransientError
from chargebacks.projection.settings import UpdaterSettings

# "Error handling with DynamoDB" and "BatchStatementError" (API reference): a statement spells its trouble
# without "Exception", a whole call with it.
TRANSIENT_CODES: Final = frozenset(
    spelling
    for code in (
        "InternalServerError",
        "InternalFailure",
        "LimitExceeded",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingError",
        "TransactionConflict",
        "TransactionInProgress",
    )
    for spelling in (code, f"{code}Exception")
)
SERVER_ERROR: Final = 500  # this HTTP status and those above
_BROKEN_LINES: Final = (BotoConnectionError, HTTPClientError, IncompleteReadError, ResponseParserError)
Answer = TypeVar("Answer", bound=Mapping[str, Any])


class TimeUpError(TransientError):
    """The invocation's time is used up: what is left is reported and comes again."""


class ExhaustedError(TransientError):
    """Tried as often as allowed."""


@dataclass(frozen=True)
class Patience:
    """How long to try. `remaining` gives the seconds in which a call may still be started."""

    attempts: int
    backoff: float
    backoff_limit: float
    remaining: Callable[[], float]

    @classmethod
    def of(cls, settings: UpdaterSettings, remaining: Callable[[], float]) -> Self:
        return cls(settings.attempts, settings.backoff, settings.backoff_limit, remaining)

    def check(self) -> None:
        """Raises TimeUpError when no call may be started any more."""
        if self.remaining() <= 0:
            raise TimeUpError("the invocation's time is used up")

    def pause(self, attempt: int, reason: str) -> None:
        """Sleep after failed `attempt` (from 0), a random time up to the limit ("full jitter").

        Raises ExhaustedError when that attempt was the last one, TimeUpError when the pause would outlast the
        invocation.
        """
        if attempt + 1 >= self.attempts:
            raise ExhaustedError(f"given up after {self.attempts} attempts: {reason}")
        seconds = random.uniform(0, min(self.backoff_limit, self.backoff * 2**attempt))  # noqa: S311 - no secret
        if seconds >= self.remaining():
            raise TimeUpError(f"no time is left to try again after: {reason}")
        time.sleep(seconds)

    def call(self, function: Callable[[], Answer], member: str) -> Answer:
        """What `function` of AWS answers, tried again on transient failures. Raises TransientError: the last
        reason.

        An answer without `member` is one that was cut off on its way: botocore reads it as an empty one.
        """
        attempt = 0
        while True:
            self.check()
            try:
                answer = function()
            except (BotoCoreError, ClientError, ResponseParserError) as error:
                reason = explain(error)
                if not is_transient(error):
                    raise TransientError(reason) from None
            else:
                if member in answer:
                    return answer
                reason = f"an answer without {member}"
            self.pause(attempt, reason)
            attempt += 1


def is_transient(error: Exception) -> bool:
    """Whether the same call may succeed in a moment: throttled, broken line, timeout, 5xx."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= SERVER_ERROR or error.response.get("Error", {}).get("Code") in TRANSIENT_CODES
    return isinstance(error, _BROKEN_LINES)


def explain(error: Exception) -> str:
    """The failure in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
