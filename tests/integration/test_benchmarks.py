"""`make bench` on a few records: what it times runs, and what it compares would be found different."""

import cProfile
import os
import pstats
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyspark
import pytest

from benchmarks import data, functions, harness, results, table_formats, truth
from benchmarks.contestants import DUCKDB, OURS, POLARS, SESSION, Options
from benchmarks.harness import BenchmarkError, Contestant, measure, timed
from benchmarks.parts import full
from benchmarks.results import Goal, Part
from benchmarks.s3 import listing
from benchmarks.s3.running import serving
from chargebacks import record
from chargebacks.adapters.store import Store
from tests.fixtures.poller_process import alive
from tests.fixtures.polling import wait_until

CHECKOUT = Path(__file__).parents[2]
SIZE = 2_000


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made and written lies in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))


def test_a_part_times_the_floor_the_job_and_single_machine_engines_and_finds_their_rows_right() -> None:
    part = full.json_to_csv(Options(size=SIZE, files=4, rounds=1, only=("DuckDB", "Polars")))
    assert set(part.timings) == {SESSION, OURS, POLARS, DUCKDB}
    assert all(timing.seconds > 0.1 and timing.peak_mib > 10 for timing in part.timings.values())
    assert part.timings[OURS].peak_mib > part.timings[DUCKDB].peak_mib  # the JVM and its workers are counted
    assert [goal.text for goal in part.goals] == ["the job's peak memory, MiB", "the job, times the floor"]
    assert f"| {OURS} |" in part.markdown()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(lambda rows: rows[:-1], "which is not", id="missing"),
        pytest.param(lambda rows: rows[[0, *range(len(rows))]], "which is not", id="doubled"),
        pytest.param(
            lambda rows: rows.with_columns(updated_at=pl.col("created_at")), "which is not", id="older"
        ),
        pytest.param(
            lambda rows: rows.with_columns(amount=pl.col("amount") + 1), "which is not", id="altered"
        ),
        pytest.param(lambda rows: rows.reverse(), "not sorted", id="unsorted"),
    ],
)
def test_an_output_that_is_not_the_newest_of_each_is_refused(
    spoil: Callable[[pl.DataFrame], pl.DataFrame], says: str
) -> None:
    made = data.ensure("json", SIZE, 2)
    newest = data.deliveries(SIZE).group_by("number").agg(pl.col("version").max())
    right = data.records(newest).drop("metadata").sort("chargeback_id")
    check = truth.checked("it", made.truth, Path("out"), "csv")
    Path("out").mkdir()
    right.write_csv("out/part.csv")
    check()
    spoil(right).write_csv("out/part.csv")
    with pytest.raises(BenchmarkError, match=says):
        check()


def test_landing_files_are_the_same_every_time_and_bring_older_versions_later() -> None:
    first = [path.read_bytes() for path in data.ensure("json", SIZE, 3).files]
    Path(".run").rename("before")
    assert [path.read_bytes() for path in data.ensure("json", SIZE, 3).files] == first
    arriving = data.deliveries(100_000)
    assert len(arriving) == 101_200
    assert arriving.group_by("number").agg(late=~pl.col("version").is_sorted())["late"].any()


FAMILY = """
import subprocess, sys, time
child = "held = bytearray(b'x') * 60_000_000; print(flush=True); input()"
pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
children = [subprocess.Popen([sys.executable, "-c", child], **pipes) for _ in range(2)]
for one in children:
    one.stdout.readline()
time.sleep(2)  # in which they are looked at
for one in children:
    one.communicate(b"go")
"""


def test_memory_is_summed_over_all_that_a_process_starts() -> None:
    assert timed(Contestant("a family", [sys.executable, "-c", FAMILY])).peak_mib > 120


def test_what_takes_too_long_is_stopped_with_all_that_it_started() -> None:
    told = Path("pid")
    parent = f"sleep 600 & echo $! > {told}; wait"
    run = timed(Contestant("slow", ["/bin/sh", "-c", parent], stop_after=lambda: 2.0))
    assert run.stopped
    wait_until(lambda: not alive(int(told.read_text())))


def test_a_peer_that_fails_is_left_out_and_the_job_that_fails_ends_the_part() -> None:
    fails = Contestant("a peer", ["/bin/false"])
    assert list(measure([fails, Contestant("another", ["/bin/true"])], 2)) == ["another"]
    with pytest.raises(BenchmarkError, match="a peer failed"):
        measure([Contestant("a peer", ["/bin/false"], required=True)], 1)


