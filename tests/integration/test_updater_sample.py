"""The sample event, a summary without slices: the day's chargebacks, found by the moment of their creation."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.msk import Handler, failed_offsets, items, of, pages, put, summary, updated

pytest_plugins = ["tests.fixtures.updater"]

FOLDER = Path(__file__).parents[2] / "consumers" / "consolidation_updater"
SAMPLE = json.loads((FOLDER / "test_event.json").read_bytes())
INSIDE = {
    "first": "2025-11-20T00:00:00Z",
    "last": "2025-11-20T23:59:59.999999Z",
    "naive": "2025-11-20T12:00:00",
    "just-date": "2025-11-20",
    "west": "2025-11-19T21:00:00-03:00",
    "east": "2025-11-21T05:29:59+05:30",
    "seconds": Decimal(1763596800),
    "milliseconds": Decimal(1763683199999),
    "text-number": "1763596800",
}
OUTSIDE = {
    "before": "2025-11-19T23:59:59.999999Z",
    "after": "2025-11-21T00:00:00Z",
    "naive-before": "2025-11-19T23:59:59",
    "west-after": "2025-11-20T21:00:00-03:00",
    "east-before": "2025-11-20T05:29:59.999999+05:30",
    "second-before": Decimal(1763596799),
    "millisecond-after": Decimal(1763683200000),
    "unreadable": "20/11/2025",
    "year-before": "2024-11-20T12:00:00Z",
}


def test_the_sample_updates_exactly_the_chargebacks_created_that_day(handler: Handler, table: Any) -> None:
    put(table, INSIDE | OUTSIDE)
    table.put_item(Item={"chargeback_id": "never-created"})
    assert handler(SAMPLE) == {"batchItemFailures": []}
    assert updated(table) == set(INSIDE)


def test_every_attribute_follows_from_the_message(handler: Handler, table: Any) -> None:
    put(table, {"cb-1": "2025-11-20T10:00:00Z"})
    handler(SAMPLE)
    item = items(table)["cb-1"]
    assert item.pop("consolidation_position").startswith("2025-11-20|2025-11-20T06:45:32.123456Z|")
    assert item == {
        "chargeback_id": "cb-1",
        "created_at": "2025-11-20T10:00:00Z",
        "consolidation_status": "completed",
        "consolidation_s3_path": "s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
        "consolidation_date": "2025-11-20T06:45:32.123456+00:00",
        "consolidation_execution": 2,
        "consolidation_job_name": "poc-chargeback-dev-chargebacks-consolidation",
        "output_format": "csv",
        "records_in_consolidation": 1250000,
        "updated_at": "2025-11-20T06:45:32.123456+00:00",
    }


def test_a_replay_or_an_older_event_changes_nothing(
    handler: Handler, table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put(table, INSIDE)
    handler(SAMPLE)
    before = items(table)
    older = summary(completed_at="2025-11-20T06:45:32.123455+00:00", execution_sequence=1)
    capsys.readouterr()
    assert handler(SAMPLE) == handler(of(older)) == {"batchItemFailures": []}
    assert items(table) == before
    printed = capsys.readouterr().out
    assert printed.count("chargebacks_updated=0\n") == 2
    assert printed.count('"ChargebacksStale":[0.0]') == 2  # not even found


def test_a_later_consolidation_wins_though_its_clock_text_looks_lesser(handler: Handler, table: Any) -> None:
    put(table, {"cb-1": "2025-11-20T10:00:00Z"})
    handler(SAMPLE)
    later = summary(completed_at="2025-11-20T03:46:00-03:00", execution_sequence=3)
    handler(of(later))
    assert items(table)["cb-1"]["consolidation_execution"] == 3


def test_a_summary_that_counts_its_slices_updates_nothing(handler: Handler, table: Any) -> None:
    put(table, INSIDE)
    assert failed_offsets(handler(of(summary(slices=0), summary(slices=3)))) == []
    assert updated(table) == set()


def test_the_day_is_the_schedule_zones(handler: Handler, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEDULE_ZONE", "America/Sao_Paulo")
    put(table, INSIDE | OUTSIDE | {"midnight": "2025-11-20T03:00:00Z", "next": "2025-11-21T03:00:00Z"})
    handler(SAMPLE)
    expected = {"last", "naive", "east", "milliseconds"} | {
        "midnight",
        "after",
        "west-after",
        "millisecond-after",
    }
    assert updated(table) == expected


def test_more_items_than_a_page_holds_are_all_found(handler: Handler, table: Any) -> None:
    created = {"created_at": "2025-11-20T10:00:00Z", "reason": "x" * 60_000}
    with table.batch_writer() as writer:
        for number in range(60):
            writer.put_item(Item={"chargeback_id": f"cb-{number}", **created})
    handler(SAMPLE)
    assert len(list(pages(table))) > 2
    assert len(updated(table)) == 60


def run_in_folder(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Without any credentials: DynamoDB Local asks for none."""
    command = [sys.executable, "lambda_function.py", *arguments]
    known = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") or k.startswith("AWS_ENDPOINT")}
    return subprocess.run(command, cwd=FOLDER, env=known | env, capture_output=True, text=True, check=False)


def test_run_by_hand_it_handles_the_sample_and_prints_the_answer(aws: None, table: Any) -> None:
    put(table, INSIDE | OUTSIDE)
    done = run_in_folder(DYNAMODB_TABLE_NAME=table.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[-1]) == {"batchItemFailures": []}
    assert f"chargebacks_updated={len(INSIDE)}\n" in done.stdout
    assert updated(table) == set(INSIDE)


def test_run_by_hand_on_another_event_it_tells_failures_by_its_exit_code(
    aws: None, table: Any, tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(of(b"no json")))
    done = run_in_folder(str(event), DYNAMODB_TABLE_NAME=table.name)
    assert done.returncode == 1
    assert failed_offsets(json.loads(done.stdout.splitlines()[-1])) == [0]


@pytest.mark.parametrize(
    ("arguments", "env", "code", "reason"),
    [
        ([], {"DYNAMODB_TABLE_NAME": "nowhere"}, 1, "no table nowhere answers: ResourceNotFoundException"),
        ([], {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"}, 1, "EndpointConnectionError"),
        ([], {"LOG_LEVEL": "loud"}, 2, "LOG_LEVEL 'loud' is unknown"),
        ([], {"SCHEDULE_ZONE": "Mars/Olympus"}, 2, "'Mars/Olympus' is no IANA time zone"),
        (["nothing.json"], {}, 2, "cannot read the event file nothing.json"),
    ],
)
def test_run_by_hand_it_explains_in_one_line(
    aws: None, table: Any, arguments: list[str], env: dict[str, str], code: int, reason: str
) -> None:
    done = run_in_folder(*arguments, **({"DYNAMODB_TABLE_NAME": table.name} | env))
    assert (done.returncode, done.stdout) == (code, "")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
