"""The users' saved queries on what real invocations printed, with sums done by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chargebacks.projection.updater import Updater
from tests.fixtures.insights import Row, run
from tests.fixtures.msk import (
    TRACE,
    Context,
    Handler,
    Queue,
    batch,
    of,
    put,
    record,
    signed,
    slice_of,
    summary,
)

pytest_plugins = ["tests.fixtures.updater"]

SAMPLES = Path(__file__).parents[1] / "samples"
SCHEMAS = Path(__file__).parents[2] / "schemas"
PROCESSING = (SAMPLES / "insights_processing_summary.txt").read_text()
ERRORS = (SAMPLES / "insights_error_analysis.txt").read_text()
SIX = datetime(2025, 11, 20, 6, 45, tzinfo=UTC)
BIN = SIX.replace(minute=0)
IDS = [f"ERROR-{number}" for number in range(30)]


def logged(capsys: pytest.CaptureFixture[str], moment: datetime = SIX) -> list[tuple[datetime, str]]:
    return [(moment, line) for line in capsys.readouterr().out.splitlines()]


def emf_lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


def summed(log: list[tuple[datetime, str]]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in run(PROCESSING, log)]


def errors(log: list[tuple[datetime, str]]) -> list[Row]:
    return run(ERRORS, log)


def test_the_saved_queries_add_up_what_two_hours_printed(
    queue: Queue, handler: Handler, table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = {"ERROR-odd": "METRICS: messages_processed=9"}
    put(table, dict.fromkeys(IDS, "2025-11-20T10:00:00Z") | odd)
    handler(of(slice_of(*IDS[:20], event_id="ERROR METRICS: x"), b"poison", slice_of("ERROR-missing")))
    later = summary(completed_at="2025-11-20T06:50:00Z")  # all 30, the 20 a second time
    handler(of(later, slice_of(*IDS, partition_date="2025-11-19")))  # and all of them stale
    log = logged(capsys)
    handler(of(slice_of(*IDS[:3], completed_at="2025-11-20T07:00:00Z")))
    log += logged(capsys, SIX + timedelta(hours=1))
    assert summed(log) == [(BIN, 4, 1, 50), (BIN + timedelta(hours=1), 1, 0, 3)]
    assert errors(log) == [{"bin": BIN, "count()": 1}]


def test_the_handler_emits_exactly_the_metrics_that_are_told_to_alarms_and_dashboards(
    handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    handler(of(slice_of("a"), b"poison"))
    (emitted,) = [told for told in map(json.loads, emf_lines(capsys)) if "_aws" in told]
    (described,) = emitted["_aws"]["CloudWatchMetrics"]
    known = json.loads((SCHEMAS / "metrics.json").read_text())["updater"]
    assert described["Namespace"] == known["namespace"]
    assert described["Dimensions"] == [known["dimensions"]]
    units = {name: metric["unit"] for name, metric in known["metrics"].items()}
    assert {metric["Name"]: metric["Unit"] for metric in described["Metrics"]} == units
    assert {name for name in emitted if name != "_aws"} == {*units, *known["dimensions"]}


def test_an_invocation_that_runs_out_of_time_is_no_error(
    build: Callable[..., Updater], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    updater = build()
    updater.handle(of(slice_of("a")), Context())
    capsys.readouterr()
    updater.handle(of(slice_of("a"), slice_of("b")), Context(remaining=lambda: 0))
    log = logged(capsys)
    assert summed(log) == [(BIN, 0, 2, 0)]
    assert errors(log) == []


def test_a_log_line_says_which_message_and_what_became_of_it(
    handler: Handler, table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put(table, {"a": "2025-11-20T10:00:00Z"})
    handler(batch(record(slice_of("a", "never-created"), offset=7, partition=3)))
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    told = {
        "level": "INFO",
        "correlation_id": "id-of-a",
        "partition": 3,
        "offset": 7,
        "applied": 1,
        "missing": 1,
    }
    assert told.items() <= line.items()
    assert line["function_request_id"] == "8f507cfc-example"
    assert line["traceparent"] == TRACE


@pytest.mark.parametrize(
    "trace", ["", "00-é-01", f"{TRACE}-x", "x" * 100_000], ids=["empty", "short", "long", "huge"]
)
def test_a_trace_of_no_known_shape_is_not_logged(
    trace: str, handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    handler(batch(record(b"poison", headers=[{"traceparent": signed(trace)}])))
    assert "traceparent" not in json.loads(capsys.readouterr().out.splitlines()[0])


def test_a_message_that_cannot_be_read_is_known_by_its_place(
    handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    handler(batch(record(b"poison", offset=7, partition=3)))
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert line["level"] == "ERROR"
    assert line["correlation_id"] == "chargeback-consolidation-events-3-7"


@pytest.mark.parametrize(
    ("level", "lines"), [("DEBUG", True), ("INFO", True), ("warning", False), ("ERROR", False)]
)
def test_the_log_level_hides_lines_but_never_the_numbers(
    level: str,
    lines: bool,
    handler: Handler,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)
    handler(of(slice_of("a")))
    printed = capsys.readouterr().out
    assert ('"message processed"' in printed) == lines
    assert "METRICS: messages_processed=1, messages_failed=0, chargebacks_updated=0\n" in printed
