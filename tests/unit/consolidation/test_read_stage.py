"""Fetching landing files while storage fails, and telling of more rejects than memory should hold."""

import json
import time
import tracemalloc
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.stages import read
from chargebacks.consolidation.stages.generation import Generation
from chargebacks.consolidation.stages.ledger import close_ledger
from chargebacks.consolidation.stages.read import IN_FLIGHT, REJECTS, ReadPlan
from chargebacks.errors import StorageError


def test_when_storage_fails_no_more_requests_are_begun_than_were_in_flight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def down(store: Store, path: str, etag: str) -> bytes:
        asked.append(path)
        time.sleep(0.5)
        raise StorageError("storage is down: by the test")

    monkeypatch.setattr(Store, "get_version", down)
    files = [LandingFile(f"{number:04d}.json", 10, "etag") for number in range(3000)]
    plan = ReadPlan(str(tmp_path), str(tmp_path), 10, "csv")
    with pytest.raises(StorageError, match="storage is down"):
        list(read.read_share(files, plan))
    assert len(asked) <= 4 * IN_FLIGHT


def rejected(number: int) -> dict[str, object]:
    return {"reason": "amount: no", "source_file": f"{number % 7}.json", "line": number, "raw": "x" * 500}


def test_rejects_are_written_by_file_and_line_and_only_their_places_are_held(tmp_path: Path) -> None:
    numbers = [(number * 7919) % 20_000 for number in range(20_000)]
    parcels = (
        (REJECTS, b"".join(json.dumps(rejected(n)).encode() + b"\n" for n in numbers[start : start + 500]))
        for start in range(0, len(numbers), 500)
    )
    tracemalloc.start()
    result = close_ledger(parcels, Generation(Store(str(tmp_path)), "g", "0", write=True))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.rejects
    written = [json.loads(line) for line in (tmp_path / result.rejects).read_text().splitlines()]
    assert written == sorted(map(rejected, numbers), key=lambda one: (one["source_file"], one["line"]))
    # The written file is one small object here, so it is sent as a whole; a large one would go in parts.
    assert peak < 1.5 * (tmp_path / result.rejects).stat().st_size
