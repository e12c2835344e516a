"""What a run's report comes to in CloudWatch, with numbers worked out by hand."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chargebacks.consolidation import metrics
from chargebacks.metrics import Metrics
from tests.unit.consolidation.builders import DAY, json_lines, land, settings
from tests.unit.consolidation.running import Broker, log, run

SCHEMAS = Path(__file__).parents[3] / "schemas"
LATE = "2025-11-19"


def values(root: Path, broker: Broker | None, at: str = "06:30", **given: str) -> dict[str, float]:
    """The metrics of one run, without its seconds."""
    told = dict(metrics.values(run(root, broker, at=at, **given), settings(root, **given)))
    assert 0 < told.pop("RunSeconds") < 60
    return told


def delivered(root: Path) -> None:
    """Three chargebacks in eight records, two of which no one can keep, and one for the day before."""
    kept = [{"chargeback_id": one} for one in ("a", "b", "c", "a", "b", "a")]
    land(root, "first.json", json_lines(*kept, {"chargeback_id": ""}, {"status": "open"}))
    land(root, f"{LATE.replace('-', '/')}/late.json", json_lines({"chargeback_id": "late"}))


def test_the_values_are_those_of_the_metrics_that_are_told_to_alarms_and_dashboards(tmp_path: Path) -> None:
    known = json.loads((SCHEMAS / "metrics.json").read_text())["job"]["metrics"]
    assert {*values(tmp_path, Broker()), "RunSeconds"} == set(known)
    assert set(metrics.of_failure()) <= set(known)
    assert Metrics.of("job").units == {name: metric["unit"] for name, metric in known.items()}


def test_a_run_is_told_in_numbers(tmp_path: Path) -> None:
    delivered(tmp_path)
    assert values(tmp_path, Broker()) == {
        "ExecutionsCompleted": 1,
        "PartitionsConsolidated": 2,
        "PartitionsFailed": 0,
        "ConsolidationsUnpublished": 0,
        "RecordsRead": 8,
        "RecordsProcessed": 3,
        "DuplicatesRemoved": 3,
        "RecordsRejected": 2,
        "RejectedShare": 25.0,
        "FilesUnreadable": 0,
        "BytesUnreadable": 0,
        "LandingZoneEmpty": 0,
        "ChargebacksAnnounced": 4,
    }


def test_the_same_execution_again_gets_no_entry_announces_nobody_and_completes_nothing(
    tmp_path: Path,
) -> None:
    delivered(tmp_path)
    run(tmp_path, Broker())
    told = values(tmp_path, Broker())
    assert (told["ExecutionsCompleted"], told["PartitionsConsolidated"]) == (0, 0)
    assert (told["RecordsProcessed"], told["ChargebacksAnnounced"]) == (3, 0)


def test_an_execution_is_complete_only_when_it_is_announced(tmp_path: Path) -> None:
    delivered(tmp_path)
    told = values(tmp_path, Broker(capacity=0))
    assert (told["ExecutionsCompleted"], told["PartitionsConsolidated"]) == (0, 2)
    assert told["ConsolidationsUnpublished"] == 2


@pytest.mark.parametrize("at", ["06:30", "12:30"])
def test_an_execution_counts_once_in_the_run_that_announces_it(tmp_path: Path, at: str) -> None:
    """The broker is down during an execution: its own retry, or the next execution, announces it."""
    delivered(tmp_path)
    runs = [(Broker(capacity=0), "06:30"), (Broker(), at), (Broker(), at), (Broker(), "18:30")]
    counted = [values(tmp_path, broker, at=at)["ExecutionsCompleted"] for broker, at in runs]
    assert counted == [0, 1 if at == "06:30" else 2, 0, 1]


def test_an_execution_of_yesterday_that_is_announced_today_counts_today(tmp_path: Path) -> None:
    land(tmp_path, f"{LATE.replace('-', '/')}/one.json", json_lines({"chargeback_id": "a"}))
    yesterday = {"execution_time": f"{LATE}T18:30:00"}
    assert values(tmp_path, None, **yesterday)["ExecutionsCompleted"] == 0
    assert values(tmp_path, Broker())["ExecutionsCompleted"] == 2


def test_an_execution_counts_though_the_broker_goes_down_after_its_messages(tmp_path: Path) -> None:
    delivered(tmp_path)
    run(tmp_path, None)
    run(tmp_path, None, at="12:30")
    entries = [entry for day in (LATE, DAY) for entry in log(tmp_path, day).entries()]
    assert [entry.partition_date.isoformat() for entry in entries] == [LATE, DAY, DAY]
    first_two = sum(entry.announcement.slices + 1 for entry in entries[:2])
    told = values(tmp_path, Broker(capacity=first_two), at="18:30")
    assert (told["ExecutionsCompleted"], told["ChargebacksAnnounced"]) == (1, 4)
    assert told["ConsolidationsUnpublished"] == 2


def test_an_execution_s_own_day_is_that_of_the_schedule_s_zone(tmp_path: Path) -> None:
    """01:30 in UTC is the evening before in Sao Paulo; a recovery with another zone finds no own day announced."""
    land(tmp_path, f"{LATE.replace('-', '/')}/one.json", json_lines({"chargeback_id": "a"}))
    there = {
        "execution_time": f"{DAY}T01:30:00",
        "partition_date": LATE,
        "schedule_zone": "America/Sao_Paulo",
    }
    report = run(tmp_path, Broker(), **there)
    assert metrics.values(report, settings(tmp_path, **there))["ExecutionsCompleted"] == 1
    elsewhere = settings(tmp_path, **there | {"schedule_zone": "UTC"})
    assert metrics.values(report, elsewhere)["ExecutionsCompleted"] == 0


def test_a_range_that_holds_the_executions_own_day_is_one_execution(tmp_path: Path) -> None:
    delivered(tmp_path)
    told = values(tmp_path, Broker(), partition_date=f"{LATE}..{DAY}")
    assert (told["ExecutionsCompleted"], told["RecordsProcessed"]) == (1, 3)


def test_a_backfill_of_other_days_completes_no_execution_and_tells_nothing_of_their_records(
    tmp_path: Path,
) -> None:
    delivered(tmp_path)
    told = values(tmp_path, Broker(), partition_date=LATE)
    assert (told["ExecutionsCompleted"], told["PartitionsConsolidated"], told["ChargebacksAnnounced"]) == (
        0,
        1,
        1,
    )
    assert "RecordsProcessed" not in told


def test_chargebacks_count_as_announced_in_the_run_that_announces_them(tmp_path: Path) -> None:
    delivered(tmp_path)
    assert values(tmp_path, Broker(capacity=0))["ChargebacksAnnounced"] == 0
    assert values(tmp_path, Broker(), at="12:30")["ChargebacksAnnounced"] == 4


def test_a_partition_that_fails_counts_as_failed_and_its_execution_not_as_complete(tmp_path: Path) -> None:
    rejects = [{"status": "open"} for _ in range(20)]
    land(tmp_path, "bad.json", json_lines({"chargeback_id": "a"}, *rejects))
    told = values(tmp_path, Broker())
    assert (told["ExecutionsCompleted"], told["PartitionsFailed"]) == (0, 1)


def test_a_run_that_ends_without_a_report_failed_its_target_and_tells_nothing_that_it_does_not_know() -> None:
    assert metrics.of_failure() == {"ExecutionsCompleted": 0, "PartitionsFailed": 1}


def test_debts_that_cannot_be_told_are_not_told_as_none(tmp_path: Path) -> None:
    delivered(tmp_path)
    report = replace(run(tmp_path, Broker()), publish_problem="what is still owed cannot be told: down")
    assert "ConsolidationsUnpublished" not in metrics.values(report, settings(tmp_path))


def test_the_rejected_share_is_of_the_records_that_the_run_read(tmp_path: Path) -> None:
    shares = []
    deliveries = ([{"chargeback_id": f"c{n}"} for n in range(30)], [{"chargeback_id": "new"}, {"x": "1"}], [])
    for number, delivered_now in enumerate(deliveries):
        if delivered_now:
            land(tmp_path, f"{number}.json", json_lines(*delivered_now))
        shares.append(values(tmp_path, Broker(), at=f"1{number}:00")["RejectedShare"])
    assert shares == [0.0, 50.0, 0.0]


def test_unreadable_files_of_every_partition_count_by_number_and_bytes(tmp_path: Path) -> None:
    delivered(tmp_path)
    land(tmp_path, "a.parquet", b"PAR1 broken")
    land(tmp_path, f"{LATE.replace('-', '/')}/b.parquet", b"PAR1 broken too")
    told = values(tmp_path, Broker())
    assert (told["FilesUnreadable"], told["BytesUnreadable"]) == (2, 26)
    assert values(tmp_path, Broker(), at="12:30")["FilesUnreadable"] == 0
