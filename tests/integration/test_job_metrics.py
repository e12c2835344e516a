"""The job's own metrics, sent to CloudWatch over HTTP by real runs."""

import json
import logging
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chargebacks.bootstrap import observed, recover
from chargebacks.commands.recover import command
from chargebacks.consolidation import job
from chargebacks.consolidation.report import RunReport
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import StorageError
from chargebacks.local import stack
from tests.fixtures.s3_faults import S3Fault, s3_proxy
from tests.unit.consolidation.builders import NOW, json_lines, land, settings
from tests.unit.consolidation.running import Broker

if TYPE_CHECKING:
    from tests.fixtures.cloudwatch import CloudWatch

pytest_plugins = ["tests.fixtures.cloudwatch"]

NAMESPACE = "POC-Chargeback/ConsolidationJob"
KNOWN = json.loads((Path(__file__).parents[2] / "schemas" / "metrics.json").read_text())["job"]["metrics"]


@pytest.fixture
def name() -> str:
    """A job of the test's own."""
    return f"job-{uuid.uuid4().hex}"


def run(root: Path, name: str, broker: Broker | None = None, **given: str) -> RunReport:
    """One run that is asked to tell its numbers, unless told otherwise."""
    told = settings(root, **{"publish_metrics": "true", "job_name": name} | given)
    return observed(told, lambda: job.run(told, InProcessEngine(), broker or Broker(), lambda: NOW))


def nonzero(cloudwatch: "CloudWatch", name: str) -> dict[str, float]:
    """The values that say something, but for the time that it took."""
    found = cloudwatch.values(NAMESPACE, name)
    assert {metric: unit for metric, (_, unit) in found.items()}.items() <= {
        metric: known["unit"] for metric, known in KNOWN.items()
    }.items()
    return {metric: value for metric, (value, _) in found.items() if value and metric != "RunSeconds"}


def test_a_run_sends_every_metric_of_the_file_with_its_unit(
    cloudwatch: "CloudWatch", name: str, tmp_path: Path
) -> None:
    land(tmp_path, "one.json", json_lines({"chargeback_id": "a"}, {"chargeback_id": "a"}, {"x": "1"}))
    run(tmp_path, name).raise_failures()
    assert nonzero(cloudwatch, name) == {
        "ExecutionsCompleted": 1,
        "PartitionsConsolidated": 1,
        "RecordsRead": 3,
        "RecordsProcessed": 1,
        "DuplicatesRemoved": 1,
        "RecordsRejected": 1,
        "RejectedShare": pytest.approx(33.33, abs=0.01),
        "ChargebacksAnnounced": 1,
    }
    assert 0 < cloudwatch.values(NAMESPACE, name)["RunSeconds"][0] < 60


def test_a_partition_that_fails_is_told_too(cloudwatch: "CloudWatch", name: str, tmp_path: Path) -> None:
    land(tmp_path, "bad.json", json_lines(*[{"x": "1"}] * 20))
    assert run(tmp_path, name).partitions[0].error
    assert nonzero(cloudwatch, name) == {"PartitionsFailed": 1}


def test_a_run_that_ends_without_a_report_is_told_and_still_fails(
    cloudwatch: "CloudWatch", name: str, tmp_path: Path
) -> None:
    with pytest.raises(StorageError):
        run(tmp_path, name, state_path="s3://no-such-bucket/state")
    known = {"ExecutionsCompleted": (0, "Count"), "PartitionsFailed": (1, "Count")}
    assert cloudwatch.values(NAMESPACE, name) == known


def test_recovering_tells_its_numbers_too(cloudwatch: "CloudWatch", name: str, tmp_path: Path) -> None:
    land(tmp_path, "one.json", json_lines({"chargeback_id": "a"}))
    run(tmp_path, f"{name}-before", Broker(capacity=0))
    told = settings(tmp_path, publish_metrics="true", job_name=name)
    recover(told)  # without a broker: the debt stays
    assert nonzero(cloudwatch, name) == {"ConsolidationsUnpublished": 1}


def test_recovery_completes_the_execution_that_the_brokers_refused(
    cloudwatch: "CloudWatch",
    name: str,
    tmp_path: Path,
    kafka: stack.Kafka,
    topic: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`chargebacks recover` against a real broker; it sends nothing that would end an alarm about landing files."""
    land(tmp_path, "one.json", json_lines({"chargeback_id": "a"}))
    run(tmp_path, f"{name}-before", Broker(capacity=0), kafka_topic=topic)
    arguments = [
        *("--landing-path", str(tmp_path / "landing"), "--output-path", str(tmp_path / "out")),
        *("--kafka-bootstrap-servers", kafka.bootstrap_servers, "--job-name", name, "--publish-metrics"),
    ]
    command.main(arguments, standalone_mode=False)
    assert "nothing is left unfinished" in capsys.readouterr().out
    assert nonzero(cloudwatch, name) == {"ExecutionsCompleted": 1, "ChargebacksAnnounced": 1}
    unread = {"RejectedShare", "FilesUnreadable", "BytesUnreadable", "LandingZoneEmpty", "RunSeconds"}
    assert unread.isdisjoint(cloudwatch.values(NAMESPACE, name))


@pytest.mark.parametrize("quiet", [{"publish_metrics": "false"}, {"dry_run": "true"}])
def test_nothing_is_sent_unless_it_is_asked_for(
    cloudwatch: "CloudWatch", name: str, tmp_path: Path, quiet: dict[str, str]
) -> None:
    run(tmp_path, name, **quiet)
    assert cloudwatch.values(NAMESPACE, name) == {}


def test_a_cloudwatch_that_is_not_there_costs_a_warning_and_no_run(
    cloudwatch: "CloudWatch",
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")
    land(tmp_path, "one.json", json_lines({"chargeback_id": "a"}))
    assert run(tmp_path, name).partitions[0].published
    (told,) = [one for one in caplog.records if one.name == "chargebacks.adapters.cloudwatch"]
    assert told.levelno == logging.WARNING
    assert "metrics were not sent to CloudWatch: EndpointConnectionError" in told.getMessage()


def test_an_answer_that_is_lost_does_not_count_a_run_twice(
    cloudwatch: "CloudWatch", name: str, tmp_path: Path, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_proxy(s3_endpoint) as proxy:
        proxy.plan = lambda _, number: S3Fault.BROKEN_AFTER if number == 0 else None
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", proxy.url)
        run(tmp_path, name)
    once = {"ExecutionsCompleted": 1, "PartitionsConsolidated": 1, "LandingZoneEmpty": 1}
    assert nonzero(cloudwatch, name) == once
    assert len(proxy.asked) == 1
