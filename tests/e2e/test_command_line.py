"""The two front doors of the job, as processes: the command line, and the script that Glue runs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chargebacks.settings import REGION_NAMES

if TYPE_CHECKING:
    from tests.fixtures.cloudwatch import CloudWatch

pytest_plugins = ["tests.fixtures.cloudwatch"]

LINES = [
    '{"chargeback_id": "cb-1", "amount": 10.50, "updated_at": "2025-11-20T01:00:00Z", "event_type": "INSERT"}',
    '{"chargeback_id": "cb-1", "amount": 11.00, "updated_at": "2025-11-20T02:00:00Z", "event_type": "MODIFY"}',
    '{"chargeback_id": "cb-2", "amount": 7, "updated_at": "2025-11-20T01:00:00Z", "event_type": "INSERT"}',
    '{"chargeback_id": ""}',
]


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing/2025/11/20"
    folder.mkdir(parents=True)
    (folder / "events.jsonl").write_text("\n".join(LINES))
    return tmp_path / "landing"


def chargebacks(*words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "chargebacks", *words]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def test_consolidate_prints_each_partition_as_json_with_the_summary_s_fields(landing: Path) -> None:
    out = landing.parent / "consolidated/chargebacks"

    paths = ["--landing-path", str(landing), "--output-path", str(out), "--partition-date", "2025-11-20"]
    done = chargebacks("consolidate", *paths, "--execution-time", "2025-11-20T09:30:00-03:00", "--json")

    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    counts = {name: told[name] for name in ("records_read", "records_processed", "duplicates_removed")}
    assert counts == {"records_read": 4, "records_processed": 2, "duplicates_removed": 1}
    assert told["records_rejected"] == 1
    assert told["execution_time"] == "2025-11-20T12:30:00"
    assert (told["execution_sequence"], told["total_executions"]) == (3, 4)
    assert told["output_path"] == f"{out}/year=2025/month=11/day=20"
    assert told["published"] is False
    assert "1 entries unpublished" in done.stderr
    listed = chargebacks("files", "2025-11-20", "--output-path", str(out))
    rows = [line for file in listed.stdout.split() for line in Path(file).read_text().splitlines()[1:]]
    assert sorted(row.split(",")[0] for row in rows) == ["cb-1", "cb-2"]


def test_a_dry_run_reports_and_writes_nothing(landing: Path) -> None:
    out = landing.parent / "consolidated/chargebacks"

    paths = ["--landing-path", str(landing), "--output-path", str(out), "--partition-date", "2025-11-20"]
    done = chargebacks("consolidate", *paths, "--dry-run", "--json")

    (told,) = json.loads(done.stdout)
    assert (told["status"], told["records_processed"]) == ("dry run", 2)
    assert [path.name for path in landing.parent.iterdir()] == ["landing"]


@pytest.mark.parametrize(
    ("words", "explained"),
    [
        ([], "landing_path is missing: give --landing-path"),
        (["--landing-path", "x"], "output_path is missing: give --output-path"),
        (
            ["--landing-path", "/a/x", "--output-path", "/b/y", "--partition-date", "20-11"],
            "'20-11' is no date",
        ),
        (["--landing-path", "/a/x", "--output-path", "/b/y", "--output-format", "xml"], "'xml' is unknown"),
        (["--landing-path", "/a/x", "--output-path", "/b/y", "--kafka-auth", "tls"], "'tls' is unknown"),
        (["--landing-path", "/a/x", "--output-path", "/a/x/y"], "lies inside landing_path"),
        (["--landing-pat", "x"], "No such option"),
    ],
)
def test_a_wrong_argument_is_explained_in_one_line_with_exit_code_2(words: list[str], explained: str) -> None:
    done = chargebacks("consolidate", *words)

    assert done.returncode == 2
    assert explained in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_broker_that_is_down_leaves_a_committed_consolidation_and_exit_code_3(landing: Path) -> None:
    out = landing.parent / "consolidated/chargebacks"

    paths = ["--landing-path", str(landing), "--output-path", str(out), "--partition-date", "2025-11-20"]
    broker = ["--kafka-bootstrap-servers", "127.0.0.1:1", "--publish-timeout-seconds", "1"]
    done = chargebacks("consolidate", *paths, *broker)

    assert done.returncode == 3
    assert "the consolidation is committed" in done.stderr.splitlines()[-1]
    assert list(out.rglob("part-*.csv")) != []


def test_the_script_that_glue_runs_takes_glue_s_arguments_and_sends_its_metrics(
    landing: Path, cloudwatch: "CloudWatch"
) -> None:
    out = landing.parent / "consolidated/chargebacks"

    script = [
        sys.executable,
        "glue_jobs/consolidate_chargebacks.py",
        "--JOB_NAME",
        "nightly",
        "--enable-metrics",
        "true",
    ]
    given = ["--landing_path", str(landing), "--output_path", str(out)]
    given += ["--execution_time", "2025-11-20T06:30:00", "--aws_region", "us-east-1"]
    given += ["--output_format", "json", "--job_name", "told", "--publish_metrics", "true"]
    nowhere = {name: value for name, value in os.environ.items() if name not in REGION_NAMES}
    done = subprocess.run([*script, *given], capture_output=True, text=True, check=False, env=nowhere)

    assert done.returncode == 0, done.stderr
    kept = [json.loads(line) for path in out.rglob("*.json") for line in path.read_text().splitlines()]
    assert sorted((row["chargeback_id"], row["amount"]) for row in kept) == [("cb-1", 11), ("cb-2", 7)]
    assert done.stdout.splitlines()[-1].startswith(
        "METRICS: partitions=1, partitions_failed=0, records_read=4"
    )
    sent = cloudwatch.values("POC-Chargeback/ConsolidationJob", "told")
    assert (sent["RecordsRead"], sent["RecordsProcessed"]) == ((4, "Count"), (2, "Count"))
