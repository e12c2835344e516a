"""Write a kept state: what a release left behind after two executions, once per output format and compression.

    PYTHONPATH=<checkout of the release> python tests/samples/state/make.py tests/samples/state/released-1

`PYTHONPATH` decides which release runs. Clock and run ids are fixed, so that running it again changes only etags.
"""

import gzip
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.settings import COMPRESSIONS, JobSettings

DAY = "2025-11-20"
ROOT = "@ROOT@"  # stands for the folder that held it, in the entries and the manifest
BOTH_TIMES = ("06:30", "12:30")


class Broker:
    """Acknowledges every message."""

    def publish(self, topic: str, messages: Iterable[Any]) -> int:
        return sum(1 for _ in messages)


def lines(*objects: Mapping[str, Any]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects).encode()


def row(name: str, hour: int = 1, **fields: Any) -> dict[str, Any]:
    return {"chargeback_id": name, "status": "open", "updated_at": f"{DAY}T{hour:02d}:00:00Z", **fields}


def parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


FIRST = {
    "a.jsonl": lines(
        row("cb-1", amount=10.5, currency="BRL", metadata={"transaction_id": "t-1"}, channel="web"),
        row("cb-2", amount="1234.567", reason="não reconhecida, \"quoted\"", metadata={"transaction_id": "t-2"}),
        row("cb-2", hour=0),
        row(" "),
        row("cb-3", amount="ten"),
    ),
    "b.csv": (
        b"chargeback_id,status,amount,updated_at,note\n"
        b'cb-4,open,7,2025-11-20T02:00:00Z,"two\nlines"\n'
        b"cb-1,lost,1,2025-11-20T00:30:00Z,older\n"
        b"cb-5,open,8,2025-11-20T02:00:00Z,\n"
    ),
    "c.parquet": parquet(
        [row(f"cb-{n}", amount=n, created_at=datetime(2025, 11, 19, n, tzinfo=UTC)) for n in range(6, 12)]
    ),
    "d.json.gz": gzip.compress(lines(row("cb-12"), row("cb-13", event_type="INSERT")), mtime=0),
    "broken.parquet": b"PAR1 broken",
}  # fmt: skip
SECOND = {
    "e.jsonl": lines(
        row("cb-1", hour=11, status="won"),
        row("cb-13", hour=11, event_type="REMOVE"),
        row("cb-6", hour=11, event_type="MODIFY", consolidation_date=f"{DAY}T11:00:00Z"),
        row("cb-14", hour=11),
        row("cb-5", hour=0),
    )
    + b"broken\n",
    "f.csv.gz": gzip.compress(b"chargeback_id,status,updated_at\ncb-15,open,2025-11-20T11:00:00Z\n", mtime=0),
}


def make(target: Path) -> None:
    """Write `target`/landing, and for each way of writing `target`/<format>-<compression>: its log and generations."""
    shutil.rmtree(target / "landing", ignore_errors=True)
    for name, data in (FIRST | SECOND).items():
        folder = target / "landing" / DAY.replace("-", "/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    for output_format, possible in COMPRESSIONS.items():
        for compression in possible:
            with tempfile.TemporaryDirectory() as root:
                executions(Path(root), output_format, compression)
                keep(Path(root), target / f"{output_format}-{compression}")


def executions(root: Path, output_format: str, compression: str) -> None:
    """Consolidate the first files, then the second ones."""
    ids = count(1)
    for time, files in zip(BOTH_TIMES, (FIRST, SECOND), strict=True):
        for name, data in files.items():
            path = root / "landing" / DAY.replace("-", "/") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        settings = {
            "landing_path": str(root / "landing"),
            "output_path": str(root / "out"),
            "partition_date": DAY,
            "execution_time": f"{DAY}T{time}:00",
            "output_files": "3",
            "output_format": output_format,
            "output_compression": compression,
            "max_rejected_share": "0.5",
        }
        now = datetime.fromisoformat(f"{DAY}T{time}:42Z")
        told = JobSettings.parse(settings, now)
        job.run(
            told, InProcessEngine(), Broker(), lambda now=now: now, lambda: f"run-{next(ids)}"
        ).raise_failures()


def keep(root: Path, target: Path) -> None:
    """Copy the state's log and generations, `root` replaced in the entries. The rest follows from them."""
    shutil.rmtree(target, ignore_errors=True)
    state = root / "_state/out"
    for path in sorted([*state.glob("log/**/*.json"), *state.glob("generations/**/*.*")]):
        kept = target / path.relative_to(state)
        kept.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        kept.write_bytes(data.replace(str(root).encode(), ROOT.encode()) if path.suffix == ".json" else data)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
