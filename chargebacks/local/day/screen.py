"""What is shown as the day goes by: a table that grows on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table

from chargebacks.local.day.job import Report
from chargebacks.local.day.plan import Execution

COLUMNS: Final = (
    "execution",
    "partition",
    "read",
    "kept",
    "duplicates",
    "rejected",
    "published",
    "applied",
    "seconds",
)
COUNTS: Final = (
    "records_read",
    "records_processed",
    "duplicates_removed",
    "records_rejected",
    "chargebacks_announced",
)


@dataclass
class Screen:
    """Shows steps, and a row for each partition of each execution. Not a terminal: every finished row is a line."""

    console: Console
    rows: list[tuple[str, ...]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    _live: Live | None = None

    def step(self, text: str) -> None:
        """A step of the day, with the seconds since it began."""
        self.say(f"{time.monotonic() - self.started:6.1f} s  {text}")

    def say(self, text: str = "") -> None:
        """One line of its own."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def table(self) -> Iterator[None]:
        """The table, growing while the block runs."""
        if not self.console.is_terminal:
            self.say(_line(COLUMNS))
            yield
            return
        with Live(_table(self.rows), console=self.console, auto_refresh=False) as live:
            self._live = live
            yield
        self._live = None

    def running(self, execution: Execution, doing: str) -> None:
        """What the execution is about; only a terminal shows it."""
        if self._live:
            now = (_name(execution), str(execution.partition_date), f"… {doing}")
            self._live.update(_table([*self.rows, now]), refresh=True)

    def finished(self, execution: Execution, reports: list[Report], applied: int, seconds: float) -> None:
        """The execution's rows: its target's, with what its whole run applied and took, and late partitions'."""
        for report in sorted(reports, key=lambda report: str(report["partition_date"]), reverse=True):
            counts = [f"{report[name]:,}" for name in COUNTS]
            target = report["partition_date"] == execution.partition_date.isoformat()
            run = [f"{applied:,}", f"{seconds:.1f}"] if target else ["(above)", ""]
            self._add(
                (_name(execution) if target else "  late file", report["partition_date"], *counts, *run)
            )

    def _add(self, row: tuple[str, ...]) -> None:
        self.rows.append(row)
        if self._live:
            self._live.update(_table(self.rows), refresh=True)
        else:
            self.say(_line(row))


def _name(execution: Execution) -> str:
    return f"{execution.number} at {execution.execution_time:%H:%M}"


def _table(rows: list[tuple[str, ...]]) -> Table:
    table = Table(*COLUMNS[:2], box=None, pad_edge=False)
    for name in COLUMNS[2:]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def _line(row: tuple[str, ...]) -> str:
    first, second, *rest = row
    return f"{first:<12}{second:<12}{''.join(f'{cell:>12}' for cell in rest)}"
