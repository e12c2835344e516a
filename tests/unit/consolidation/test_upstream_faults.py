"""What is read without a fault and still hides one upstream: ties that bytes decide, records from the future."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargebacks.consolidation.records.merge import merge
from chargebacks.consolidation.records.ties import NO_TIES, Ties
from chargebacks.consolidation.stages import runs, write
from tests.unit.consolidation.builders import DAY, Row, frame_of, land, records
from tests.unit.consolidation.running import run, run_day

ONE, ELEVEN = f"{DAY}T01:00:00Z", f"{DAY}T11:00:00Z"


def of(key: str, status: str = "open", at: str = ONE, **fields: str) -> Row:
    return {"chargeback_id": key, "status": status, "updated_at": at, **fields}


def ties(new: list[Row], old: list[Row] | None = None, **how: bool) -> Ties:
    return merge(frame_of(*new), frame_of(*(old or [])), **how).ties


@pytest.mark.parametrize(
    ("new", "old", "found"),
    [
        ([of("a"), of("a", "won")], [], Ties(1, "a")),
        ([of("a", "won")], [of("a")], Ties(1, "a")),  # whichever of the two wins
        ([of("a")], [of("a", "won")], Ties(1, "a")),
        ([of("b"), of("b", "won"), of("b", "lost"), of("a"), of("a", "won")], [], Ties(2, "a")),
        ([of("a"), of("a")], [of("a")], NO_TIES),  # one version, delivered again
        ([of("a"), of("a", "won"), of("a", at=ELEVEN)], [], NO_TIES),  # older ones tie: a newer one wins
        ([of("a"), of("a", "won")], [of("a", at=ELEVEN)], NO_TIES),
        ([of("a", event_type="INSERT"), of("a", event_type="MODIFY")], [], NO_TIES),
        ([of("a", event_timestamp=ONE), of("a", event_timestamp=ELEVEN)], [], NO_TIES),
        ([{"chargeback_id": "a"}, {"chargeback_id": "a", "status": "x"}], [], Ties(1, "a")),
    ],
)
def test_ties_are_counted_where_nothing_but_bytes_decides_the_winner(
    new: list[Row], old: list[Row], found: Ties
) -> None:
    assert ties(new, old) == ties(new[::-1], old) == found
    if not old:
        assert ties(new, [], full=True) == found


VERSIONS = st.builds(of, st.sampled_from("abc"), st.sampled_from(["x", "y"]), st.sampled_from([ONE, ELEVEN]))


@settings(max_examples=40, derandomize=True)
@given(st.lists(VERSIONS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_count_depends_neither_on_order_nor_on_how_ids_are_shared_out(
    rows: list[Row], random: Any
) -> None:
    found = ties(rows)
    shuffled = random.sample(rows, len(rows))
    parts = [[row for row in shuffled if row["chargeback_id"] == key] for key in "bca"]
    assert sum((ties(part) for part in parts if part), NO_TIES) == found


def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs.Runs.__init__, "__defaults__", (1,))
    monkeypatch.setattr(write, "BASE_ROWS", 0)
    monkeypatch.setattr(runs, "BATCH_ROWS", 2)


@pytest.mark.parametrize("buckets", ["1", "3"])
@pytest.mark.parametrize("prepare", [lambda _: None, _large], ids=["in memory", "spilled"])
def test_a_run_reports_ties_and_the_first_of_their_ids(
    tmp_path: Path,
    buckets: str,
    prepare: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare(monkeypatch)
    land(tmp_path, "a.json", [of(key) for key in "abcdefg"])
    assert run_day(tmp_path, output_files=buckets).to_json()["ties_decided_by_bytes"] == 0
    land(tmp_path, "b.json", [of("f", "won"), of("c", "won"), of("c", "lost"), of("d", at=ELEVEN)])
    report = run(tmp_path, at="12:30", output_files=buckets)
    assert report.to_json()[0]["ties_decided_by_bytes"] == 2
    expected = (
        f"{DAY}: 2 chargebacks have several newest versions that differ in content alone, first 'c'; their bytes "
        "decided: let upstream advance updated_at with every change"
    )
    assert expected in list(report.lines())


def test_an_id_that_may_be_an_email_address_is_not_shown() -> None:
    assert "@" not in str(Ties(1, "jane@example.com"))


def test_records_dated_after_the_execution_are_counted_and_the_latest_is_told(tmp_path: Path) -> None:
    land(
        tmp_path,
        "a.json",
        [
            *records("a", "b"),
            of("c", at=f"{DAY}T06:30:00Z"),  # at its very time
            of("d", at=f"{DAY}T06:30:00.000001Z"),
            of("e", at="9999-12-31T23:59:59.999999Z"),
            {"chargeback_id": "f", "event_type": "REMOVE", "event_timestamp": ELEVEN},
            {"chargeback_id": "g", "event_timestamp": ELEVEN},  # its event decides only among equals
            {"chargeback_id": "", "updated_at": ELEVEN},  # rejected
        ],
    )
    land(tmp_path, "b.csv", f"chargeback_id,updated_at\nh,{ELEVEN}\n".encode())
    report = run(tmp_path)
    assert report.to_json()[0]["records_after_execution"] == 4
    assert (
        f"{DAY}: 4 records are dated after the execution, the latest 9999-12-31T23:59:59.999999Z: each wins over all "
        "changes until then; correct upstream's clock"
    ) in list(report.lines())
    again = run(tmp_path, at="12:30")
    assert again.to_json()[0]["records_after_execution"] == 0  # of what this run read
    assert not [line for line in again.lines() if "dated after" in line]
