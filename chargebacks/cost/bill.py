"""Price a month's usage, and the updater alone beside what users expect of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chargebacks.cost.prices import Prices
from chargebacks.cost.usage import (
    DAYS,
    LAMBDA_PRICES,
    Scenario,
    Usage,
    invocations_a_day,
    updater_gb_seconds_a_day,
    usages,
)

# What users expect: one invocation an execution, 60 s each, with 512 MB: it looked for a day's items by itself.
EXPECTED_SECONDS: Final = 60
EXPECTED_MB: Final = 512


@dataclass(frozen=True)
class Line:
    """A usage and its dollars a month."""

    usage: Usage
    usd: float


def bill(of: Scenario, prices: Prices) -> list[Line]:
    """Return a month's lines, fixed parts first."""
    return [Line(usage, usage.amount * prices.by_name[usage.price].usd) for usage in usages(of)]


def total(lines: Iterable[Line], *, moves: bool) -> float:
    """Return the dollars of the fixed lines, or of those that move."""
    return sum(line.usd for line in lines if line.usage.moves is moves)


def updater_alone(of: Scenario, prices: Prices) -> tuple[int, float]:
    """Return the updater's invocations in a month, and what Lambda bills for them."""
    invocations = DAYS * invocations_a_day(of)
    price = LAMBDA_PRICES[of.architecture]
    return invocations, _lambda(invocations, DAYS * updater_gb_seconds_a_day(of), prices, price)


def expected_of_updater(executions: int, prices: Prices) -> tuple[int, float]:
    """Return what users expect of the updater on x86_64: with four executions a day 120 invocations, about $0.06."""
    invocations = DAYS * executions
    gb_seconds = invocations * EXPECTED_SECONDS * EXPECTED_MB / 1024
    return invocations, _lambda(invocations, gb_seconds, prices, LAMBDA_PRICES["x86_64"])


def _lambda(invocations: int, gb_seconds: float, prices: Prices, price: str) -> float:
    return gb_seconds * prices.by_name[price].usd + invocations * prices.by_name["lambda_request"].usd
