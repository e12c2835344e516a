"""Whatever is raised while one landing file is parsed costs that file alone; storage and memory fail the run."""

import io
import json
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from chargebacks.consolidation.landing import formats, isolation, parquet
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.landing.raw_rows import Raw
from chargebacks.consolidation.records.normalise import Normalised
from chargebacks.consolidation.records.normalise import normalise as normalise_rows
from chargebacks.consolidation.stages import opening, read
from chargebacks.errors import StorageError
from tests.unit.consolidation import builders, running
from tests.unit.consolidation.builders import json_lines, land, records
from tests.unit.consolidation.running import log, snapshot, view

FILES = 50
BAD = 17
NO_MEMORY = (
    "memory allocation failed because the memory allocator returned an error"  # Rust's TryReserveError
)
PATH = f"2025/11/20/{BAD:02d}"


class PanicError(BaseException):
    """As pyo3's panics: no Exception."""


run = partial(running.run, max_rejected_share="1")
run_day = partial(running.run_day, max_rejected_share="1")


def land_json(root: Path) -> None:
    """Each file has a good record, one that `normalise` rejects, and a line that is not JSON."""
    for n in range(FILES):
        bad = [{"chargeback_id": f"bad-{n}", "amount": "x"}]
        land(root, f"{n:02d}.json", json_lines(*records(f"cb-{n}"), *bad) + b"broken\n")


def land_parquet(root: Path) -> None:
    for n in range(FILES):
        data = builders.parquet(chargeback_id=[f"cb-{n}", f"bad-{n}"], amount=["1", "x"])
        land(root, f"{n:02d}.parquet", data)


