"""The oracle against a tiny day that was worked out by hand, and its rules one by one."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.expect import Execution, Expected, expectations
from tests.oracle.rules import Rejected, understand

ORACLE = Path(__file__).parents[1] / "oracle"
TINY = ORACLE / "tiny_day"
BY_HAND = json.loads((TINY / "expected.json").read_text())


@pytest.fixture(scope="module")
def worked_out() -> list[Expected]:
    executions = [
        Execution(e["partition_date"], e["execution_time"], tuple(e["arrived"]))
        for e in BY_HAND["executions"]
    ]
    return list(expectations(TINY / "landing", executions, BY_HAND["lookback_days"]))


def plain(content: bytes) -> dict[str, Any]:
    row = json.loads(content, parse_float=str, parse_int=str)
    return {name: value for name, value in row.items() if value is not None}


def test_the_oracle_runs_the_partitions_that_the_hand_made_day_names(worked_out: list[Expected]) -> None:
    found = [(e.partition_date, e.execution_time) for e in worked_out]
    assert found == [(e["partition_date"], e["execution_time"]) for e in BY_HAND["expected"]]


@pytest.mark.parametrize("number", range(len(BY_HAND["expected"])))
def test_the_oracle_agrees_with_the_day_worked_out_by_hand(worked_out: list[Expected], number: int) -> None:
    found, by_hand = worked_out[number], BY_HAND["expected"][number]
    assert found.message_counts == by_hand["counts"]
    assert sorted(found.announced) == by_hand["announced"]
    assert [plain(found.rows[key]) for key in sorted(found.rows)] == by_hand["rows"]


def test_the_hand_made_counts_obey_the_conservation_law() -> None:
    for expected in BY_HAND["expected"]:
        counts = dict(expected["counts"])
        assert counts.pop("records_read") == sum(counts.values())


def test_the_oracle_imports_neither_the_package_nor_the_generator() -> None:
    imported = {
        name.partition(".")[0]
        for path in ORACLE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imported(node)
    }
    assert "chargebacks" not in imported
    assert "polars" not in imported


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.parametrize(
    "wrong",
    [
        ["cb-1"],
        {"status": "open"},
        {"chargeback_id": None},
        {"chargeback_id": " \t"},
        {"chargeback_id": 7},
        {"chargeback_id": "x" * 257},
        {"amount": "12,50"},
        {"amount": True},
        {"amount": "NaN"},
        {"amount": "0.0000000001"},
        {"updated_at": "yesterday"},
        {"updated_at": "2025-02-30T00:00:00Z"},
        {"event_timestamp": True},
        {"event_type": "UPSERT"},
        {"event_type": "insert"},
        {"currency": "br"},
        {"currency": "REAL"},
        {"metadata": "none"},
        {"metadata": [1]},
        {"metadata": {"transaction_id": 5}},
        {"chargeback_id": "cb-1", "status": 5},
    ],
)
def test_a_record_that_breaks_a_rule_is_rejected(wrong: Any) -> None:
    if isinstance(wrong, dict) and "status" not in wrong:
        wrong = {"chargeback_id": "cb-1"} | wrong
    with pytest.raises(Rejected):
        understand(wrong)


@pytest.mark.parametrize(
    ("lesser", "greater"),
    [
        ({}, {"updated_at": "2025-11-20T00:00:00Z"}),
        ({"updated_at": "2025-11-20T00:00:00Z"}, {"updated_at": "2025-11-20T00:00:00.5Z"}),
        ({"event_timestamp": "2025-11-20T09:00:00Z"}, {"updated_at": "2025-11-20T00:00:00Z"}),
        ({}, {"event_timestamp": "2025-11-20T00:00:00Z"}),
        ({}, {"event_type": "INSERT"}),
        ({"event_type": "INSERT"}, {"event_type": "MODIFY"}),
        ({"event_type": "MODIFY"}, {"event_type": "REMOVE"}),
        ({"status": "lost"}, {"status": "won"}),
    ],
)
def test_the_greater_record_wins(lesser: dict[str, str], greater: dict[str, str]) -> None:
    first, second = (understand({"chargeback_id": "cb-1"} | record) for record in (lesser, greater))
    assert first is not None
    assert second is not None
    assert first[1] < second[1]


@pytest.mark.parametrize(
    "same",
    [
        {"updated_at": "2025-11-20T00:00:00Z"},
        {"updated_at": "2025-11-20T00:00:00"},
        {"updated_at": "2025-11-19T21:00:00-03:00"},
        {"updated_at": 1763596800},
        {"updated_at": 1763596800000},
        {"updated_at": 1763596800000000},
        {
            "updated_at": "2025-11-20T00:00:00Z",
            "reason": "",
            "metadata": {"transaction_id": ""},
            "channel": None,
        },
        {"updated_at": "2025-11-20T00:00:00Z", "consolidation_status": "completed", "output_format": "csv"},
    ],
)
def test_one_record_written_in_many_ways_is_one_record(same: dict[str, Any]) -> None:
    plainly = {"chargeback_id": "cb-1", "updated_at": "2025-11-20T00:00:00Z"}
    assert understand({"chargeback_id": "cb-1"} | same) == understand(plainly)