def test_a_peer_whose_spark_is_not_installed_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    table = next(one for one in table_formats.tables() if one.module == "hudi")
    missing = replace(table, python=Path(".venv-none/bin/python"))
    day = data.ensure("json", SIZE, 2)
    assert table_formats.contestant(Options(), missing, day, Path("late")) is None
    shown = capsys.readouterr()
    assert "hudi is left out: no .venv-none/bin/python, run make .venv-none/.ready" in shown.out + shown.err


def test_a_part_on_spark_names_the_version_of_its_spark() -> None:
    assert (
        f"**Title**\n\nSpark {pyspark.__version__}.\n" in Part("one", "Title", {}, on_spark=True).markdown()
    )
    assert "Spark" not in Part("two", "Title", {}).markdown()


def test_the_page_takes_what_was_measured_last() -> None:
    Path("docs").mkdir()
    results.PAGE.write_text("before\n<!-- measured: one -->\nold\n<!-- end of measured -->\nafter\n")
    part = Part("one", "Title", {"it": harness.Timing([harness.Run(2.0, 10.0)])}, floor=1.0)
    part.goals.append(Goal("as quick", 2.0, 1.1))
    part.save()
    assert results.render(["one", "two"]) == ["one"]
    page = results.PAGE.read_text()
    assert page.startswith("before\n<!-- measured: one -->\n")
    assert page.endswith("<!-- end of measured -->\nafter\n")
    assert "| it | 2.0 | 2.0 | 2.0 | 10 | 2.00 |" in page
    assert "| as quick | at most 1.1 | 2.00 | **missed** |" in page
    assert "old" not in page


def test_a_profile_is_told_by_the_projects_own_functions_each_without_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(functions, "WORTH_SHOWING", 0)  # where a busy machine pauses the process is chance
    taken = cProfile.Profile()
    taken.runcall(lambda: [record.canonical({"amount": Decimal("1.50"), "reason": "x"}) for _ in range(500)])
    taken.dump_stats("taken.pstats")
    found = {name: (calls, seconds) for name, calls, seconds in functions.dearest(Path("taken.pstats"))}
    assert {"record.canonical", "record._json", "record.decimal_text"} <= set(found)
    assert found["record.decimal_text"][0] == 500
    whole = pstats.Stats("taken.pstats").total_tt  # exact; a stats profile rounds it
    assert sum(seconds for _, seconds in found.values()) <= whole * 1.01  # nothing is counted twice


def test_the_late_store_is_s3_enough_for_the_store_and_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    (Path("landing") / "a=1").mkdir(parents=True)
    Path("landing/a=1/first file.json").write_bytes(b"{}")
    with serving(Path("landing"), wait=0.02) as endpoint:
        for name, value in {
            "ACCESS_KEY_ID": "x",
            "SECRET_ACCESS_KEY": "x",
            "ENDPOINT_URL_S3": endpoint,
        }.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        store = Store("s3://bench")
        (found,) = store.walk("landing")
        assert (found.path, found.size) == ("landing/a=1/first file.json", 2)
        assert store.get_version(found.path, found.etag) == b"{}"
        assert store.get_version(found.path, '"another"') is None
        assert store.create("x/one", b"1")
        assert not store.create("x/one", b"2")
        large = os.urandom(6_000_000)  # in parts
        store.put("x/large", large)
        store.copy_to("x/large", store, "y/large")
        assert store.get("y/large") == large
        assert store.folders("") == ["landing", "x", "y"]
        store.delete("y/large")
        assert store.stat("y/large") is None
        started = time.perf_counter()
        store.get("x/one")
        assert time.perf_counter() - started >= 0.02


@pytest.mark.parametrize("delimiter", ["", "/"])
def test_the_late_store_lists_page_by_page(delimiter: str) -> None:
    names = [f"landing/{n % 3}/{n:04d}" for n in range(300)] + [f"landing/x{n}" for n in range(40)]
    paths = sorted(f"bench/{name}" for name in [*names, "landing.txt", "later/1"])
    asked = {"prefix": "landing/", "delimiter": delimiter, "max-keys": "7"}
    keys: list[str] = []
    folders: list[str] = []
    token: str | None = ""
    while token is not None:
        page = listing.page(paths, "bench", {**asked, "continuation-token": token})
        assert len(page.keys) + len(page.folders) <= 7
        keys, folders, token = keys + page.keys, folders + page.folders, page.token
    assert keys == sorted(names[300:] if delimiter else names)
    assert folders == (["landing/0/", "landing/1/", "landing/2/"] if delimiter else [])
