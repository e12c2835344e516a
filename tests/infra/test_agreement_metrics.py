"""Alarms, dashboard and code agree on metrics: compared with what real runs emitted, not with names in the source."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chargebacks.bootstrap import observed
from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from tests.fixtures.msk import Handler, of, slice_of
from tests.infra.given import INDEX, PHASE_1, TOPIC
from tests.infra.phase_4 import FUNCTION, JOB, Applied
from tests.unit.consolidation.builders import NOW, json_lines, land, settings
from tests.unit.consolidation.running import Broker

if TYPE_CHECKING:
    from tests.fixtures.cloudwatch import CloudWatch

pytest_plugins = ["tests.fixtures.updater", "tests.fixtures.cloudwatch"]

RUNBOOK = Path(__file__).parents[2] / "docs/runbook.md"
OWN = "POC-Chargeback/"
Metric = tuple[str, str, frozenset[tuple[str, str]]]
# AWS's own, from the pages on each service's metrics: by hand, for nothing on this machine emits them.
GROUP = {"Cluster Name": "poc-chargeback-dev", "Consumer Group": FUNCTION, "Topic": TOPIC}
QUEUES = [{"QueueName": f"{name}-dead-letters"} for name in (FUNCTION, f"{JOB}-schedule")]
AWS: dict[str, tuple[list[dict[str, str]], set[str]]] = {
    "AWS/Lambda": (
        [{"FunctionName": FUNCTION}],
        {"Errors", "Invocations", "Duration", "Throttles", "ConcurrentExecutions"},
    ),
    "AWS/Kafka": ([GROUP], {"SumOffsetLag", "EstimatedMaxTimeLag"}),
    "AWS/SQS": (QUEUES, {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}),
    "AWS/Events": ([{"RuleName": "poc-chargeback-dev-consolidation-failed-run"}], {"MatchedEvents"}),
    "AWS/DynamoDB": (
        [{"TableName": PHASE_1["chargebacks_table_name"]}],
        {"ReadThrottleEvents", "WriteThrottleEvents"},
    ),
}


@pytest.fixture
def emitted(
    phase_4: Applied,
    handler: Handler,
    capsys: pytest.CaptureFixture[str],
    cloudwatch: "CloudWatch",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[Metric, str]:
    """Unit by metric: what the real handler printed as EMF, and what a run of the job put to CloudWatch."""
    (given,) = phase_4.one("aws_lambda_function")["environment"]
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", given["variables"]["POWERTOOLS_SERVICE_NAME"])
    handler(of(slice_of("a"), b"poison"))
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (told,) = [one for one in printed if "_aws" in one]
    (described,) = told["_aws"]["CloudWatchMetrics"]
    own = frozenset((name, str(told[name])) for name in described["Dimensions"][0])
    updaters = {(described["Namespace"], m["Name"], own): m["Unit"] for m in described["Metrics"]}
    land(tmp_path, "one.json", json_lines({"chargeback_id": "a"}))
    asked = settings(tmp_path, publish_metrics="true", job_name=JOB)
    observed(asked, lambda: job.run(asked, InProcessEngine(), Broker(), lambda: NOW)).raise_failures()
    sent = cloudwatch.values(f"{OWN}ConsolidationJob", JOB)
    of_job = frozenset({("JobName", JOB)})
    return updaters | {(f"{OWN}ConsolidationJob", name, of_job): unit for name, (_, unit) in sent.items()}


def alarms(phase_4: Applied) -> dict[str, dict[str, Any]]:
    """Alarms by their name in the runbook."""
    made = phase_4.of("aws_cloudwatch_metric_alarm").values()
    return {one["alarm_name"].removeprefix("poc-chargeback-dev-"): one for one in made}


def alarmed(phase_4: Applied) -> Iterator[tuple[Metric, str | None]]:
    for alarm in alarms(phase_4).values():
        for query in alarm["metric_query"]:
            for one in query["metric"]:
                unit = one["unit"] or None
                yield (one["namespace"], one["metric_name"], frozenset(one["dimensions"].items())), unit


def shown(phase_4: Applied) -> Iterator[Metric]:
    body = json.loads(phase_4.one("aws_cloudwatch_dashboard")["dashboard_body"])
    for widget in body["widgets"]:
        for namespace, name, *pairs in widget["properties"].get("metrics", []):
            yield namespace, name, frozenset(zip(pairs[::2], pairs[1::2], strict=True))


def test_every_own_metric_of_an_alarm_is_emitted_so(phase_4: Applied, emitted: dict[Metric, str]) -> None:
    own = [(metric, unit) for metric, unit in alarmed(phase_4) if metric[0].startswith(OWN)]
    assert len(own) > 5
    assert [(metric, unit) for metric, unit in own if emitted.get(metric) != unit] == []


def test_every_own_metric_on_the_dashboard_is_emitted_so(
    phase_4: Applied, emitted: dict[Metric, str]
) -> None:
    own = {metric for metric in shown(phase_4) if metric[0].startswith(OWN)}
    assert own - set(emitted) == set()
    assert set(emitted) - own == set()  # and none is left out


def test_every_other_metric_is_one_of_aws(phase_4: Applied) -> None:
    others = {*shown(phase_4), *(metric for metric, _ in alarmed(phase_4))}
    for namespace, name, dimensions in others:
        if not namespace.startswith(OWN):
            expected, names = AWS[namespace]
            assert dict(dimensions) in expected
            assert name in names


def test_every_alarm_tells_people_and_names_its_section_of_the_runbook(phase_4: Applied) -> None:
    sections = re.findall(r"^## (\S+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert sorted(sections) == sorted(alarms(phase_4))
    for name, alarm in alarms(phase_4).items():
        assert alarm["alarm_description"].endswith(f"What to do: docs/runbook.md, section {name}.")
        assert alarm["alarm_actions"] == [phase_4.outputs["alarm_topic_arn"]]


def test_a_failed_job_is_looked_for_where_python_writes_its_tracebacks(phase_4: Applied) -> None:
    (section,) = re.findall(r"^## job-failed$(.*?)^## ", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL)
    (tailed,) = re.findall(r"aws logs tail (\S+)", section)
    assert tailed == f"/aws-glue/jobs/{JOB}/output"
    assert tailed in phase_4.outputs["log_group_names"]


@pytest.mark.parametrize(
    "says", ["**Symptom.**", "**First command.**", "**Cause.**", "**Fix.**", "**Call.**"]
)
def test_every_section_of_the_runbook_says(says: str) -> None:
    _, *sections = re.split(r"^## (?=\S+$)", RUNBOOK.read_text(), flags=re.MULTILINE)
    assert [section.split()[0] for section in sections if says not in section] == []


def test_first_commands_run_as_they_are_whoever_and_whenever() -> None:
    """No account or day of somebody else's; the shell reads them."""
    firsts = re.findall(r"^\*\*First command\.\*\* `(.+)`$", RUNBOOK.read_text(), re.MULTILINE)
    assert len(firsts) == RUNBOOK.read_text().count("**First command.**")
    assert [one for one in firsts if re.search(r"\b\d{12}\b|\b20\d\d-\d\d-\d\d", one)] == []
    subprocess.run(["bash", "-n"], input="\n".join(firsts), text=True, check=True)


