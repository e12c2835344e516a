"""Which record arrives in which window: a light list of numbers, from which the records are made later.

Per window: `number` (which chargeback), `kind` (what the record says), `version` (the window whose news it
carries). The oldest record may come last, the same record twice, a removal before the record that it removes.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from chargebacks.local.sample.noise import happens, noise

WINDOWS: Final = 4  # one per execution: 00:30 06:30 12:30 18:30

NEW, CHANGED, TIED, REMOVED, ECHOED, NO_KEY, BLANK_KEY = range(7)

LATE: Final = 0.005  # a new chargeback that arrives one window late
CHANGE: Final = 0.025  # per window and chargeback
TIE: Final = 0.002  # two records with equal times and different content
REMOVAL: Final = 0.004
ECHO: Final = 0.006
DUPLICATE: Final = 0.012
DUPLICATE_LATE: Final = 0.004  # of those, the ones that are delivered again in the next window

YESTERDAYS: Final = 40  # chargebacks in the late file, numbered from `size` on
SCHEMA: Final = {"number": pl.UInt64, "kind": pl.UInt8, "version": pl.UInt8}


@dataclass(frozen=True)
class Recipe:
    """What a sample is made from."""

    day: date
    size: int
    files: int
    seed: int


def window_deliveries(recipe: Recipe, window: int) -> pl.DataFrame:
    """What arrives in `window` (0..3), in the order of its arrival."""
    first = _originals(recipe, window)
    again = _duplicates(first, recipe.seed, "again", DUPLICATE - DUPLICATE_LATE)
    parts = [first, again, _faulty(window)]
    if window:
        before = _originals(recipe, window - 1)
        parts.append(_duplicates(before, recipe.seed, "again later", DUPLICATE_LATE))
    everything = pl.concat(parts).with_row_index("row")
    shuffled = everything.sort(noise(pl.col("row"), f"arrival {window}", recipe.seed))
    return shuffled.drop("row")


def yesterdays_deliveries(recipe: Recipe) -> pl.DataFrame:
    """The records of the late file for the day before."""
    return _as(_numbers(recipe.size, recipe.size + YESTERDAYS), NEW, 0)


def born_in(recipe: Recipe, window: int) -> tuple[int, int]:
    """The numbers of the chargebacks that are new in `window`: from, to (exclusive)."""
    return recipe.size * window // WINDOWS, recipe.size * (window + 1) // WINDOWS


def _originals(recipe: Recipe, window: int) -> pl.DataFrame:
    number, seed = pl.col("number"), recipe.seed
    start, end = born_in(recipe, window)
    known, new, older = _numbers(0, end), _numbers(start, end), _numbers(0, start)
    late = happens(number, "late", seed, LATE) if window < WINDOWS - 1 else pl.lit(value=False)
    tied = new.filter(happens(number, "tie", seed, TIE))
    parts = [
        _as(new.filter(~late), NEW, window),
        _as(known.filter(happens(number, f"change {window}", seed, CHANGE)), CHANGED, window),
        _as(tied, CHANGED, window),
        _as(tied, TIED, window),
        _as(known.filter(happens(number, f"removal {window}", seed, REMOVAL)), REMOVED, window),
        _as(older.filter(happens(number, f"echo {window}", seed, ECHO)), ECHOED, window),
    ]
    if window:
        before = _numbers(*born_in(recipe, window - 1))
        parts.append(_as(before.filter(happens(number, "late", seed, LATE)), NEW, window - 1))
    if window == WINDOWS - 1:  # some of yesterday's chargebacks have news today
        parts.append(_as(_numbers(recipe.size, recipe.size + YESTERDAYS // 8), CHANGED, window))
    return pl.concat(parts)


def _duplicates(deliveries: pl.DataFrame, seed: int, salt: str, share: float) -> pl.DataFrame:
    chosen = noise(pl.col("number"), salt, seed) ^ pl.col("kind").cast(pl.UInt64)
    return deliveries.filter(happens(chosen, salt, seed, share))


def _faulty(window: int) -> pl.DataFrame:
    kinds = [NO_KEY, BLANK_KEY] if window % 2 else [NO_KEY]
    return pl.concat([_as(_numbers(0, 1), kind, window) for kind in kinds])


def _numbers(start: int, end: int) -> pl.DataFrame:
    return pl.select(pl.int_range(start, end, dtype=pl.UInt64).alias("number"))


def _as(numbers: pl.DataFrame, kind: int, window: int) -> pl.DataFrame:
    return numbers.with_columns(
        pl.lit(kind, pl.UInt8).alias("kind"), pl.lit(window, pl.UInt8).alias("version")
    )
