"""The objects that a task writes: below the run's own generation, under names that tell the attempt.

So a task that is retried, or runs twice at once, never writes over what another attempt returned.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.announced import to_lines


@dataclass(frozen=True)
class Generation:
    """A run's folder as one task attempt sees it. A dry run's writes nothing."""

    store: Store
    folder: str
    attempt: str
    write: bool

    def put(self, name: str, data: bytes) -> str:
        """Write an object; its path."""
        path = f"{self.folder}/{name}"
        if self.write:
            self.store.put(path, data)
        return path

    def put_file(self, name: str, local: Path) -> str:
        """Write an object from a local file; its path."""
        path = f"{self.folder}/{name}"
        if self.write:
            self.store.put_file(path, local)
        return path

    def put_lines(self, name: str, lines: Iterable[dict[str, Any]]) -> str | None:
        """Write a side object, one JSON object a line; its path, or None when there is nothing to write."""
        data = b"".join(map(to_line, lines))
        return self.put(self.side_name(name), data) if data else None

    def put_ids(self, bucket: int, number: int, ids: pl.Series) -> str:
        """Write a chunk of announced ids, one JSON string a line; its path."""
        return self.put(
            f"announced/ids-{bucket:05d}-{number:05d}-{self.attempt}.jsonl", to_lines(ids.to_list())
        )

    def side_name(self, name: str) -> str:
        """The name of a side object."""
        return f"{self.attempt}-{name}"

    def data_name(self, bucket: int, suffix: str) -> str:
        """The name of a bucket's data file."""
        return f"data/part-{bucket:05d}-{self.attempt}.{suffix}"


def to_line(told: dict[str, Any]) -> bytes:
    """A line of a side object."""
    return json.dumps(told).encode() + b"\n"
