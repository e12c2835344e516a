"""Usage at its prices, and what users expect of the updater alone to compare it with."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chargebacks.cost.prices import Prices
from chargebacks.cost.usage import DAYS, Scenario, Usage, invocations_a_day, updater_gb_seconds_a_day, usages

# What users expect: one invocation an execution, 60 s each, with 512 MB: it looked for a day's items by itself.
EXPECTED_SECONDS: Final = 60
EXPECTED_MB: Final = 512


@dataclass(frozen=True)
class Line:
    """A usage and its dollars a month."""

    usage: Usage
    usd: float


def bill(of: Scenario, prices: Prices) -> list[Line]:
    """A month's lines, fixed parts first."""
    return [Line(usage, usage.amount * prices.of[usage.price].usd) for usage in usages(of)]


def total(lines: Iterable[Line], *, moves: bool) -> float:
    """Dollars of the fixed lines, or of those that move."""
    return sum(line.usd for line in lines if line.usage.moves is moves)


def updater_alone(of: Scenario, prices: Prices) -> tuple[int, float]:
    """The updater's invocations in a month, and what Lambda takes for them."""
    invocations = DAYS * invocations_a_day(of)
    return invocations, _lambda(invocations, DAYS * updater_gb_seconds_a_day(of), prices)


def expected_of_updater(executions: int, prices: Prices) -> tuple[int, float]:
    """The same as users expect it: with four executions a day 120 invocations and about $0.06."""
    invocations = DAYS * executions
    return invocations, _lambda(invocations, invocations * EXPECTED_SECONDS * EXPECTED_MB / 1024, prices)


def _lambda(invocations: int, gb_seconds: float, prices: Prices) -> float:
    return gb_seconds * prices.of["lambda_gb_second"].usd + invocations * prices.of["lambda_request"].usd
