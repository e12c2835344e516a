"""Make a day of landing files in a folder or a bucket, window by window."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final, Protocol

import polars as pl

from chargebacks.errors import SettingsError
from chargebacks.local.sample import deliveries as d
from chargebacks.local.sample.columns import records, window_span
from chargebacks.local.sample.deliveries import Recipe
from chargebacks.local.sample.encode import FAULTY_LINES, FAULTY_RECORDS, encode
from chargebacks.local.sample.looks import Look, folder, late_look, window_looks

LATE_WINDOW: Final = 2  # yesterday's late file and the unreadable one come with the third window
WORKERS: Final = 4  # polars and the store work outside Python's lock
ROWS_AT_ONCE: Final = 50_000


class Target(Protocol):
    """Where files go. A `Store` is one."""

    def put(self, path: str, data: bytes) -> None: ...


@dataclass(frozen=True)
class Window:
    """What has arrived before one execution, and when that is (aware UTC)."""

    execution_time: datetime
    files: tuple[str, ...]


@dataclass(frozen=True)
class _Order:
    """One file still to be written."""

    look: Look
    rows: pl.DataFrame
    faulty: tuple[str, ...] = ()


def check(recipe: Recipe) -> Recipe:
    """The recipe, if a day can be made from it. Raises SettingsError."""
    if not 40 <= recipe.size <= 100_000_000:
        raise SettingsError(f"size {recipe.size} is out of range: give 40 to 100000000 chargebacks")
    if not 8 <= recipe.files <= min(recipe.size, 100_000):
        raise SettingsError(
            f"files {recipe.files} is out of range: give 8 to 100000, not more than chargebacks"
        )
    return recipe


def generate(recipe: Recipe, target: Target) -> Iterator[Window]:
    """Write the files window by window; yields a window when all its files are there.

    One window's list of deliveries and a few files at a time are in memory. The execution time is the
    schedule's slot at the window's end, in UTC.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        for window in range(d.WINDOWS):
            written = _written(pool, _orders(recipe, window), target)
            odd = _write_odd_files(recipe, window, target)
            yield Window(window_span(recipe, window)[1], tuple(sorted([*written, *odd])))


def _written(pool: ThreadPoolExecutor, orders: Iterator[_Order], target: Target) -> list[str]:
    paths: list[str] = []
    for some in _batched(orders, WORKERS * 8):  # an executor's map takes all its input at once
        paths += pool.map(partial(_write, target=target), some)
    return paths


def _batched(orders: Iterator[_Order], size: int) -> Iterator[list[_Order]]:
    while some := list(islice(orders, size)):
        yield some


def _orders(recipe: Recipe, window: int) -> Iterator[_Order]:
    looks = window_looks(recipe, window)
    faulty = {"json": FAULTY_LINES[window :: d.WINDOWS], "csv": FAULTY_RECORDS[window :: d.WINDOWS]}
    for look, rows in zip(
        looks, _shares(recipe, d.window_deliveries(recipe, window), len(looks)), strict=True
    ):
        yield _Order(look, rows, faulty.pop(look.format, ()))
    if window == LATE_WINDOW:
        yield _Order(late_look(recipe), records(recipe, d.yesterdays_deliveries(recipe)))


def _shares(recipe: Recipe, arriving: pl.DataFrame, files: int) -> Iterator[pl.DataFrame]:
    """Each file's records. Made for many files at once: making them costs more per call than per row."""
    bounds = [len(arriving) * n // files for n in range(files + 1)]
    at_once = max(1, ROWS_AT_ONCE * files // len(arriving))
    for first in range(0, files, at_once):
        last = min(first + at_once, files)
        rows = records(recipe, arriving[bounds[first] : bounds[last]])
        for n in range(first, last):
            yield rows[bounds[n] - bounds[first] : bounds[n + 1] - bounds[first]]


def _write(order: _Order, target: Target) -> str:
    target.put(order.look.path, encode(order.rows, order.look, order.faulty))
    return order.look.path


def _write_odd_files(recipe: Recipe, window: int, target: Target) -> list[str]:
    """Files that hold no record: a marker to skip, a parquet file cut off in its upload, one without rows."""
    rows = records(recipe, d.window_deliveries(recipe, window)[:50])
    stem = f"{folder(recipe.day)}/chargebacks-{recipe.day:%Y%m%d}"
    match window:
        case 0:
            path, data = f"{folder(recipe.day)}/_SUCCESS", b""
        case 2:
            path = f"{stem}-cut-off.parquet"
            whole = encode(rows, replace(late_look(recipe), path=path))
            data = whole[: len(whole) // 2]
        case 3:
            path = f"{stem}-no-rows.parquet"
            data = encode(rows[:0], replace(late_look(recipe), path=path))
        case _:
            return []
    target.put(path, data)
    return [path]
