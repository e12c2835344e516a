"""What a part found: a table of contestants, goals met or missed, kept as JSON and shown as Markdown."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, Timings

RESULTS = ROOT / "results"
PAGE = Path("docs/performance.md")
MANY = 100
SHORT = 2  # seconds
BEGIN, END = "<!-- measured: {} -->", "<!-- end of measured -->"


@dataclass(frozen=True)
class Goal:
    """A figure and what it was to be. `open_ended`: it is at least the value, since a run was stopped."""

    text: str
    value: float
    limit: float
    at_least: bool = False
    open_ended: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def markdown(self) -> str:
        """One row of a table."""
        wanted = f"{'at least' if self.at_least else 'at most'} {self.limit:,g}"
        digits = 0 if self.limit >= MANY else 2
        found = f"{'over ' if self.open_ended else ''}{self.value:,.{digits}f}"
        return f"| {self.text} | {wanted} | {found} | {'met' if self.met else '**missed**'} |"


@dataclass
class Part:
    """A part's result. `floor` is what `times the floor` is told of, None: that column is left out."""

    key: str
    title: str
    timings: Timings
    floor: float | None = None
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)  # Markdown, beside the contestants'
    details: dict[str, Any] = field(default_factory=dict)  # behind those tables, for programs
    on_spark: bool = False

    def goal(self, text: str, value: Callable[[], float], limit: float, **how: Any) -> None:
        """Add a goal; without one of the contestants that it is about it is noted as not judged."""
        try:
            self.goals.append(Goal(text, value(), limit, **how))
        except KeyError as missing:
            self.notes.append(f"Not judged: {text} ({missing.args[0]} did not run).")

    def seconds(self, name: str) -> float:
        """The median of a contestant. Raises KeyError when it did not run."""
        return self.timings[name].seconds

    def save(self) -> None:
        """As JSON for programs and as Markdown for the page."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        found = {"title": self.title, "floor": self.floor, "notes": self.notes}
        found["goals"] = [asdict(goal) | {"met": goal.met} for goal in self.goals]
        found["runs"] = {name: [asdict(run) for run in one.runs] for name, one in self.timings.items()}
        found["details"] = self.details
        (RESULTS / f"{self.key}.json").write_text(json.dumps(found, indent=1) + "\n")
        (RESULTS / f"{self.key}.md").write_text(self.markdown())

    def markdown(self) -> str:
        """The part's tables and notes."""
        blocks = [
            f"**{self.title}**",
            *self._spark(),
            *([self._contestants()] if self.timings else []),
            *self.tables,
        ]
        if self.goals:
            head = "| goal | wanted | found | |\n| --- | --- | ---: | --- |"
            blocks.append("\n".join([head, *(goal.markdown() for goal in self.goals)]))
        return "\n\n".join([*blocks, *self.notes]) + "\n"

    def _spark(self) -> list[str]:
        """Return the version of the job's Spark, for a part that runs on it."""
        return [f"Spark {version('pyspark')}."] if self.on_spark else []

    def _contestants(self) -> str:
        headings = ["", "median s", "min", "max", "peak MiB"]
        headings += ["times the floor"] if self.floor else []
        return table(headings, [self._cells(name) for name in self.timings])

    def _cells(self, name: str) -> list[str]:
        timing = self.timings[name]
        each, over = [run.seconds for run in timing.runs], "over " if timing.stopped else ""
        cells = [name, f"{over}{_told(timing.seconds)}", _told(min(each)), _told(max(each))]
        cells += [f"{timing.peak_mib:,.0f}"]
        return cells + ([f"{over}{timing.seconds / self.floor:.2f}"] if self.floor else [])


def _told(seconds: float) -> str:
    return f"{seconds:.{2 if seconds < SHORT else 1}f}"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table: names in its first column, numbers in the others."""
    ruler = ["---", *("---:" for _ in headings[1:])]
    return "\n".join(_row(row) for row in [headings, ruler, *rows])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def render(keys: Sequence[str]) -> list[str]:
    """Put what was measured last into the page, between its marks. The parts that were found."""
    text, found = PAGE.read_text(), []
    for key in keys:
        begin, measured = BEGIN.format(key), RESULTS / f"{key}.md"
        if begin in text and measured.is_file():
            before, _, rest = text.partition(begin)
            text = f"{before}{begin}\n\n{measured.read_text()}\n{END}{rest.partition(END)[2]}"
            found.append(key)
    PAGE.write_text(text)
    return found