def break_reader(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """`formats.read` raises for one file."""
    right = formats.read

    def broken(path: str, data: bytes, *rules: Any) -> Raw:
        if path.startswith(PATH):
            raise error
        return right(path, data, *rules)

    monkeypatch.setattr(formats, "read", broken)


def break_normalise(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """`normalise` raises whenever a row of that file is among others."""

    def broken(rows: pl.DataFrame, *rules: Any) -> Normalised:
        if f"cb-{BAD}" in rows["chargeback_id"]:
            raise error
        return normalise_rows(rows, *rules)

    monkeypatch.setattr(opening, "normalise", broken)


def break_raw_text(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Raise while the text of a rejected record is read, which is after all files of the batch were parsed."""
    right = formats.read

    def broken(path: str, data: bytes, *rules: Any) -> Raw:
        raw = right(path, data, *rules)
        if path.startswith(PATH):
            raw.raw_text = raising(error)
        return raw

    monkeypatch.setattr(formats, "read", broken)


def raising(error: BaseException) -> Callable[..., Any]:
    def broken(*_: object, **__: object) -> Any:
        raise error

    return broken


PLACES = {"reader": break_reader, "normalise": break_normalise, "raw_text": break_raw_text}


@pytest.mark.parametrize("land_files", [land_json, land_parquet])
@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("reader", RuntimeError("by the test")),
        ("reader", PanicError("by the test")),
        ("normalise", PanicError("by the test")),
        ("raw_text", RecursionError()),
    ],
)
def test_an_exception_costs_its_file_alone_wherever_it_is_raised(
    error: BaseException,
    place: str,
    land_files: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    land_files(tmp_path)
    if land_files is land_parquet and place != "normalise":
        monkeypatch.setattr(parquet, "read_alike", lambda files: None)  # each file comes to `formats.read`
    PLACES[place](monkeypatch, error)
    report = run_day(tmp_path)
    [path] = report.unreadable
    assert path.startswith(PATH)
    assert set(view(tmp_path)) == {f"cb-{n}" for n in range(FILES) if n != BAD}
    assert report.entry
    counts = report.entry.counts
    rejects = (FILES - 1) * (2 if land_files is land_json else 1)
    assert (counts.records_read, counts.records_rejected) == (FILES - 1 + rejects, rejects)
    [data] = snapshot(tmp_path / "_quarantine").values()
    told = [json.loads(line) for line in data.splitlines()]
    [whole] = [one["reason"] for one in told if one["line"] is None]
    assert whole.startswith(f"file: {path}: internal error ({type(error).__name__}): report it")
    [logged] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "Traceback (most recent call last)" in logged.getMessage()
    assert path in logged.getMessage()
    assert [name for name in coverage_fields(tmp_path) if name == "traceback"] == []


def coverage_fields(root: Path) -> set[str]:
    found = [data for name, data in snapshot(root / "_state").items() if "coverage" in name]
    return {name for data in found for line in data.splitlines() for name in json.loads(line)}


@pytest.mark.parametrize("function", ["read_alike", "rows_in", "columns_in"])
def test_an_exception_while_parquet_files_are_read_together_costs_no_file(
    function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_parquet(tmp_path)
    monkeypatch.setattr(parquet, function, raising(PanicError("by the test")))
    report = run_day(tmp_path)
    assert (report.unreadable, len(view(tmp_path))) == ((), FILES)
    assert report.entry
    assert (report.entry.counts.records_read, report.entry.counts.records_rejected) == (2 * FILES, FILES)


def test_one_raising_file_does_not_have_the_others_opened_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_json(tmp_path)
    break_raw_text(monkeypatch, RuntimeError("by the test"))
    opened: list[int] = []
    right = opening._open
    monkeypatch.setattr(
        opening, "_open", lambda files, rules: (opened.append(len(files)), right(files, rules))[1]
    )
    run_day(tmp_path)
    assert sum(opened) <= 3 * FILES + 3


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), StorageError("503")])
def test_what_says_nothing_about_a_file_passes(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_json(tmp_path)
    break_reader(monkeypatch, error)
    if isinstance(error, StorageError):
        assert run(tmp_path).partitions[0].error == "503"
    else:
        with pytest.raises(type(error)):
            run(tmp_path)
    assert log(tmp_path).head() is None


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("reader", MemoryError()),
        ("normalise", pa.ArrowMemoryError("malloc of size 1024 failed")),
        ("raw_text", OSError(12, "Cannot allocate memory")),
        ("normalise", pl.exceptions.ComputeError(NO_MEMORY)),
    ],
)
def test_lack_of_memory_fails_the_run_and_names_the_file(
    place: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_json(tmp_path)
    PLACES[place](monkeypatch, error)
    [failed] = run(tmp_path).partitions
    assert failed.error
    assert failed.error.startswith(f"not enough memory to read '{PATH}.json' (")
    assert failed.error.endswith("quarantine the file with --skip-file")
    assert "\n" not in failed.error
    assert log(tmp_path).head() is None


def test_lack_of_memory_while_a_file_is_expanded_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pa.compress(json_lines(*records("a")), codec="zstd", asbytes=True)
    land(tmp_path, "a.json.zst", data)
    broken = raising(pa.ArrowMemoryError("malloc of size 1024 failed"))
    monkeypatch.setattr(pa, "CompressedInputStream", broken)
    [failed] = run(tmp_path).partitions
    assert failed.error
    assert failed.error.startswith("not enough memory to read '2025/11/20/a.json.zst' (")


def test_a_native_panic_leaves_nothing_in_the_log_but_one_traceback(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    land_json(tmp_path)
    zone = io.BytesIO(builders.parquet(updated_at=pa.array([0], pa.timestamp("us", "-02:15"))))
    right = formats.read

    def panics(path: str, data: bytes, *rules: Any) -> Raw:
        if path.startswith(PATH):
            pl.read_parquet(zone)
        return right(path, data, *rules)

    monkeypatch.setattr(formats, "read", panics)
    assert run_day(tmp_path).unreadable == (f"{PATH}.json",)
    assert capfd.readouterr().err == ""
    [logged] = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert "PanicException: called `Result::unwrap()` on an `Err` value" in logged


def test_memory_that_was_short_for_a_batch_and_suffices_for_its_halves_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_json(tmp_path)

    def short(rows: pl.DataFrame, *rules: Any) -> Normalised:
        if rows.height > 20:
            raise MemoryError
        return normalise_rows(rows, *rules)

    monkeypatch.setattr(opening, "normalise", short)
    assert run_day(tmp_path).unreadable == ()
    assert len(view(tmp_path)) == FILES


def test_lack_of_memory_after_parsing_names_the_files_of_the_batch_largest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_json(tmp_path)
    land(tmp_path, "large.json", json_lines(*records(*(f"l-{n}" for n in range(9)))))
    monkeypatch.setattr(read, "bucket_parcels", raising(MemoryError()))
    monkeypatch.setattr(read, "IN_FLIGHT", 1)
    [failed] = run(tmp_path).partitions
    assert failed.error
    assert "landing files, largest first: '2025/11/20/large.json' (" in failed.error


@pytest.mark.parametrize("size", [-1, 2**62])
def test_a_file_that_demands_more_than_the_machine_has_is_damaged(size: int) -> None:
    assert not isolation.stops_run(pa.ArrowMemoryError(f"malloc of size {size} failed"))
    assert isolation.stops_run(pa.ArrowMemoryError("malloc of size 4096 failed"))


def test_a_traceback_is_cut_and_shows_no_e_mail_address() -> None:
    with pytest.raises(ValueError, match="x") as raised:
        float("x" * 100_000 + " jane@example.com")
    text = isolation.traceback_of(raised.value)
    assert len(text) < 7000
    assert "jane" not in text
    assert text.startswith("Traceback (most recent call last)")
    assert text.rstrip().endswith("***")


def test_an_error_lists_twenty_files_at_most() -> None:
    text = isolation.listed([LandingFile(f"{n}.json", n, "e") for n in range(30)])
    assert text.startswith("30 landing files, largest first: '29.json' (29 bytes), '28.json'")
    assert text.endswith("'10.json' (10 bytes) and 10 more")
