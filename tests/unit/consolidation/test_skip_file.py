"""Files that a run skips by name are quarantined unread, and do not count towards the limit."""

import json
from pathlib import Path
from typing import Any

import pytest

from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing.raw_rows import Raw
from chargebacks.consolidation.stages import read
from tests.unit.consolidation import builders
from tests.unit.consolidation.builders import land
from tests.unit.consolidation.running import log, snapshot, view
from tests.unit.consolidation.test_isolation import (
    BAD,
    FILES,
    PATH,
    PanicError,
    land_json,
    raising,
    run,
    run_day,
)


def test_skipped_files_are_quarantined_by_name_covered_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_json(tmp_path)
    more_than_may_be_unreadable = range(BAD, BAD + 5)
    skipped = [f"2025/11/20/{n:02d}.json" for n in more_than_may_be_unreadable]
    fetched: list[str] = []
    right = read._fetch
    monkeypatch.setattr(
        read, "_fetch", lambda store, file: (fetched.append(file.path), right(store, file))[1]
    )
    given = [skipped[0], f"{tmp_path}/landing/{skipped[1]}", *skipped[2:]]
    report = run_day(tmp_path, skip_file=json.dumps(given))
    assert report.unreadable == tuple(skipped)
    assert not set(fetched) & set(skipped)
    assert len(fetched) == FILES - len(skipped)
    assert set(view(tmp_path)) == {f"cb-{n}" for n in range(FILES) if not BAD <= n < BAD + 5}
    [data] = snapshot(tmp_path / "_quarantine").values()
    reasons = [one["reason"] for one in map(json.loads, data.splitlines()) if one["line"] is None]
    assert reasons == [f"file: {path}: skipped by --skip-file" for path in skipped]
    assert run_day(tmp_path, at="12:30").landing.new == []


def test_skipped_files_leave_the_limit_to_the_others(tmp_path: Path) -> None:
    for n in range(10):
        land(tmp_path, f"{n}.parquet", b"PAR1 broken")
    skip = json.dumps([f"2025/11/20/{n}.parquet" for n in range(6)])
    [failed] = run(tmp_path, skip_file=skip).partitions
    assert failed.error
    assert failed.error.startswith("partition 2025-11-20: 4 of 10 landing files cannot be read")


def test_a_skipped_file_leaves_the_output_of_a_full_execution(tmp_path: Path) -> None:
    land_json(tmp_path)
    run_day(tmp_path)
    run_day(tmp_path, at="12:30", full="true", allow_shrink="true", skip_file=f"{PATH}.json")
    assert set(view(tmp_path)) == {f"cb-{n}" for n in range(FILES) if n != BAD}


def test_a_file_to_skip_that_is_not_there_is_reported(tmp_path: Path) -> None:
    land_json(tmp_path)
    lines = list(run(tmp_path, skip_file=json.dumps([f"{PATH}.json", "2025/11/20/typo.json"])).lines())
    assert [line for line in lines if "--skip-file" in line] == [
        "--skip-file '2025/11/20/typo.json' is not a new landing file: check the path; for a covered file, add --full"
    ]


HORRORS = {
    "05": PanicError("by the test"),
    "16": RecursionError(),
    "28": RuntimeError("late"),
    "38": KeyError("x"),
}


def land_horrors(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty files of three formats; those of HORRORS raise: the first two when read, the others afterwards."""
    for n in range(60):
        name, ids = f"{n:02d}", [f"cb-{n}", f"bad-{n}"]
        table = [
            {"chargeback_id": one, "amount": amount} for one, amount in zip(ids, ("1", "x"), strict=True)
        ]
        if n % 3 == 0:
            land(root, f"{name}.parquet", builders.parquet(chargeback_id=ids, amount=["1", "x"]))
        elif n % 3 == 1:
            land(root, f"{name}.json", table)
        else:
            land(root, f"{name}.csv", f"chargeback_id,amount\n{ids[0]},1\n{ids[1]},x\n".encode())
    right = formats.read

    def read_or_raise(path: str, data: bytes, *rules: Any) -> Raw:
        error = HORRORS.get(path.rsplit("/", 1)[-1][:2])
        if isinstance(error, (PanicError, RecursionError)):
            raise error
        raw = right(path, data, *rules)
        if error:
            raw.raw_text = raising(error)
        return raw

    monkeypatch.setattr(formats, "read", read_or_raise)


def test_three_horrors_of_sixty_files_cost_three_files_and_a_fourth_is_one_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_horrors(tmp_path, monkeypatch)
    [failed] = run(tmp_path).partitions
    assert failed.error
    assert failed.error.startswith(
        "partition 2025-11-20: 4 of 60 landing files cannot be read, first 2025/11/20/05"
    )
    assert log(tmp_path).head() is None
    report = run_day(tmp_path, skip_file="2025/11/20/38.csv")
    assert [path[len("2025/11/20/") :][:2] for path in report.unreadable] == list(HORRORS)
    assert set(view(tmp_path)) == {f"cb-{n}" for n in range(60) if f"{n:02d}" not in HORRORS}
    assert report.entry
    counts = report.entry.counts
    assert (counts.records_read, counts.records_processed, counts.records_rejected) == (112, 56, 56)
