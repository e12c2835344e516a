"""List prices as dated inputs: those noted beside this file, with a file of one's own over them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from chargebacks.errors import SettingsError


@dataclass(frozen=True)
class Price:
    """US dollars for one unit, the page that tells it, and the region whose price it is."""

    usd: float
    unit: str
    page: str
    region: str


@dataclass(frozen=True)
class Prices:
    """All of them, by name; `noted` is the day on which they were written down, from what was known then."""

    region: str
    noted: str
    of: Mapping[str, Price]

    @property
    def borrowed(self) -> list[str]:
        """Those that are another region's, because this one's was not known."""
        return sorted(name for name, price in self.of.items() if price.region != self.region)


def load(path: Path | None = None) -> Prices:
    """The noted prices; those that the file at `path` names replace them. Raises SettingsError, naming what is wrong.

    The file has the shape of `prices.json`: region, noted, and of each price at least its `usd`.
    """
    noted = json.loads(files("chargebacks").joinpath("cost", "prices.json").read_text(encoding="utf-8"))
    if path is None:
        return _parsed(noted)
    own = _read(path)
    unknown = sorted(set(own.get("prices", {})) - set(noted["prices"]))
    if unknown:
        raise SettingsError(
            f"{path}: price {unknown[0]!r} is unknown: known are {', '.join(noted['prices'])}"
        )
    for name, one in own["prices"].items():
        _check(path, name, one, noted["prices"][name])
    region = own.get("region", noted["region"])
    changed = {
        name: {**noted["prices"][name], "region": region, **one} for name, one in own["prices"].items()
    }
    return _parsed({**noted, **own, "prices": noted["prices"] | changed})


def _check(path: Path, name: str, own: Mapping[str, Any], noted: Mapping[str, Any]) -> None:
    strange = sorted(set(own) - set(noted))
    if strange:
        raise SettingsError(f"{path}: {name} has a {strange[0]!r}, which is unknown: give {', '.join(noted)}")
    unit = own.get("unit", noted["unit"])
    if unit != noted["unit"]:
        raise SettingsError(
            f"{path}: {name} is for a {noted['unit']}, not for a {unit}: give the price of one {noted['unit']}"
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        own = json.loads(path.read_text(encoding="utf-8"))
        prices = own["prices"].items()
        bad = [
            name
            for name, one in prices
            if not isinstance(one["usd"], int | float) or not 0 <= one["usd"] < 1e6
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f'{path} holds no prices ({error}): give {{"region": …, "noted": …, "prices": {{name: {{"usd": …}}}}}}'
        ) from None
    if bad:
        raise SettingsError(f"{path}: {bad[0]} has no price in US dollars: give a number, 0 or more")
    return dict(own)


def _parsed(told: Mapping[str, Any]) -> Prices:
    of = {name: Price(**one) for name, one in told["prices"].items()}
    return Prices(told["region"], told["noted"], of)
