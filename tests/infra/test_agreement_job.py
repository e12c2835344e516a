"""The job and its infrastructure agree: arguments that are given are understood, slots are when the job thinks."""

import json
import re
from collections import defaultdict
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chargebacks import schedule
from chargebacks.settings import ARGUMENTS, REQUIRED, JobSettings
from glue_jobs.consolidate_chargebacks import arguments
from tests.fixtures.terraform import TREE, TerraformRoot
from tests.infra.given import PHASE_1, PHASE_3, TOPIC
from tests.infra.phase_4 import JOB, Applied

# What Glue itself reads: "Using job parameters in AWS Glue jobs".
GLUES_OWN = {
    "--additional-python-modules",
    "--conf",
    "--custom-logGroup-prefix",
    "--enable-auto-scaling",
    "--python-modules-installer-option",
}
NOON = datetime(2025, 11, 20, 12, tzinfo=UTC)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def started(applied: Applied, number: int) -> dict[str, str]:
    """The arguments of a run that the day's n-th schedule starts at 06:30."""
    target = applied.resources[f"module.schedules.aws_scheduler_schedule.slot[{number - 1}]"]["target"][0]
    moment = target["input"].replace("<aws.scheduler.scheduled-time>", "2025-11-20T06:30:00Z")
    given: dict[str, str] = applied.one("aws_glue_job")["default_arguments"]
    return given | json.loads(moment)["Arguments"]


def settings(given: dict[str, str]) -> JobSettings:
    argv = ["consolidate_chargebacks.py", "--JOB_NAME", JOB]
    argv += [word for pair in given.items() for word in pair]
    return JobSettings.parse(arguments(argv), NOON)


def test_every_argument_given_is_the_jobs_or_glues(deployed: Applied) -> None:
    known = {f"--{argument.name}" for argument in ARGUMENTS}
    assert set(started(deployed, 2)) <= known | GLUES_OWN


def test_no_argument_is_given_by_a_switch_that_is_off_here(switched_on: Applied) -> None:
    phase = (TREE / "phases/phase-4/main.tf").read_text()
    (block,) = re.findall(r"^  job_arguments = (.*?)^  \}", phase, re.MULTILINE | re.DOTALL)
    named = re.findall(r"^    (\w+) += ", block, re.MULTILINE)
    assert {f"--{name}" for name in named} <= set(started(switched_on, 2))


def test_required_arguments_are_given(deployed: Applied) -> None:
    assert {f"--{name}" for name in REQUIRED} <= set(started(deployed, 2))


def test_the_job_parses_what_a_schedule_gives_it(phase_4: Applied) -> None:
    run = settings(started(phase_4, 2))
    assert run.landing_path == f"s3://{PHASE_1['landing_bucket']}/chargebacks"
    assert run.output_path == f"s3://{PHASE_1['consolidated_bucket']}/chargebacks"
    assert run.state_path == f"s3://{PHASE_1['consolidated_bucket']}/_state/chargebacks"
    assert run.quarantine_path == f"s3://{PHASE_1['quarantine_bucket']}/chargebacks"
    assert run.execution_time == datetime(2025, 11, 20, 6, 30)  # noqa: DTZ001 - naive UTC, as messages carry it
    assert (run.execution_sequence, run.total_executions) == (2, 4)
    assert run.kafka_bootstrap_servers == PHASE_3["msk_bootstrap_servers"]
    assert (run.kafka_topic, run.kafka_auth, run.publish_metrics) == (TOPIC, "iam", True)
    assert run.aws_region == "sa-east-1"
    assert (run.job_name, run.output_format, run.output_files) == (JOB, "csv", 10)


def test_the_job_parses_what_every_switch_gives_it(switched_on: Applied) -> None:
    run = settings(started(switched_on, 2))
    assert (run.output_format, run.output_compression) == ("csv", "gzip")
    assert run.schedule_zone == SAO_PAULO


