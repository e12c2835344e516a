"""Restore a kept state (tests/samples/state) below a folder, so that the job can go on from it."""

import json
import shutil
from pathlib import Path
from typing import Any

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.coverage import digest
from chargebacks.consolidation.landing.listing import LandingFile

KEPT = Path(__file__).parents[2] / "samples/state"
WAYS = ("csv-gzip", "csv-none", "json-gzip", "json-none", "parquet-none", "parquet-snappy", "parquet-zstd")


def restore(root: Path, way: str, release: str = "released-1") -> None:
    """Copy landing zone and state. Etags, and digests made of them, become those of the copies."""
    shutil.copytree(KEPT / release / "landing", root / "landing")
    state = root / "_state/out"
    shutil.copytree(KEPT / release / way, state)
    covered: list[LandingFile] = []
    found: list[LandingFile] = []
    for path in sorted(state.glob("log/*/????????.json")):
        entry = json.loads(path.read_text().replace("@ROOT@", str(root)))
        lines = [json.loads(line) for line in (state / entry["coverage"]).read_text().splitlines()]
        covered += _files(lines)
        assert entry["landing_digest"] == digest(covered)
        for line in lines:
            stored = Store(str(root / "landing")).stat(line["path"])
            assert stored
            line["etag"] = stored.etag
        found += _files(lines)
        path.write_text(json.dumps(entry | {"landing_digest": digest(found)}))
        (state / entry["coverage"]).write_text("".join(json.dumps(line) + "\n" for line in lines))


def given(way: str) -> dict[str, str]:
    """Return the settings of the runs that wrote it."""
    output_format, _, compression = way.partition("-")
    return {
        "output_format": output_format,
        "output_compression": compression,
        "output_files": "3",
        "max_rejected_share": "0.5",
    }


def _files(lines: list[dict[str, Any]]) -> list[LandingFile]:
    return [LandingFile(one["path"], one["size"], one["etag"]) for one in lines]
