"""What a run's report comes to in CloudWatch: one number for each of the job's metrics."""

from collections.abc import Mapping
from typing import Final

from chargebacks.consolidation.report import RunReport
from chargebacks.settings import JobSettings

COUNTED: Final = {
    "RecordsRead": "records_read",
    "RecordsProcessed": "records_processed",
    "DuplicatesRemoved": "duplicates_removed",
    "RecordsRejected": "records_rejected",
}


def values(report: RunReport, settings: JobSettings) -> Mapping[str, float]:
    """The value of each metric that the run knows, by the name that `schemas/metrics.json` has for it.

    Counts of records say how the execution's own day stands after it: a dashboard shows a day's, and a backfill of
    other days tells none and completes no execution of this one. The rejected share says what the run itself read, as
    `max_rejected_share` does. What is owed is left out where it cannot be told: 0 would end an alarm.
    """
    own = [one for one in report.partitions if one.day == settings.own_day]
    new = [one for one in report.partitions if one.committed and not one.repeated]
    counts = [one.entry.counts for one in own if one.entry]
    readings = [one.findings.reading for one in report.partitions]
    return {
        "ExecutionsCompleted": sum(one.published and not one.error for one in own),
        "PartitionsConsolidated": len(new),
        "PartitionsFailed": sum(bool(one.error) for one in report.partitions),
        **_debts(report),
        **{name: getattr(one, field) for one in counts for name, field in COUNTED.items()},
        "RejectedShare": 100 * max((one.rejected_share for one in readings), default=0.0),
        "FilesUnreadable": sum(len(one.unreadable) for one in readings),
        "BytesUnreadable": sum(one.unreadable_bytes for one in readings),
        **_layout(report),
        "ChargebacksAnnounced": report.announced,
        "RunSeconds": report.seconds,
    }


def _layout(report: RunReport) -> Mapping[str, float]:
    return {} if report.landing_warning is None else {"LandingZoneEmpty": int(bool(report.landing_warning))}


def of_failure() -> Mapping[str, float]:
    """The values of a run that ended before it had a report: its target failed, and nothing else is known."""
    return {"ExecutionsCompleted": 0, "PartitionsFailed": 1}


def _debts(report: RunReport) -> Mapping[str, float]:
    if report.publish_problem and not report.unpublished:
        return {}
    return {"ConsolidationsUnpublished": sum(report.unpublished.values())}