def test_what_is_left_to_the_job_is_what_it_would_have_chosen(phase_4: Applied) -> None:
    given = started(phase_4, 2)
    paths = ("landing_path", "output_path", "quarantine_path")
    here = {"kafka_bootstrap_servers", "kafka_auth", "publish_metrics", "aws_region", *paths}
    least = {
        name: value for name, value in given.items() if name.removeprefix("--") in (*here, "execution_time")
    }
    assert settings(given) == settings(least | {"--execution_sequence": "2"})


@pytest.mark.parametrize(("which", "zone"), [("phase_4", "UTC"), ("switched_on", "America/Sao_Paulo")])
def test_job_schedules_and_updater_share_the_zone(
    request: pytest.FixtureRequest, which: str, zone: str
) -> None:
    applied: Applied = request.getfixturevalue(which)
    zones = {one["schedule_expression_timezone"] for one in applied.of("aws_scheduler_schedule").values()}
    given = applied.one("aws_glue_job")["default_arguments"]["--schedule_zone"]
    (environment,) = applied.one("aws_lambda_function")["environment"]
    assert zones == {given} == {environment["variables"]["SCHEDULE_ZONE"]} == {zone}


def test_by_default_the_job_starts_at_half_past_midnight_six_noon_and_six(phase_4: Applied) -> None:
    made = phase_4.of("aws_scheduler_schedule").values()
    assert [one["schedule_expression"] for one in sorted(made, key=lambda one: str(one["name"]))] == [
        "cron(30 0 * * ? *)",
        "cron(30 6 * * ? *)",
        "cron(30 12 * * ? *)",
        "cron(30 18 * * ? *)",
    ]
    assert {json.loads(one["target"][0]["input"])["JobName"] for one in made} == {JOB}


@pytest.fixture(scope="module")
def days(terraform_root: TerraformRoot, s3_endpoint: str) -> dict[int, list[dict[str, Any]]]:
    """The schedules of every number of executions a day, 1 to 24, in the day's order: one plan."""
    root = terraform_root("phases/every-schedule", overrides=["every-schedule"], moto=s3_endpoint)
    found = defaultdict(list)
    for change in root.plan()["resource_changes"]:
        if change["type"] == "aws_scheduler_schedule":
            day = int(re.findall(r'\["(\d+)"\]', change["address"])[0])
            found[day].append(change["change"]["after"])
    return {day: sorted(made, key=lambda one: str(one["name"])) for day, made in found.items()}


def local_time(made: dict[str, Any]) -> time:
    minute, hour = re.fullmatch(r"cron\((\d+) (\d+) \* \* \? \*\)", made["schedule_expression"]).groups()
    return time(int(hour), int(minute))


def sequence(made: dict[str, Any]) -> tuple[str, str]:
    given = json.loads(made["target"][0]["input"])["Arguments"]
    return given["--execution_sequence"], given["--total_executions"]


@pytest.mark.parametrize("executions", range(1, 25))
def test_so_many_executions_a_day_are_so_many_schedules_at_the_jobs_slots(
    days: dict[int, list[dict[str, Any]]], executions: int
) -> None:
    made = days[executions]
    slots = schedule.slots(executions)
    assert len(made) == len(slots) == executions
    for place, (one, slot) in enumerate(zip(made, slots, strict=True), 1):
        late = _minutes(local_time(one)) - _minutes(slot)
        assert 0 <= late < 1  # schedules know whole minutes
        assert sequence(one) == (str(place), str(executions))
        moment = datetime.combine(NOON.date(), local_time(one), SAO_PAULO).astimezone(UTC)
        assert schedule.sequence_at(schedule.naive_utc(moment), executions, SAO_PAULO) == place
        assert one["schedule_expression_timezone"] == "America/Sao_Paulo"


def _minutes(moment: time) -> float:
    return moment.hour * 60 + moment.minute + (moment.second + moment.microsecond / 1e6) / 60
