"""Count ties: chargebacks whose newest versions differ in content alone, so that their bytes decided."""

from dataclasses import dataclass
from typing import Final

import polars as pl


@dataclass(frozen=True)
class Ties:
    """How many `chargebacks` have a tie, and the `first` of their ids ("": none)."""

    chargebacks: int = 0
    first: str = ""

    @classmethod
    def of(cls, ids: pl.Series) -> "Ties":
        """Return the ties of these distinct ids."""
        return cls(ids.len(), str(ids.min()) if ids.len() else "")

    def __add__(self, other: "Ties") -> "Ties":
        firsts = [one.first for one in (self, other) if one.chargebacks]
        return Ties(self.chargebacks + other.chargebacks, min(firsts, default=""))

    def __str__(self) -> str:
        """Return number and first id, unless it may be an e-mail address."""
        shown = f", first {self.first[:60]!r}" if "@" not in self.first else ""
        return (
            f"{self.chargebacks} chargebacks have several newest versions that differ in content alone{shown}"
        )


NO_TIES: Final = Ties()
