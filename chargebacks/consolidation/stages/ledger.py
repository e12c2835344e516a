"""The partition after the last bucket: what was told of the landing files, counted once and written down."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from chargebacks.consolidation.commits.coverage import NOTHING, digest
from chargebacks.consolidation.landing.listing import LandingFile
from chargebacks.consolidation.stages.generation import Generation, to_line
from chargebacks.consolidation.stages.read import COUNTS, FILES, REJECTS

COVERAGE_NAME: Final = "coverage.jsonl"
REJECTS_NAME: Final = "rejects.jsonl"
# Tracebacks in the driver's log. The quarantine has every file's type of error.
TRACEBACKS: Final = 20
_PLACES: Final = {"file": pl.String, "line": pl.UInt64, "start": pl.UInt64, "length": pl.UInt64}


@dataclass(frozen=True)
class LedgerResult:
    """What the landing files came to, and where coverage and rejects were written.

    `files` were read or set aside: `unreadable` ones are among them, `skipped` ones among these. `missed` files were
    not read and are not covered. `tracebacks`, by path: of the first files with an internal error.
    """

    files: int = 0
    read: int = 0
    rejected: int = 0
    echoes: int = 0
    later: int = 0  # records dated after the execution
    latest: str = ""  # the latest of their instants
    unreadable: tuple[str, ...] = ()
    unreadable_bytes: int = 0  # as stored
    skipped: tuple[str, ...] = ()
    tracebacks: Mapping[str, str] = field(default_factory=dict)
    missed: tuple[str, ...] = ()
    files_with_lost_columns: int = 0
    lost_columns: tuple[str, ...] = ()  # unknown columns whose values could not be converted
    withheld: Mapping[str, str] = field(default_factory=dict)  # why storage does not give some missed files
    digest: str = NOTHING  # of what was read: `coverage.digest`
    coverage: str | None = None
    rejects: str | None = None

    @property
    def rejected_share(self) -> float:
        """Of the records that were read, 0 to 1."""
        return self.rejected / self.read if self.read else 0.0


NOTHING_READ: Final = LedgerResult()


def close_ledger(parcels: Iterable[tuple[str, bytes]], generation: Generation) -> LedgerResult:
    """Add up what the first stage's tasks told, and write coverage and rejects."""
    told: dict[str, list[dict[str, Any]]] = {FILES: [], COUNTS: []}
    with TemporaryDirectory(prefix="chargebacks-") as folder:
        rejects = _Rejects(Path(folder))
        for kind, data in parcels:
            lines = (line for line in data.split(b"\n") if line)
            if kind == REJECTS:
                rejects.add(lines)
            else:
                told[kind] += map(json.loads, lines)
        found = sorted(told[FILES], key=lambda one: one["path"])
        files = [one for one in found if not one["missed"]]
        unreadable = [one for one in files if one["unreadable"]]
        raised = ((one["path"], one["traceback"]) for one in files if one["traceback"])
        lost = [one["lost_columns"] for one in files if one["lost_columns"]]
        return LedgerResult(
            files=len(files),
            read=sum(one["read"] for one in told[COUNTS]),
            rejected=sum(one["rejected"] for one in told[COUNTS]),
            echoes=sum(one["echoes"] for one in told[COUNTS]),
            later=sum(one["later"] for one in told[COUNTS]),
            latest=max((one["latest"] for one in told[COUNTS]), default=""),
            unreadable=tuple(one["path"] for one in unreadable),
            unreadable_bytes=sum(one["size"] for one in unreadable),
            skipped=tuple(one["path"] for one in files if one["skipped"]),
            tracebacks=dict(islice(raised, TRACEBACKS)),
            missed=tuple(one["path"] for one in found if one["missed"]),
            files_with_lost_columns=len(lost),
            lost_columns=tuple(sorted({name for names in lost for name in names})),
            withheld={one["path"]: one["withheld"] for one in found if one["withheld"]},
            digest=digest(LandingFile(one["path"], one["size"], one["etag"]) for one in files),
            coverage=generation.put_lines(COVERAGE_NAME, map(_covered, files)),
            rejects=rejects.put([_unreadable(one) for one in unreadable], generation),
        )


class _Rejects:
    """Rejected records, which may be as many as there are records: on local disk, only their places in memory."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "told").open("w+b")
        self._sorted = folder / "sorted"
        self._places: list[pl.DataFrame] = []

    def add(self, lines: Iterable[bytes]) -> None:
        """Take some in any order."""
        rows, start = [], self._file.tell()
        for line in lines:
            one = json.loads(line)
            rows.append((one["source_file"], one["line"], start, len(line)))
            self._file.write(line)
            start += len(line)
        self._places.append(pl.DataFrame(rows, schema=_PLACES, orient="row"))

    def put(self, more: list[dict[str, Any]], generation: Generation) -> str | None:
        """Write them by file and line, and `more` after them; the object's path, or None when there are none."""
        places = pl.concat(self._places or [pl.DataFrame(schema=_PLACES)]).sort(
            "file", "line", maintain_order=True
        )
        with self._file, self._sorted.open("wb") as out:
            for start, length in places.select("start", "length").iter_rows():
                self._file.seek(start)
                out.write(to_line(json.loads(self._file.read(length))))
            out.writelines(map(to_line, more))
        if not self._sorted.stat().st_size:
            return None
        return generation.put_file(generation.side_name(REJECTS_NAME), self._sorted)


def _covered(file: dict[str, Any]) -> dict[str, Any]:
    """Return the file's line of coverage, without its traceback, which belongs to the log."""
    return {name: value for name, value in file.items() if name != "traceback"}


def _unreadable(file: dict[str, Any]) -> dict[str, Any]:
    return {
        "reason": f"file: {file['unreadable']}",
        "source_file": file["path"],
        "line": None,
        "raw": None,
        "records": None,
    }
