"""What operators see, line by line."""

import json
from collections import Counter
from typing import Any

import pytest

from chargebacks.metrics import Metrics
from chargebacks.projection.decide import Outcome
from chargebacks.projection.report import Report, serialise

REPORT = Report(97, 1, 2, Counter({Outcome.APPLIED: 1250, Outcome.STALE: 3, "unreadable": 4, "retried": 5}))


def test_the_metrics_line_counts_dead_letters_as_failed_and_ends_with_its_last_number() -> None:
    assert REPORT.line() == "METRICS: messages_processed=97, messages_failed=3, chargebacks_updated=1250"


def test_publishing_prints_one_emf_line_and_the_plain_one(capsys: pytest.CaptureFixture[str]) -> None:
    REPORT.publish(Metrics.of("updater"), "updater-of-dev")
    emf, line = capsys.readouterr().out.splitlines()
    assert line == REPORT.line()
    told = json.loads(emf)
    [described] = told["_aws"]["CloudWatchMetrics"]
    assert described["Namespace"] == "POC-Chargeback/ConsolidationUpdater"
    assert described["Dimensions"] == [["service"]]
    assert told["service"] == "updater-of-dev"
    assert {metric["Unit"] for metric in described["Metrics"]} == {"Count"}
    assert {metric["Name"]: told[metric["Name"]] for metric in described["Metrics"]} == {
        "MessagesProcessed": [97],
        "MessagesFailed": [3],
        "MessagesDeadLettered": [1],
        "ChargebacksUpdated": [1250],
        "ChargebacksAlreadyApplied": [0],
        "ChargebacksStale": [3],
        "ChargebacksMissing": [0],
        "ChargebacksUnreadable": [4],
        "UpdatesRetried": [5],
    }


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING"])
@pytest.mark.parametrize("text", ["ERROR", "an ERROR-7", "\\ERROR", "METRICS: messages_processed=9"])
def test_a_line_that_is_no_error_keeps_its_text_and_escapes_the_queries(level: str, text: str) -> None:
    entry = {"level": level, "message": text, "correlation_id": text}
    line = serialise(entry)
    assert json.loads(line) == entry
    assert "ERROR" not in line
    assert "METRICS:" not in line


@pytest.mark.parametrize("level", ["ERROR", "CRITICAL"])
def test_an_error_is_found_and_still_no_metrics_line(level: str) -> None:
    line = serialise({"level": level, "message": "METRICS: ERROR"})
    assert "ERROR" in line
    assert "METRICS:" not in line


@pytest.mark.parametrize(
    "held", ["jane@example.com", ["x jane@example.com"], {"jane@example.com": {"x": "jane%40example.com"}}]
)
def test_no_line_holds_an_email_address(held: Any) -> None:
    assert "jane" not in serialise({"level": "ERROR", "message": held})


def test_a_long_word_is_masked_in_a_time_that_grows_with_its_length_alone() -> None:
    """Were it looked through once a letter, this would take an hour."""
    assert (
        json.loads(serialise({"level": "INFO", "message": "x" * 2_000_000 + " a@b"}))["message"][-4:]
        == " ***"
    )
