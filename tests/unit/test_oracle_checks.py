"""The oracle's checks find what is wrong: each test breaks one thing in a day that agrees."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.check_files import check_files
from tests.oracle.check_messages import check_messages, check_reports, summaries
from tests.oracle.check_table import check_table
from tests.oracle.expect import Counts, Expected
from tests.oracle.rules import understand

TIME = "2025-11-20T06:30:00"
COMPLETED = "2025-11-20T06:31:00.000001+00:00"
HEADER = (
    "chargeback_id,status,merchant_id,amount,currency,created_at,updated_at,reason,metadata,event_type,"
    "event_timestamp,extras\n"
)
FIRST = """cb-1,open,,10.5,BRL,,2025-11-20T01:00:00.000000Z,"Says ""no"",\nand 😡","{""transaction_id"":""t""}",,,\n"""
SECOND = 'cb-2,,,,,,,,,,,"{""channel"":""app""}"\n'


def content(record: dict[str, Any]) -> bytes:
    understood = understand(record)
    assert understood is not None
    return understood[1].content


ROWS = {
    "cb-1": content(
        {
            "chargeback_id": "cb-1",
            "status": "open",
            "amount": "10.50",
            "currency": "BRL",
            "updated_at": "2025-11-20T01:00:00Z",
            "reason": 'Says "no",\nand 😡',
            "metadata": {"transaction_id": "t"},
        }
    ),
    "cb-2": content({"chargeback_id": "cb-2", "channel": "app"}),
}
EXPECTED = Expected("2025-11-20", TIME, Counts(read=3, taken=3), ROWS, frozenset(ROWS), unreadable=0)
COUNTS = {
    "records_read": 3,
    "records_processed": 2,
    "duplicates_removed": 1,
    "records_rejected": 0,
    "echoes_ignored": 0,
}


# --- files ---


def differences(tmp_path: Path, *, view: list[str], head: list[str]) -> list[str]:
    """What the check says of these CSV bodies in the output folder and in the newest log entry."""
    output, state = tmp_path / "output", tmp_path / "state"
    folder = output / "year=2025" / "month=11" / "day=20"
    for place, bodies in ((folder, view), (state / "generations", head)):
        place.mkdir(parents=True)
        for number, body in enumerate(bodies):
            (place / f"part-{number}.csv").write_text(HEADER + body, newline="")
    named = [{"path": f"generations/part-{number}.csv"} for number in range(len(head))]
    log = state / "log" / "2025-11-20"
    log.mkdir(parents=True)
    (log / "00000001.json").write_text('{"files": [{"path": "nowhere"}]}')
    (log / "00000002.json").write_text(json.dumps({"files": named}))
    (log / "00000002.published.json").write_text("{}")
    return list(check_files(EXPECTED, output, state, at_most=2))


def test_files_that_hold_the_rows_agree(tmp_path: Path) -> None:
    assert differences(tmp_path, view=[FIRST, SECOND], head=[FIRST + SECOND]) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([FIRST], "cb-2 is missing"),
        ([FIRST + SECOND, FIRST], "cb-1 is there more than once"),
        ([SECOND + FIRST], "not sorted"),
        ([FIRST + SECOND + "cb-3,open,,,,,,,,,,\n"], "no such row"),
        ([FIRST.replace("10.5", "10.50") + SECOND], "10.50"),
        ([FIRST.replace("01:00:00.000000Z", "01:00:00Z") + SECOND], "01:00:00Z"),
        ([FIRST.replace("\n", " ", 1) + SECOND], "cb-1"),
        ([FIRST + SECOND.replace("app", "web")], "web"),
        ([FIRST, SECOND, ""], "3 files, more than 2"),
    ],
)
def test_wrong_files_are_found_in_the_folder_and_in_the_log(
    tmp_path: Path, wrong: list[str], said: str
) -> None:
    right = [FIRST, SECOND]
    for number, (view, head) in enumerate(((wrong, right), (right, wrong))):
        found = differences(tmp_path / str(number), view=view, head=head)
        assert any(said in line for line in found)
        assert all(("output folder" in line) == (view is wrong) for line in found)


def test_columns_in_another_order_are_refused(tmp_path: Path) -> None:
    body = "status,chargeback_id\n"
    folder = tmp_path / "year=2025" / "month=11" / "day=20"
    folder.mkdir(parents=True)
    (folder / "part-0.csv").write_text(body)
    with pytest.raises(ValueError, match="has the columns"):
        list(check_files(EXPECTED, tmp_path, tmp_path, at_most=2))


# --- messages and reports ---


def message(value: dict[str, Any], part: str) -> dict[str, Any]:
    shared = {"partition_date": "2025-11-20", "execution_time": TIME, "job_name": "job", "event_id": part}
    return {"key": f"job:2025-11-20:{part}", "value": shared | value}


def told() -> list[dict[str, Any]]:
    """Two slices and their summary."""
    slices = [
        message({"event_type": "chargebacks_consolidated", "slice": n, "chargeback_ids": [f"cb-{n}"]}, str(n))
        for n in (1, 2)
    ]
    state = {
        "output_path": "/out",
        "execution_sequence": 2,
        "output_format": "csv",
        "completed_at": COMPLETED,
    }
    return [
        *slices,
        message({"event_type": "consolidation_completed", "slices": 2} | COUNTS | state, "summary"),
    ]


def test_right_messages_agree_though_some_came_twice_and_in_another_order() -> None:
    assert list(check_messages([EXPECTED], [*reversed(told()), *told()])) == []


Change = Callable[[list[dict[str, Any]]], object]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.pop(0), "cb-1 changed and is not announced"),
        (lambda m: m[0]["value"]["chargeback_ids"].append("cb-9"), "cb-9 is announced and did not change"),
        (lambda m: m[0]["value"]["chargeback_ids"].append("cb-2"), "cb-2 is announced 2 times"),
        (lambda m: m[0]["value"].update(slice=2), "the slices are numbered [2, 2]"),
        (lambda m: m[0].update(key="job:2025-11-20"), "has the key job:2025-11-20"),
        (lambda m: m.pop(), "0 summaries"),
        (lambda m: m[2]["value"].update(duplicates_removed=0), "duplicates_removed is 0, expected 1"),
        (lambda m: m[2]["value"].update(slices=3), "counts 3 slices, 2 are there"),
        (lambda m: m[2]["value"].update(execution_time="2025-11-20T12:30:00"), "was not expected"),
        (lambda m: m.clear(), "nothing of"),
    ],
)
def test_a_wrong_message_is_found(change: Change, said: str) -> None:
    messages = told()
    change(messages)
    assert said in "\n".join(check_messages([EXPECTED], messages))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, None),
        ({"records_read": 4}, "records_read is 4, expected 3"),
        ({"files_unreadable": 1}, "(1, 2, True), not (0, 2, True)"),
        ({"published": False}, "False"),
    ],
)
def test_a_wrong_report_is_found(wrong: dict[str, Any], said: str | None) -> None:
    report = COUNTS | {"partition_date": "2025-11-20", "execution_time": TIME}
    report |= {"files_unreadable": 0, "chargebacks_announced": 2, "published": True}
    found = list(check_reports([EXPECTED], [report | wrong]))
    assert (said is None) == (not found)
    assert (said or "") in "".join(found)


# --- table ---

STATE = {
    "consolidation_status": {"S": "completed"},
    "consolidation_s3_path": {"S": "/out"},
    "consolidation_date": {"S": COMPLETED},
    "consolidation_execution": {"N": "2"},
    "consolidation_job_name": {"S": "job"},
    "output_format": {"S": "csv"},
    "records_in_consolidation": {"N": "2"},
    "updated_at": {"S": COMPLETED},
    "consolidation_position": {"S": "2025-11-20|2025-11-20T06:31:00.000001Z|hash"},
}
OLD = [
    {"chargeback_id": {"S": f"cb-{n}"}, "status": {"S": "open"}, "updated_at": {"S": "then"}}
    for n in (1, 2, 3)
]


def table() -> list[dict[str, Any]]:
    """The items as they must be: two announced, one bystander."""
    return [OLD[0] | STATE, OLD[1] | STATE, dict(OLD[2])]


def said_of(items: list[dict[str, Any]], tmp_path: Path, expected: list[Expected], summary: Any) -> str:
    before = tmp_path / "before.jsonl"
    before.write_text("\n".join(map(json.dumps, OLD)))
    return "\n".join(check_table(expected, summary, before, items))


def test_a_right_table_agrees(tmp_path: Path) -> None:
    assert said_of(table(), tmp_path, [EXPECTED], summaries(told())) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda items: items[0].update(consolidation_execution={"N": "1"}),
            "consolidation_execution is {'N': '1'}",
        ),
        (lambda items: items[0].pop("output_format"), "output_format is None"),
        (lambda items: items[1].update(status={"S": "won"}), "status is {'S': 'won'}"),
        (
            lambda items: items[1].update(consolidation_position={"S": "2025-11-19|"}),
            "position '2025-11-19|'",
        ),
        (lambda items: items[1].pop("consolidation_position"), "position ''"),
        (lambda items: items[2].update(STATE), "cb-3: consolidation_status"),
        (lambda items: items.pop(), "cb-3 is gone"),
        (lambda items: items.append({"chargeback_id": {"S": "cb-4"}}), "cb-4 is there and was not before"),
    ],
)
def test_a_wrong_item_is_found(change: Change, said: str, tmp_path: Path) -> None:
    items = table()
    change(items)
    assert said in said_of(items, tmp_path, [EXPECTED], summaries(told()))


def test_the_later_partition_date_wins_an_item_though_it_was_completed_earlier(tmp_path: Path) -> None:
    late = Expected("2025-11-19", TIME, Counts(), {}, frozenset(["cb-1"]), unreadable=0)
    by_date = summaries(told())
    later = by_date["2025-11-20", TIME] | {
        "partition_date": "2025-11-19",
        "completed_at": "2025-11-20T09:00:00+00:00",
    }
    by_date["2025-11-19", TIME] = later
    assert said_of(table(), tmp_path, [EXPECTED, late], by_date) == ""
