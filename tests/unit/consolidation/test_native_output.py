"""A native panic while files are parsed leaves no trace in the log; what others write to standard error stays."""

import io
import os
import subprocess
import sys
from threading import Barrier, Thread

import polars as pl
import pyarrow as pa
import pytest

from chargebacks.consolidation.stages import native_output
from chargebacks.consolidation.stages.native_output import without_native_panics, without_panics
from tests.unit.consolidation.builders import parquet

PANICS = parquet(updated_at=pa.array([0], pa.timestamp("us", "-02:15")))  # a zone that Polars cannot parse
# As printed by Polars 2.1 with RUST_BACKTRACE=1, and by Rust's standard library for an assertion.
REPORT = b"""
thread 'polars-3' (21875) panicked at crates/polars-core/src/datatypes/field.rs:214:81:
called `Result::unwrap()` on an `Err` value: ComputeError(ErrString("unable to parse"))
stack backtrace:
   0: __rustc::rust_begin_unwind
  46: __libc_start_main_impl
             at ./csu/../csu/libc-start.c:360:3
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
"""
ASSERTION = b"""
thread '<unnamed>' panicked at src/main.rs:1:1:
assertion `left == right` failed
  left: 1
 right: 2
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
"""


def panic() -> None:
    with pytest.raises(pl.exceptions.PanicException):
        pl.read_parquet(io.BytesIO(PANICS))


def test_a_panic_of_polars_is_not_printed_and_other_lines_are(capfd: pytest.CaptureFixture[str]) -> None:
    panic()
    assert "panicked at" in capfd.readouterr().err  # else this test shows nothing
    with without_native_panics():
        os.write(2, b"before\n")
        panic()
        os.write(2, b"between\n")
        panic()
        os.write(2, b"after\n")
    os.write(2, b"outside\n")
    assert capfd.readouterr().err == "before\nbetween\nafter\noutside\n"


@pytest.mark.parametrize("report", [REPORT, ASSERTION])
def test_a_report_is_left_out_from_its_blank_line_to_its_last_note(report: bytes) -> None:
    assert without_panics(b"a\n" + report + b"b\n" + report + report + b"c") == b"a\nb\nc"


@pytest.mark.parametrize(
    "text", [b"", b"no newline", b"a\n\n  1: b\nnote: c\n", b"it panicked at noon\n\xff\n"]
)
def test_text_without_a_report_stays_as_it_is(text: bytes) -> None:
    assert without_panics(text) == text


def test_threads_share_one_redirection_and_the_last_one_restores(capfd: pytest.CaptureFixture[str]) -> None:
    met = Barrier(2, timeout=30)

    def work() -> None:
        with without_native_panics():
            met.wait()
            met.wait()
            panic()
            os.write(2, b"last\n")

    thread = Thread(target=work)
    thread.start()
    with without_native_panics():
        met.wait()
        panic()
        os.write(2, b"first\n")
    assert capfd.readouterr().err == "first\n"
    met.wait()
    thread.join()
    os.write(2, b"outside\n")
    assert capfd.readouterr().err == "last\noutside\n"
    assert native_output._REDIRECTION._inside == 0


def test_an_exception_restores_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="invalid literal"), without_native_panics():
        int(f"x{os.write(2, b'inside')}")
    os.write(2, b"\n")
    assert capfd.readouterr().err == "inside\n"


def test_a_process_without_standard_error_parses_all_the_same() -> None:
    code = (
        "import os; os.close(2)\n"
        "from chargebacks.consolidation.stages.native_output import without_native_panics\n"
        "with without_native_panics(): print('parsed')"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True).stdout == b"parsed\n"
    )
