"""Reading a file takes time in proportion to its size, whatever it holds: each file here once took a minute or more."""

import contextlib
import json
import lzma
import time

import pytest

from chargebacks.consolidation.landing import formats
from chargebacks.errors import UnreadableFileError

RECORD = json.dumps({"chargeback_id": "c0", "updated_at": "2025-11-20T01:00:00Z"}).encode()
FILES = {
    "blank lines between records": ("a.json", RECORD + b"\n" * 300_000 + RECORD),
    "blank lines at the end": ("a.json", RECORD + b"\n" * 300_000),
    "JSON text in a string that is cut off": ("a.json", b'{"metadata": "' + b'\\"a' * 100_000),
    "a header of many columns": (
        "a.csv",
        b"chargeback_id," + b",".join(b"c%d" % n for n in range(100_000)),
    ),
    "lines that lost their ends": ("a.csv", b"chargeback_id,status" + b" c0,open" * 100_000),
    "padded xz streams": ("a.json.xz", (lzma.compress(RECORD + b"\n") + b"\0" * 4) * 15_000),
    "brackets": ("a.json", b"[" * 300_000),
}


@pytest.mark.parametrize("name", FILES)
def test_no_file_takes_quadratic_time(name: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(UnreadableFileError):
        formats.read(*FILES[name])
    assert time.monotonic() - started < 5