def test_alarms_begin_where_users_said(phase_4: Applied) -> None:
    made = alarms(phase_4)
    thresholds = {name: (alarm["comparison_operator"], alarm["threshold"]) for name, alarm in made.items()}
    assert thresholds["updater-errors"] == ("GreaterThanThreshold", 0)
    assert thresholds["updater-error-rate"] == ("GreaterThanThreshold", 5)
    assert thresholds["updater-throttles"] == ("GreaterThanThreshold", 0)
    assert thresholds["updater-duration"] == ("GreaterThanThreshold", 48_000)
    assert thresholds["dead-letters"] == ("GreaterThanThreshold", 0)
    assert thresholds["consolidations-unpublished"] == ("GreaterThanThreshold", 0)
    assert thresholds["files-unreadable"] == ("GreaterThanThreshold", 0)
    assert thresholds["offset-lag"] == ("GreaterThanThreshold", 500)  # 5 % of 5 million in messages of 500
    assert thresholds["dead-letter-depth"] == ("GreaterThanThreshold", 100)
    assert thresholds["dead-letter-age"] == ("GreaterThanThreshold", 14 * 86400 * 0.75)


def expression(phase_4: Applied, name: str) -> str:
    """What the alarm computes, with the metrics' names for their ids."""
    queries = alarms(phase_4)[name]["metric_query"]
    (computed,) = [one["expression"] for one in queries if one["expression"]]
    named = {one["id"]: one["metric"][0]["metric_name"] for one in queries if one["metric"]}
    return re.sub("|".join(named), lambda found: named[found[0]], computed)


def test_announcements_that_reach_no_updater_ring_without_any_lag(phase_4: Applied) -> None:
    silent = alarms(phase_4)["updater-silent"]
    told = "IF(FILL(ChargebacksAnnounced, 0) > 0 AND FILL(Invocations, 0) == 0, 1, 0)"
    assert expression(phase_4, "updater-silent") == told
    periods = {one["period"] for query in silent["metric_query"] for one in query["metric"]}
    assert (silent["evaluation_periods"], silent["datapoints_to_alarm"], periods) == (2, 2, {6 * 3600})


