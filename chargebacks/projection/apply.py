"""Writing updates to DynamoDB: one conditional write a chargeback, 25 to a call, a few calls at a time.

State and guard are one write, so updates commute and whatever the order, the greatest position stays:

    one invocation      ── position 5 ──▶ item
    another, or a retry ── position 4 ──▶ item    condition fails on a greater position: stale
    either, again       ── position 5 ──▶ item    condition fails on the same one: already applied
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from chargebacks import record
from chargebacks.errors import TransientError
from chargebacks.projection.decide import Outcome, Update, classify
from chargebacks.projection.retry import (
    TRANSIENT_CODES,
    ExhaustedError,
    Patience,
    TimeUpError,
    explain,
    is_transient,
)
from chargebacks.projection.statement import Statement
from chargebacks.projection.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import BatchStatementErrorTypeDef

BATCH: Final = 25  # "BatchExecuteStatement" (API reference): at most 25 statements, no key twice
CONDITION_FAILED: Final = "ConditionalCheckFailed"
RETRIED: Final = "retried"  # counted beside the outcomes: statements sent once more
Tally = Counter[str]


@dataclass
class _Worked:
    """What one batch came to: its counts, and what went wrong."""

    tally: Tally = field(default_factory=Counter)
    errors: list[TransientError] = field(default_factory=list)


@dataclass(frozen=True)
class Applier:
    """Applies updates, through the threads of `pool`."""

    table: Table
    pool: ThreadPoolExecutor
    window: int  # batches under way or waiting, at most

    def apply(self, update: Update, ids: Iterable[str], tally: Tally, patience: Patience) -> None:
        """Apply `update` to each of `ids`, and count the outcomes into `tally`.

        `ids` is read as the work goes on, so it may be endless. Raises the first TransientError, when the
        batches under way have ended: what they did is counted, and doing it again changes nothing. An item
        that refuses its update does not keep the others from theirs; a table in trouble ends the work.
        """
        under_way: deque[Future[_Worked]] = deque()
        errors: list[TransientError] = []

        def settle(at_most: int) -> None:
            while len(under_way) > at_most:
                worked = under_way.popleft().result()
                tally.update(worked.tally)
                errors.extend(worked.errors)

        try:
            for batch in _batches(ids):
                under_way.append(self.pool.submit(self._work, update, batch, patience))
                settle(self.window - 1)
                if any(isinstance(error, ExhaustedError | TimeUpError) for error in errors):
                    break
        finally:
            settle(0)
        if errors:
            raise errors[0]

    def _work(self, update: Update, ids: Sequence[str], patience: Patience) -> _Worked:
        worked, left, attempt = _Worked(), ids, 0
        try:
            while left:
                patience.check()
                left, reason = self._send(update, left, worked)
                if left:
                    patience.pause(attempt, reason)
                    attempt += 1
                    worked.tally[RETRIED] += len(left)
        except TransientError as error:
            worked.errors.append(error)
        return worked

    def _send(self, update: Update, ids: Sequence[str], worked: _Worked) -> tuple[Sequence[str], str]:
        """One call. The ids to send again, and why."""
        statement = Statement.of(self.table.name, update)
        try:
            answer = self.table.client.batch_execute_statement(
                Statements=[statement.request(chargeback_id) for chargeback_id in ids]
            )
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            if not is_transient(error):
                raise TransientError(explain(error)) from None
            return ids, explain(error)
        errors = [response.get("Error") for response in answer.get("Responses", [])]
        if len(errors) != len(ids):  # cut off on its way: botocore reads that as an empty answer
            return ids, f"DynamoDB answered {len(errors)} of {len(ids)} statements"
        again: dict[str, str] = {}
        for chargeback_id, refused in zip(ids, errors, strict=True):
            if refused and refused.get("Code") in TRANSIENT_CODES:
                again[chargeback_id] = refused.get("Code", "")
            else:
                _count(update, chargeback_id, refused, worked)
        return list(again), ", ".join(sorted(set(again.values())))


def _count(
    update: Update, chargeback_id: str, error: "BatchStatementErrorTypeDef | None", worked: _Worked
) -> None:
    if error is None:
        worked.tally[Outcome.APPLIED] += 1
        return
    item = error.get("Item")
    found = item.get(record.POSITION, {}).get("S") if item else None
    # A condition that fails though no position is held: somebody gave the attribute another type.
    if error.get("Code") != CONDITION_FAILED or (item and found is None):
        told = " ".join(f"{error.get('Code')}: {error.get('Message')}".split())
        worked.errors.append(TransientError(f"item {chargeback_id!r} refuses its update: {told}"))
        return
    worked.tally[classify(update.position, found, exists=bool(item))] += 1


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield list(dict.fromkeys(batch))
