"""The partition after the last bucket: what was told of the landing files, counted once and written down."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from chargebacks.consolidation.commits.coverage import digest
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.stages.generation import Generation
from chargebacks.consolidation.stages.read import COUNTS, FILES, REJECTS

COVERAGE_NAME: Final = "coverage.jsonl"
REJECTS_NAME: Final = "rejects.jsonl"


@dataclass(frozen=True)
class LedgerResult:
    """What the landing files came to, and where coverage and rejects were written.

    `files` were read, unreadable ones among them; those `missed` were not, and are not covered.
    """

    files: int
    read: int
    rejected: int
    echoes: int
    unreadable: tuple[str, ...]
    missed: tuple[str, ...]
    digest: str  # of what was read: `coverage.digest`
    coverage: str | None
    rejects: str | None

    @property
    def rejected_share(self) -> float:
        """Of the records that were read, 0 to 1."""
        return self.rejected / self.read if self.read else 0.0


def close_ledger(parcels: Iterable[tuple[str, bytes]], generation: Generation) -> LedgerResult:
    """Add up what the first stage's tasks told, and write coverage and rejects."""
    told: dict[str, list[dict[str, Any]]] = {FILES: [], REJECTS: [], COUNTS: []}
    for kind, data in parcels:
        told[kind] += [json.loads(line) for line in data.split(b"\n") if line]
    found = sorted(told[FILES], key=lambda one: one["path"])
    files = [one for one in found if not one["missed"]]
    rejects = sorted(told[REJECTS], key=lambda one: (one["source_file"], one["line"]))
    rejects += [_unreadable(one) for one in files if one["unreadable"]]
    return LedgerResult(
        files=len(files),
        read=sum(one["read"] for one in told[COUNTS]),
        rejected=sum(one["rejected"] for one in told[COUNTS]),
        echoes=sum(one["echoes"] for one in told[COUNTS]),
        unreadable=tuple(one["path"] for one in files if one["unreadable"]),
        missed=tuple(one["path"] for one in found if one["missed"]),
        digest=digest(LandingFile(one["path"], one["size"], one["etag"]) for one in files),
        coverage=generation.put_lines(COVERAGE_NAME, files),
        rejects=generation.put_lines(REJECTS_NAME, rejects),
    )


def _unreadable(file: dict[str, Any]) -> dict[str, Any]:
    return {"reason": f"file: {file['unreadable']}", "source_file": file["path"], "line": None, "raw": None}
