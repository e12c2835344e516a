"""A batch of Kafka messages, from Lambda's event to its answer.

    event ─ msk ─▶ message ─ contract ─▶ event ─ decide ─▶ update ─ apply ─▶ outcomes
                      │ ContractError ─▶ dead-letter queue (or reported, when that does not take it)
                      └ anything else ─▶ reported: Lambda sends it again

Not Powertools' BatchProcessor: it names failures from the record's own fields when all is over, so one record
without an offset raises for the whole batch, and it knows no third way for messages that were put aside.
Going on after a failure in the same partition is safe, because updates commute.
"""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self

from chargebacks import contract
from chargebacks.errors import ChargebacksError, ContractError, SettingsError
from chargebacks.metrics import Metrics
from chargebacks.projection import msk
from chargebacks.projection.apply import Applier, Tally
from chargebacks.projection.dead_letters import DeadLetters
from chargebacks.projection.decide import Day, Decision, Named, decide
from chargebacks.projection.find import UNREADABLE, Finder, Unreadable
from chargebacks.projection.report import Report, make_logger
from chargebacks.projection.retry import Patience, TimeUpError
from chargebacks.projection.settings import UpdaterSettings
from chargebacks.projection.table import Table

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


# W3C Trace Context, "traceparent Header Field Values": version, trace, span, flags.
TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Verdict(StrEnum):
    """What became of one message."""

    PROCESSED = "processed"
    DEAD_LETTERED = "dead_lettered"
    REPORTED = "reported"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Updater:
    """The updater with all its parts. Made once per container."""

    settings: UpdaterSettings
    table: Table
    applier: Applier
    finder: Finder
    dead_letters: DeadLetters
    metrics: Metrics
    logger: "Logger"
    clock: Callable[[], datetime]

    @classmethod
    def build(cls, settings: UpdaterSettings, clock: Callable[[], datetime] = utc_now) -> Self:
        """The composition root: no call is made yet."""
        table = Table.connect(settings)
        pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="apply")
        return cls(
            settings=settings,
            table=table,
            applier=Applier(table, pool, window=2 * settings.threads),
            finder=Finder(table),
            dead_letters=DeadLetters(settings),
            metrics=Metrics.of("updater"),
            logger=make_logger(settings.log_level, settings.service),
            clock=clock,
        )

    def handle(self, event: object, context: object) -> dict[str, Any]:
        """Lambda's answer to one event: `{"batchItemFailures": [...]}`.

        Raises ContractError only when the event is no Kafka event at all, and SettingsError when the table's key is
        not as it must be: no message is to blame, and none may be put aside for that.
        """
        messages = msk.messages(event)
        self.logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
        patience = Patience.of(self.settings, self._remaining(context))
        tally: Tally = Counter()
        try:
            verdicts = self._verdicts(messages, tally, patience)
        except SettingsError as error:
            self.logger.error(f"no message was processed: {error}")  # noqa: TRY400 - one line says it all
            self._publish(Counter({Verdict.REPORTED: len(messages)}), tally)
            raise
        self._publish(Counter(verdicts), tally)
        pairs = zip(messages, verdicts, strict=True)
        return {
            "batchItemFailures": [
                _failure(message) for message, verdict in pairs if verdict is Verdict.REPORTED
            ]
        }

    def _publish(self, found: Counter[Verdict], tally: Tally) -> None:
        report = Report(
            found[Verdict.PROCESSED], found[Verdict.DEAD_LETTERED], found[Verdict.REPORTED], tally
        )
        report.publish(self.metrics, self.settings.service)

    def _remaining(self, context: object) -> Callable[[], float]:
        """Seconds in which a call may still be started; endless where no Lambda counts them."""
        left = getattr(context, "get_remaining_time_in_millis", None)
        if left is None:
            return lambda: float("inf")
        return lambda: left() / 1000 - self.settings.reserve

    def _verdicts(self, messages: list[msk.Message], tally: Tally, patience: Patience) -> list[Verdict]:
        try:
            self.table.check_key(patience)
        except TimeUpError as late:
            self.logger.warning(f"all messages come again: {late}")
        except SettingsError:
            raise
        except ChargebacksError as error:
            self.logger.error(f"no message was processed: {error}")  # noqa: TRY400 - one line says it all
        except Exception:
            self.logger.exception("no message was processed: this is a bug")
        else:
            return [self._verdict(message, tally, patience) for message in messages]
        return [Verdict.REPORTED for _ in messages]

    def _verdict(self, message: msk.Message, tally: Tally, patience: Patience) -> Verdict:
        """Never raises: what cannot be applied or put aside is reported."""
        known = {"correlation_id": message.name, **_where(message)}
        try:
            return self._process(message, known, tally, patience)
        except TimeUpError as late:
            self.logger.warning(f"message comes again: {late}", extra=known)
        except ChargebacksError as error:
            self.logger.error(f"message reported as failed: {error}", extra=known)  # noqa: TRY400 - as above
        except Exception:
            self.logger.exception("message reported as failed: this is a bug", extra=known)
        return Verdict.REPORTED

    def _process(
        self, message: msk.Message, known: dict[str, Any], tally: Tally, patience: Patience
    ) -> Verdict:
        try:
            event = contract.decode(msk.payload(message))
            known["correlation_id"] = event.get("event_id", message.name)
            decision = decide(event, message.sent_at, self.clock(), self.settings.schedule_zone)
        except ContractError as error:
            self.dead_letters.put(message, str(error), patience)
            self.logger.error(f"message dead-lettered: {error}", extra=known)  # noqa: TRY400 - as above
            return Verdict.DEAD_LETTERED
        own: Tally = Counter()
        try:
            self._carry_out(decision, own, patience)
        finally:  # what was applied is counted, also when the rest was not
            tally.update(own)
        self.logger.info("message processed", extra={**known, "event_type": event["event_type"], **own})
        return Verdict.PROCESSED

    def _carry_out(self, decision: Decision, tally: Tally, patience: Patience) -> None:
        update = decision.update
        match decision.target:
            case Named(ids):
                self.applier.apply(update, ids, tally, patience)
            case Day() as day:
                unreadable = Unreadable()
                found = self.finder.created_on(day, update.position, unreadable, patience)
                self.applier.apply(update, found, tally, patience)
                self._warn_of(unreadable, tally)

    def _warn_of(self, unreadable: Unreadable, tally: Tally) -> None:
        tally[UNREADABLE] += unreadable.count
        if unreadable.count:
            told = f"{unreadable.count} items have a created_at that cannot be read and were left out"
            self.logger.warning(told, extra={"chargeback_ids": unreadable.some})


def _where(message: msk.Message) -> dict[str, Any]:
    """Where it is from, and its trace. A header of any other shape may be of any length: no log line is made of it."""
    trace = msk.header(message, "traceparent")
    where = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
    return {**where, "traceparent": trace} if trace and TRACEPARENT.fullmatch(trace) else where


def _failure(message: msk.Message) -> dict[str, Any]:
    return {"itemIdentifier": {"partition": message.source, "offset": message.offset}}
