"""What a run's report comes to in CloudWatch: one number for each of the job's metrics."""

from collections.abc import Mapping
from typing import Final

from chargebacks import schedule
from chargebacks.consolidation.report import RunReport
from chargebacks.settings import JobSettings

COUNTED: Final = {
    "RecordsRead": "records_read",
    "RecordsProcessed": "records_processed",
    "DuplicatesRemoved": "duplicates_removed",
    "RecordsRejected": "records_rejected",
}


def values(report: RunReport, settings: JobSettings) -> Mapping[str, float]:
    """Return the value of each metric that the run knows, by its name in `schemas/metrics.json`.

    Counts of records describe the execution's own day, because a dashboard shows a day's: a backfill of other days
    has none. An execution counts once, in the run that announces it. The rejected share describes what the run itself
    read, as `max_rejected_share` does. Unknown debts are left out: 0 would end an alarm.
    """
    own = [one for one in report.partitions if one.day == settings.own_day]
    new = [one for one in report.partitions if one.committed and not one.repeated]
    counts = [one.entry.counts for one in own if one.entry]
    return {
        "ExecutionsCompleted": _completed(report, settings),
        "PartitionsConsolidated": len(new),
        "PartitionsFailed": sum(bool(one.error) for one in report.partitions),
        **_debts(report),
        **{name: getattr(one, field) for one in counts for name, field in COUNTED.items()},
        **_reading(report),
        "ChargebacksAnnounced": report.announced,
    }


def _completed(report: RunReport, settings: JobSettings) -> int:
    """Return how many executions are complete since this run: the last step is to announce their own day's entry."""
    own = {
        one.execution_time
        for one in report.confirmed
        if one.partition_date == schedule.day_of(one.execution_time, settings.schedule_zone)
    }
    return len(own)


def _reading(report: RunReport) -> Mapping[str, float]:
    """Return what a run found in the landing zone; nothing for a recovery, whose zeros would end alarms."""
    if report.landing_warning is None:
        return {}
    readings = [one.findings.reading for one in report.partitions]
    return {
        "RejectedShare": 100 * max((one.rejected_share for one in readings), default=0.0),
        "FilesUnreadable": sum(len(one.unreadable) for one in readings),
        "BytesUnreadable": sum(one.unreadable_bytes for one in readings),
        "LandingZoneEmpty": int(bool(report.landing_warning)),
        "RunSeconds": report.seconds,
    }


def of_failure() -> Mapping[str, float]:
    """The values of a run that ended before it had a report: its target failed, and nothing else is known."""
    return {"ExecutionsCompleted": 0, "PartitionsFailed": 1}


def _debts(report: RunReport) -> Mapping[str, float]:
    if report.publish_problem and not report.unpublished:
        return {}
    return {"ConsolidationsUnpublished": sum(report.unpublished.values())}
