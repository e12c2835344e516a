"""Every error that this project raises on purpose.

    ChargebacksError
    ├── SettingsError            a setting is wrong or missing: nothing was done (exit code 2)
    ├── ContractError            this message or record cannot succeed as it is: put it aside, do not retry
    ├── TransientError           the same call may succeed later: retry, then report
    ├── ConsolidationError       this execution must not commit, or could not
    │   ├── LimitExceededError   more rejected records or unreadable files than allowed
    │   ├── ShrinkError          recomputing from raw would lose chargebacks of the previous output
    │   ├── LostLogError         the output folder has files of commits that the log does not have
    │   ├── ConservationError    records went in that did not come out: a bug, never committed
    │   ├── CommitConflictError  another run won the log entry, twice
    │   └── WorkerDiedError      a process that ran tasks died without a message
    ├── StateVersionError        a newer release wrote the state: nothing was done
    ├── StorageError             the object store failed, retries included: nothing is known of the content
    │   └── WithheldError        the object is there, but storage does not give it now: archived, a link to nothing
    ├── UnreadableFileError      the content of one landing file cannot be read
    ├── PublishError             committed, but not (wholly) announced: the debt stays (exit code 3)
    ├── TopicError               a topic could not be looked at, made or changed
    └── LocalStackError          this machine cannot run the local stack

A message says what was wrong, where, and what to do. It never carries a customer's e-mail address.
"""

from collections.abc import Sequence


class ChargebacksError(Exception):
    """Root of the tree."""


def one_line(error: Exception) -> str:
    """The error for a report: our own say what to do; of any other, its kind and first line."""
    if isinstance(error, ChargebacksError):
        return str(error)
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"


def first_few(texts: Sequence[str], count: int) -> str:
    """Return the first `count` texts with commas, and how many more there are."""
    more = f" and {len(texts) - count} more" if len(texts) > count else ""
    return ", ".join(texts[:count]) + more


class SettingsError(ChargebacksError):
    """A setting is wrong or missing."""


class ContractError(ChargebacksError):
    """A message or record that cannot succeed as it is."""


class TransientError(ChargebacksError):
    """A call that may succeed later."""


class ConsolidationError(ChargebacksError):
    """An execution that must not or could not commit."""


class LimitExceededError(ConsolidationError):
    """Too many rejected records or unreadable files."""


class ShrinkError(ConsolidationError):
    """Recomputing from raw would lose chargebacks that the previous output has."""


class LostLogError(ConsolidationError):
    """The output folder has files of commits that the log does not have: a new log would double its chargebacks."""


class ConservationError(ConsolidationError):
    """Counts that do not add up."""


class CommitConflictError(ConsolidationError):
    """Another run won the log entry."""


class StateVersionError(ChargebacksError):
    """A newer release wrote the state, and this code would misread it."""


class WorkerDiedError(ConsolidationError):
    """A process that ran a task died. `share`: the number of the first stage's task; None for another task."""

    def __init__(self, message: str, share: int | None) -> None:
        super().__init__(message)
        self.share = share


class StorageError(ChargebacksError):
    """A call to the object store that failed after its retries."""


class WithheldError(StorageError):
    """An object that storage lists and does not give until the message's advice is followed."""


class UnreadableFileError(ChargebacksError):
    """A landing file whose content cannot be read."""


class PublishError(ChargebacksError):
    """A committed consolidation that could not be announced."""


class TopicError(ChargebacksError):
    """A topic that brokers do not describe, make or change."""


class LocalStackError(ChargebacksError):
    """The local stack could not be started or fetched."""
