"""Repeatable randomness for whole columns: a number and a salt give the same noise on every machine."""

import zlib
from typing import Final

import polars as pl

# Odd 64-bit multipliers (from splitmix64, Steele, Lea and Flood 2014); polars multiplies modulo 2**64.
_SPREAD: Final = 0x9E3779B97F4A7C15
_MIX: Final = 0xBF58476D1CE4E5B9
_MIX_AGAIN: Final = 0x94D049BB133111EB


def noise(number: pl.Expr, salt: str, seed: int) -> pl.Expr:
    """A u64 column, evenly spread over all 64 bits, from a whole-number column."""
    start = (zlib.crc32(salt.encode()) << 32 | zlib.crc32(str(seed).encode())) * _SPREAD % 2**64
    mixed = (number.cast(pl.UInt64) + 1) * pl.lit(_SPREAD, pl.UInt64) + pl.lit(start, pl.UInt64)
    mixed = (mixed ^ (mixed // 2**30)) * pl.lit(_MIX, pl.UInt64)
    mixed = (mixed ^ (mixed // 2**27)) * pl.lit(_MIX_AGAIN, pl.UInt64)
    return mixed ^ (mixed // 2**31)


def below(number: pl.Expr, salt: str, seed: int, limit: int) -> pl.Expr:
    """An i64 column of noise in 0..limit-1."""
    return (noise(number, salt, seed) % limit).cast(pl.Int64)


def happens(number: pl.Expr, salt: str, seed: int, share: float) -> pl.Expr:
    """A boolean column, true for about `share` of the numbers."""
    return below(number, salt, seed, 1_000_000) < round(share * 1_000_000)