def test_alarm_and_dashboard_read_the_lag_alike(phase_4: Applied, switched_on: Applied) -> None:
    """A provisioned cluster sends one value a minute, a serverless one a value for each partition."""
    for applied, expected in ((phase_4, ("Maximum", 300)), (switched_on, ("Sum", 60))):
        ((metric,),) = [query["metric"] for query in alarms(applied)["offset-lag"]["metric_query"]]
        body = json.loads(applied.one("aws_cloudwatch_dashboard")["dashboard_body"])
        shown = [one["properties"] for one in body["widgets"] if "SumOffsetLag" in json.dumps(one)]
        read = [(one["stat"], one["period"]) for one in (metric, *shown)]
        assert read == [expected, expected]


def test_the_dashboard_shows_how_long_invocations_take_and_how_many_run_at_once(phase_4: Applied) -> None:
    body = json.loads(phase_4.one("aws_cloudwatch_dashboard")["dashboard_body"])
    shown = [one["properties"] for one in body["widgets"] if one["type"] == "metric"]
    found = {(metric[1], one["stat"]) for one in shown for metric in one["metrics"]}
    assert {("Duration", "p99"), ("Duration", "Maximum"), ("ConcurrentExecutions", "Maximum")} <= found


def test_missing_chargebacks_are_a_share_of_all_that_were_looked_for(phase_4: Applied) -> None:
    """A replay updates none of those that are there: of missing and updated alone it would be 100 %."""
    found = ("ChargebacksUpdated", "ChargebacksAlreadyApplied", "ChargebacksStale")
    every = " + ".join(("ChargebacksMissing", *found))
    assert expression(phase_4, "chargebacks-missing") == f"100 * ChargebacksMissing / ({every})"


def test_the_indexs_throttles_are_counted_with_the_tables_where_there_is_one(
    phase_4: Applied, switched_on: Applied
) -> None:
    """By the dimensions of "DynamoDB metrics and dimensions", Amazon DynamoDB developer guide."""
    table = {"TableName": PHASE_1["chargebacks_table_name"]}
    index = table | {"GlobalSecondaryIndexName": INDEX}
    kinds = ("ReadThrottleEvents", "WriteThrottleEvents")
    for applied, wanted in ((phase_4, [table]), (switched_on, [table, index])):
        queries = alarms(applied)["table-throttles"]["metric_query"]
        looked_at = {one["id"]: one["metric"][0] for one in queries if one["metric"]}
        found = [(one["metric_name"], one["dimensions"]) for one in looked_at.values()]
        assert sorted(found, key=str) == sorted(((kind, one) for one in wanted for kind in kinds), key=str)
        (computed,) = [one["expression"] for one in queries if one["expression"]]
        assert computed.split(" + ") == sorted(f"FILL({name}, 0)" for name in looked_at)


def test_what_a_run_said_of_itself_holds_until_the_next_run(phase_4: Applied) -> None:
    held = [name for name, alarm in alarms(phase_4).items() if alarm["treat_missing_data"] == "ignore"]
    assert sorted(held) == ["consolidations-unpublished", "files-unreadable", "rejected-share"]


def test_an_execution_is_missed_an_hour_after_it_was_due(phase_4: Applied) -> None:
    overdue = alarms(phase_4)["execution-overdue"]
    assert (overdue["evaluation_periods"], overdue["datapoints_to_alarm"]) == (7, 7)  # 24 / 4 hours, and one
    assert overdue["treat_missing_data"] == "breaching"  # a job that never starts sends nothing
    # An hour without one counts.
    assert expression(phase_4, "execution-overdue") == "FILL(ExecutionsCompleted, 0)"
    assert overdue["actions_enabled"]
    assert (overdue["comparison_operator"], overdue["threshold"]) == ("LessThanThreshold", 1)


def test_the_dashboard_tells_business_readers_first_in_words(phase_4: Applied) -> None:
    widgets = json.loads(phase_4.one("aws_cloudwatch_dashboard")["dashboard_body"])["widgets"]
    titles = [widget["properties"].get("title") or widget["properties"]["markdown"] for widget in widgets]
    operators = next(n for n, title in enumerate(titles) if title.startswith("# For operators"))
    assert "Chargebacks updated" in titles[:operators]
    numbers = [
        widget["properties"] for widget in widgets if widget["properties"].get("view") == "singleValue"
    ]
    assert {number["sparkline"] for number in numbers} == {False}
    texts = [title for title in titles[:operators] if title.startswith("**")]
    assert [text.split("**")[1] for text in texts] == [number["title"] for number in numbers]


def test_no_widget_covers_another(phase_4: Applied) -> None:
    widgets = json.loads(phase_4.one("aws_cloudwatch_dashboard")["dashboard_body"])["widgets"]
    cells = [
        (x, y)
        for widget in widgets
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
