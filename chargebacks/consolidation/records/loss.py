"""Count what a recomputed partition lacks and its previous output has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SAMPLE: Final = 5


@dataclass(frozen=True)
class Loss:
    """`chargebacks` disappear (`sample`: their lowest ids); `older` chargebacks go back to an older version."""

    chargebacks: int = 0
    sample: tuple[str, ...] = ()
    older: int = 0

    @classmethod
    def of(cls, ids: Sequence[str], older: int) -> "Loss":
        """Return the loss of chargebacks with these ids."""
        return cls(len(ids), tuple(sorted(ids)[:SAMPLE]), older)

    def __add__(self, other: "Loss") -> "Loss":
        return Loss(
            self.chargebacks + other.chargebacks,
            tuple(sorted((*self.sample, *other.sample))[:SAMPLE]),
            self.older + other.older,
        )

    def __str__(self) -> str:
        """Return number and sample, without ids that may be e-mail addresses."""
        shown = ", ".join(f"{one[:60]!r}" for one in self.sample if "@" not in one)
        return f"{self.chargebacks} chargebacks of the previous output" + (
            f", first {shown}" if shown else ""
        )


NO_LOSS: Final = Loss()
