"""The notification of a failed run, rendered as EventBridge documents it, for errors with any characters."""

import json
import re
from typing import Any

import pytest

from tests.infra.phase_4 import JOB, Applied


def rendered(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """Return what the target receives ("Amazon EventBridge input transformation", Amazon EventBridge User Guide).

    A placeholder outside quotes becomes a JSON value; inside quotes it is replaced by the text as it is.
    """
    values = {name: at(event, path) for name, path in transformer["input_paths"].items()}
    template = transformer["input_template"]
    quoted = False
    result = ""
    for part in re.split(r"(<[\w-]+>|(?<!\\)\")", template):
        quoted ^= part == '"'
        if part.startswith("<"):
            value = values[part[1:-1]]
            part = value if quoted else json.dumps(value)
        result += part
    return result


def at(event: dict[str, Any], path: str) -> Any:
    """Return the value at a path in dot notation, such as `$.detail.state`."""
    found: Any = event
    for name in path.removeprefix("$.").split("."):
        found = found[name]
    return found


def failed_run(error: str) -> dict[str, Any]:
    """Return the event of "Automating AWS Glue with EventBridge" (AWS Glue Developer Guide) with that error."""
    detail = {
        "jobName": JOB,
        "severity": "ERROR",
        "state": "FAILED",
        "jobRunId": "jr_abcdef0123456789",
        "message": error,
    }
    return {"source": "aws.glue", "time": "2025-11-20T06:45:00Z", "region": "sa-east-1", "detail": detail}


@pytest.mark.parametrize(
    "error",
    [
        "JobRun failed",
        'partition 2025-11-20: csv_escape "both" is not valid',
        'Traceback:\n  File "job.py", line 3\r\n\tStorageError',
        r"cannot read C:\\landing\\part.csv: \"denied\\",
        "<run> of <job> and }{",
    ],
)
def test_the_notification_is_valid_json_and_has_the_error_as_it_is(phase_4: Applied, error: str) -> None:
    (transformer,) = phase_4.one("aws_cloudwatch_event_target")["input_transformer"]
    event = failed_run(error)
    sent = json.loads(rendered(transformer, event))
    assert sent["run"] == event["detail"]
    assert sent["time"] == event["time"]
    assert JOB in sent["problem"]
    assert "docs/runbook.md, section job-failed" in sent["problem"]


@pytest.mark.parametrize("error", ['say "no"', "two\nlines", "a \\ backslash"])
def test_a_placeholder_inside_quotes_does_not_survive_such_an_error(error: str) -> None:
    """The template of earlier releases: this is why no placeholder is inside quotes."""
    earlier = {"input_paths": {"message": "$.detail.message"}, "input_template": '"It failed: <message>."'}
    with pytest.raises(ValueError, match="line 1 column"):
        json.loads(rendered(earlier, failed_run(error)))


def test_no_placeholder_of_any_rule_is_inside_quotes(phase_4: Applied, switched_on: Applied) -> None:
    targets = [
        one for plan in (phase_4, switched_on) for one in plan.of("aws_cloudwatch_event_target").values()
    ]
    templates = [made["input_template"] for one in targets for made in one["input_transformer"]]
    assert templates
    texts = [text for template in templates for text in re.findall(r'"[^"]*"', template)]
    assert [text for text in texts if re.search(r"<[\w-]+>", text)] == []
