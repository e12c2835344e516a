"""A slice of deliveries as the records themselves, in one typed form; `encode` dresses them up as files."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

import polars as pl

from chargebacks.local.sample import deliveries as d
from chargebacks.local.sample.deliveries import Recipe
from chargebacks.local.sample.noise import below, happens

# Window n holds what arrives before execution n: 00:30 06:30 12:30 18:30.
WINDOW_STARTS: Final = (time(0), time(0, 30), time(6, 30), time(12, 30))
WINDOW_ENDS: Final = (time(0, 30), time(6, 30), time(12, 30), time(18, 30))
# Within its window, in thousandths: when a chargeback comes up, changes, is removed; our own update is early.
MOMENTS: Final = {d.NEW: (0, 450), d.CHANGED: (450, 750), d.REMOVED: (750, 950), d.ECHOED: (30, 300)}

STATUSES: Final = ("open", "under_review", "evidence_sent", "won", "lost")
CURRENCIES: Final = ("BRL", "BRL", "BRL", "USD", "EUR", None)
CHANNELS: Final = ("app", "web", "phone", None)
REASONS: Final = (
    "Fraud",
    "Duplicate charge",
    "Not received, the carrier lost it",
    'Customer says "I never ordered this"',
    "Charged twice,\nonce in March",
    "First line\r\nsecond line",
    "Não reconhecida 😡",
    'Comma, "quote" and family 👩‍👩‍👧',
    " leading and trailing blanks ",
    "00123",
    "1e3",
    "null",
    "back\\slash\tand tab",
    "",
    None,
)


def records(recipe: Recipe, deliveries: pl.DataFrame) -> pl.DataFrame:
    """One row per delivery: the contract's columns, typed, and `echo_of` (our own update's time, or null)."""
    seed, number, kind, version = recipe.seed, pl.col("number"), pl.col("kind"), pl.col("version")
    born = _born(recipe, number)
    changed = _moment(recipe, d.CHANGED, version)
    updated = (
        pl.when(kind.is_in([d.CHANGED, d.TIED]))
        .then(changed)
        .when(kind == d.REMOVED)
        .then(_moment(recipe, d.REMOVED, version))
        .when(kind == d.ECHOED)
        .then(_moment(recipe, d.ECHOED, version))
        .otherwise(born)
    )
    untimed = (kind == d.NEW) & happens(number, "untimed", seed, 0.001)
    half_removed = (kind == d.REMOVED) & happens(number, "half removed", seed, 0.5)
    frame = deliveries.select("number", "kind", "version", born=born, updated=updated)
    return frame.select(
        chargeback_id=_chargeback_id(),
        status=_one_of(STATUSES, _step(), "status", seed),
        merchant_id=pl.format("merchant-{}", below(number, "merchant", seed, 500)),
        amount=_amount(recipe),
        currency=_one_of(CURRENCIES, number, "currency", seed),
        created_at=pl.col("born"),
        updated_at=pl.when(~untimed & ~half_removed).then(pl.col("updated")),
        reason=_one_of(REASONS, _step(), "reason", seed),
        metadata=_metadata(recipe),
        event_type=_one_of(("INSERT", "MODIFY", "MODIFY", "REMOVE", "MODIFY", "INSERT", "INSERT"), kind),
        event_timestamp=pl.when(~happens(number, "no event time", seed, 0.001) | half_removed).then(
            pl.col("updated") + pl.duration(milliseconds=below(number, "event", seed, 2_000))
        ),
        channel=_one_of(CHANNELS, number, "channel", seed),
        dispute_stage=pl.struct(
            stage=below(number, "stage", seed, 3) + 1, final=happens(number, "final", seed, 0.2)
        ),
        echo_of=pl.when(kind == d.ECHOED).then(pl.col("updated")),
    )


def window_span(recipe: Recipe, window: int) -> tuple[datetime, datetime]:
    """When the window's chargebacks come up: from, to, in UTC."""
    return (
        datetime.combine(recipe.day, WINDOW_STARTS[window], UTC),
        datetime.combine(recipe.day, WINDOW_ENDS[window], UTC),
    )


def _chargeback_id() -> pl.Expr:
    text = pl.format("cb-{}", pl.col("number").cast(pl.String).str.zfill(8))
    kind = pl.col("kind")
    return pl.when(kind == d.BLANK_KEY).then(pl.lit("   ")).when(kind != d.NO_KEY).then(text)


def _born(recipe: Recipe, number: pl.Expr) -> pl.Expr:
    window = (number * d.WINDOWS // recipe.size).clip(0, d.WINDOWS - 1)
    today = _moment(recipe, d.NEW, window)
    return pl.when(number < recipe.size).then(today).otherwise(today - timedelta(days=1))


def _moment(recipe: Recipe, kind: int, window: pl.Expr) -> pl.Expr:
    """A moment within the part of the window that belongs to `kind`, in whole milliseconds."""
    spans = [window_span(recipe, w) for w in range(d.WINDOWS)]
    starts = pl.lit(pl.Series([start for start, _ in spans], dtype=pl.Datetime("us", "UTC")))
    lengths = pl.lit(pl.Series([int((end - start).total_seconds()) * 1000 for start, end in spans]))
    low, high = MOMENTS[kind]
    share = low * 1000 + below(pl.col("number"), f"moment {kind}", recipe.seed, (high - low) * 1000)
    offset = lengths.gather(window) * share // 1_000_000
    return starts.gather(window) + pl.duration(milliseconds=offset)


def _step() -> pl.Expr:
    """A number for each state of a chargeback: its columns change with it."""
    return pl.col("number") * 64 + pl.col("version").cast(pl.UInt64) * 8 + pl.col("kind").cast(pl.UInt64)


def _amount(recipe: Recipe) -> pl.Expr:
    cents = below(pl.col("number"), "amount", recipe.seed, 500_000).cast(pl.Decimal(38, 2)) / 100
    known = ~happens(pl.col("number"), "no amount", recipe.seed, 0.01)
    return pl.when(known).then(cents.cast(pl.Decimal(38, 2)))


def _metadata(recipe: Recipe) -> pl.Expr:
    number = pl.col("number")
    email = pl.format("customer{}@example.com", below(number, "customer", recipe.seed, 9_000))
    return pl.struct(
        transaction_id=pl.format("tx-{}", below(number, "transaction", recipe.seed, 10**9)),
        customer_email=pl.when(~happens(number, "no email", recipe.seed, 0.1)).then(email),
    )


def _one_of(choices: tuple[str | None, ...], number: pl.Expr, salt: str = "", seed: int = 0) -> pl.Expr:
    index = below(number, salt, seed, len(choices)) if salt else number
    return pl.lit(pl.Series(choices, dtype=pl.String)).gather(index)
