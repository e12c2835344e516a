"""Which record wins: one total order on content alone, so merging is associative and file order never matters.

Greatest `updated_at` (a REMOVE without one counts as updated at its `event_timestamp`), then `event_timestamp`,
then REMOVE over MODIFY over INSERT over none, then the normalised record's canonical bytes. Missing instants lose.
"""

from dataclasses import dataclass
from typing import Final
from zlib import crc32

import polars as pl

from chargebacks import record
from chargebacks.consolidation.records.frame import SCHEMA, canonical_bytes
from chargebacks.consolidation.records.loss import NO_LOSS, Loss
from chargebacks.consolidation.records.ties import NO_TIES, Ties

_REMOVED: Final = pl.col("event_type").eq_missing("REMOVE")
ALIVE: Final = ~_REMOVED
_ALIVE_ID: Final = pl.col("chargeback_id").filter(ALIVE)
_PREVIOUS: Final = "__previous"
_ROW: Final = "__row"
_ORDER: Final = ("__updated", "event_timestamp", "__kind")


@dataclass(frozen=True)
class Merged:
    """`winners` sorted by id, one row each; `announced`: the sorted ids of those that a slice must name.

    `loss`: what a full execution's winners lack that the previous ones have. `ties`: winners that bytes decided.
    """

    winners: pl.DataFrame
    announced: pl.Series
    loss: Loss = NO_LOSS
    ties: Ties = NO_TIES


def bucket_of(ids: pl.Series, buckets: int) -> pl.Series:
    """The output file that each id belongs to: CRC-32 of its UTF-8, the same on every machine and version."""
    sums = pl.Series("bucket", list(map(crc32, ids.cast(pl.Binary).to_list())), dtype=pl.UInt32)
    return (sums % buckets).cast(pl.UInt16)


def merge(
    rows: pl.DataFrame, previous: pl.DataFrame, *, announce_all: bool = False, full: bool = False
) -> Merged:
    """The winners among new `rows` and the `previous` winners, and which of them differ from `previous`.

    A removed chargeback stays among the winners as its REMOVE record and is never announced. `full`: the rows
    are all there is; `previous` is only compared with.
    """
    if full:
        return _merge_full(rows, previous, announce_all=announce_all)
    new = rows.with_columns(pl.lit(value=False).alias(_PREVIOUS))
    old = previous.with_columns(pl.lit(value=True).alias(_PREVIOUS))
    ranked, ties = _ranked(pl.concat([old, new]))
    if announce_all:
        news = ranked.select(_ALIVE_ID)
    else:
        news = ranked.select(pl.col("chargeback_id").filter(ALIVE & ~pl.col(_PREVIOUS)))
    return Merged(ranked.select(list(SCHEMA)), news["chargeback_id"].sort(), ties=ties)


def _merge_full(rows: pl.DataFrame, previous: pl.DataFrame, *, announce_all: bool) -> Merged:
    best, ties = _ranked(rows)
    ranked = best.select(list(SCHEMA))
    changed = ranked.join(previous, on=list(SCHEMA), how="anti", nulls_equal=True)
    news = (ranked if announce_all else changed).select(_ALIVE_ID)
    return Merged(ranked, news["chargeback_id"].sort(), _loss(ranked, changed, previous), ties)


def _loss(ranked: pl.DataFrame, changed: pl.DataFrame, previous: pl.DataFrame) -> Loss:
    """Return what is missing from `ranked`, and how many of its `changed` rows the previous row would win against."""
    gone = previous.join(ranked, on="chargeback_id", how="anti")["chargeback_id"].unique()
    before = previous.join(changed, on="chargeback_id", how="semi")
    if before.is_empty():
        return Loss.of(gone.to_list(), 0)
    new = changed.with_columns(pl.lit(value=False).alias(_PREVIOUS))
    old = before.with_columns(pl.lit(value=True).alias(_PREVIOUS))
    return Loss.of(gone.to_list(), int(winners(pl.concat([old, new]))[_PREVIOUS].sum()))


def winners(rows: pl.DataFrame) -> pl.DataFrame:
    """One row an id, the greatest in the total order, sorted by id.

    Among equal rows one with the mark `__previous` wins.
    """
    return _ranked(rows)[0]


def _ranked(rows: pl.DataFrame) -> tuple[pl.DataFrame, Ties]:
    """Return the winners, and which of them bytes decided. Only ids that appear twice are ranked: they are few."""
    ordered = rows.sort("chargeback_id")
    ids = ordered["chargeback_id"]
    again = (ids == ids.shift()).fill_null(value=False)
    if not again.any():
        return ordered, NO_TIES
    contested = again | again.shift(-1, fill_value=False)
    best, ties = _greatest(ordered.with_row_index(_ROW).filter(contested))
    return ordered.filter((~contested).scatter(best, values=True)), ties


def _greatest(rows: pl.DataFrame) -> tuple[pl.Series, Ties]:
    """Return the row number of each id's greatest row, and the ids with several greatest rows but for their bytes."""
    if _PREVIOUS not in rows.columns:
        rows = rows.with_columns(pl.lit(value=False).alias(_PREVIOUS))
    ranked = rows.with_columns(effective_update().alias("__updated"), _kind()).sort(
        "chargeback_id", *_ORDER, _PREVIOUS, descending=[False, True, True, True, True], nulls_last=True
    )
    distinct = ranked.unique(list(SCHEMA), keep="first", maintain_order=True)
    tied = distinct.select(["chargeback_id", *_ORDER]).is_duplicated()
    ties = NO_TIES
    if tied.any():
        first = distinct["chargeback_id"].is_first_distinct()  # the greatest of each id, or one of its equals
        ties = Ties.of(distinct.filter(first & tied)["chargeback_id"])
        distinct = _break_ties(distinct, tied)
    return distinct.unique("chargeback_id", keep="first", maintain_order=True)[_ROW], ties


def effective_update() -> pl.Expr:
    """Return the instant that decides first: `updated_at`, or of a REMOVE without one its `event_timestamp`."""
    removed_at = pl.when(_REMOVED).then(pl.col("event_timestamp"))
    return pl.coalesce("updated_at", removed_at)


def _kind() -> pl.Expr:
    rank = {kind: n for n, kind in enumerate(record.EVENT_TYPES, 1)}
    return pl.col("event_type").replace_strict(rank, default=0, return_dtype=pl.Int8).alias("__kind")


def _break_ties(ranked: pl.DataFrame, tied: pl.Series) -> pl.DataFrame:
    """Order rows that are equal in instants and kind by their canonical bytes: rare, so row by row."""
    equals = ranked.filter(tied)
    greatest_first = equals.with_columns(pl.Series("__bytes", canonical_bytes(equals), dtype=pl.Binary)).sort(
        "chargeback_id", *_ORDER, "__bytes", descending=[False, True, True, True, True], nulls_last=True
    )
    best = greatest_first.unique(["chargeback_id", *_ORDER], keep="first", maintain_order=True).drop(
        "__bytes"
    )
    return pl.concat([ranked.filter(~tied), best]).sort(
        "chargeback_id", *_ORDER, descending=[False, True, True, True], nulls_last=[False, True, True, True]
    )
