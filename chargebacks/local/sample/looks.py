"""How one landing file looks: its layout, its format, how it writes times, the scale of its amounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chargebacks.local.sample import deliveries as d
from chargebacks.local.sample.columns import window_span
from chargebacks.local.sample.deliveries import Recipe

TEXT_EVERY: Final = 20  # of so many files one is JSON, another CSV; the rest are parquet
GZIP_EVERY: Final = 4  # of so many of those, one is compressed
CLOCKS: Final = ("native", "native", "native", "native", "text", "offset", "naive", "millis")
TEXT_CLOCKS: Final = ("text", "offset", "naive", "millis", "micros")
SCALES: Final = (2, 2, 2, 4, 2, 6)


@dataclass(frozen=True)
class Look:
    """One file: where it lies below the landing root and how its content is written."""

    path: str
    clock: str
    scale: int
    channel: bool
    stage: bool

    @property
    def gzipped(self) -> bool:
        return self.path.endswith(".gz")

    @property
    def format(self) -> str:
        """parquet, json or csv."""
        ending = self.path.removesuffix(".gz").rpartition(".")[2]
        return ending if ending in ("parquet", "csv") else "json"


def window_looks(recipe: Recipe, window: int) -> list[Look]:
    """The window's files in the order of their arrival."""
    first, end = recipe.files * window // d.WINDOWS, recipe.files * (window + 1) // d.WINDOWS
    stamps = _arrivals(recipe, window, end - first)
    return [
        _look(recipe.day, number, _ending(number, number - first), stamp)
        for number, stamp in zip(range(first, end), stamps, strict=True)
    ]


def late_look(recipe: Recipe) -> Look:
    """The file for yesterday that comes in today's third window."""
    yesterday = recipe.day - timedelta(days=1)
    return Look(f"{folder(yesterday)}/chargebacks-{yesterday:%Y%m%d}-late.parquet", "native", 2, False, False)


def folder(day: date, hive: bool = False) -> str:
    """The day's folder, `2025/11/20` or `year=2025/month=11/day=20`."""
    return f"year={day:%Y}/month={day:%m}/day={day:%d}" if hive else f"{day:%Y/%m/%d}"


def _ending(number: int, place: int) -> str:
    """Of the file's name. A window's second file is JSON and its third CSV, if it has so many."""
    turn = number // TEXT_EVERY
    gzipped = ".gz" if turn % GZIP_EVERY == 1 else ""
    if place == 1 or number % TEXT_EVERY == 0:
        return ("jsonl", "json", "ndjson")[turn % 3] + gzipped
    if place == 2 or number % TEXT_EVERY == TEXT_EVERY // 2:
        return "csv" + gzipped
    return "parquet"


def _look(day: date, number: int, ending: str, stamp: str) -> Look:
    clocks = CLOCKS if ending == "parquet" else TEXT_CLOCKS
    return Look(
        path=f"{folder(day, hive=number % 8 == 5)}/chargebacks-{stamp}-{number:05d}.{ending}",
        clock=clocks[number // 2 % len(clocks)],
        scale=SCALES[number % len(SCALES)],
        channel=number % 7 == 3,
        stage=number % 11 == 4,
    )


def _arrivals(recipe: Recipe, window: int, files: int) -> Iterator[str]:
    start, end = window_span(recipe, window)
    return (f"{start + (end - start) * (n + 1) / (files + 1):%Y%m%dT%H%M%SZ}" for n in range(files))
