"""List prices as dated inputs: the packaged ones of a region, with a file of the user's own over them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from chargebacks.errors import SettingsError

REGIONS: Final = ("sa-east-1", "us-east-1")  # of which prices are packaged
Raw = dict[str, Any]


@dataclass(frozen=True)
class Price:
    """US dollars for one unit, the page that states it, the region, and the day of the price list it was read from.

    `unconfirmed` says where the number comes from when that region's price list was not read; else it is empty.
    """

    usd: float
    unit: str
    page: str
    region: str
    listed: str
    unconfirmed: str = ""


FIELDS: Final = tuple(field.name for field in fields(Price))


@dataclass(frozen=True)
class Prices:
    """The prices of `region` by name; `noted` is the day on which they were written down.

    `own` names those of the user's file.
    """

    region: str
    noted: str
    by_name: Mapping[str, Price]
    own: frozenset[str] = frozenset()

    def borrowed(self, names: Iterable[str]) -> list[str]:
        """Return those of `names` whose price is another region's, sorted."""
        return sorted(name for name in names if self.by_name[name].region != self.region)

    def unconfirmed(self, names: Iterable[str]) -> list[str]:
        """Return those of `names` whose number was read from no price list of their region, sorted."""
        return sorted(name for name in names if self.by_name[name].unconfirmed)

    def listed(self, names: Iterable[str]) -> tuple[str, str]:
        """Return the oldest and the newest day of the price lists that `names` were read from."""
        days = sorted(self.by_name[name].listed for name in names)
        return days[0], days[-1]


def load(path: Path | None = None, region: str = REGIONS[0]) -> Prices:
    """Return the packaged prices of `region`; those that the file at `path` names replace them.

    The file has the shape of `prices.json`: region, noted, and of each price at least its `usd`. Raises
    SettingsError, naming what is wrong.
    """
    base, names = _packaged("prices.json"), frozenset[str]()
    if region != base["region"]:
        base = _replaced(base, _packaged(f"prices-{region}.json"))
    if path is not None:
        own = _read(path)
        _check(path, own["prices"], base["prices"])
        base, names = _replaced(base, own), frozenset(own["prices"])
    by_name = {name: Price(**price) for name, price in base["prices"].items()}
    return Prices(base["region"], base["noted"], by_name, names)


def _packaged(name: str) -> Raw:
    text = files("chargebacks").joinpath("cost", name).read_text(encoding="utf-8")
    return dict(json.loads(text))


def _replaced(base: Raw, own: Raw) -> Raw:
    """Return `base` with the prices of `own`, which are of its region and its day unless they say otherwise."""
    region, noted = own.get("region", base["region"]), str(own.get("noted") or base["noted"])
    changed = {
        name: {**base["prices"][name], "region": region, "listed": noted, "unconfirmed": "", **price}
        for name, price in own["prices"].items()
    }
    return {"region": region, "noted": noted, "prices": base["prices"] | changed}


def _check(path: Path, own: Mapping[str, Raw], known: Mapping[str, Raw]) -> None:
    for name, price in own.items():
        if name not in known:
            raise SettingsError(f"{path}: price {name!r} is unknown: known are {', '.join(known)}")
        strange = sorted(set(price) - set(FIELDS))
        if strange:
            raise SettingsError(
                f"{path}: {name} has a {strange[0]!r}, which is unknown: give {', '.join(FIELDS)}"
            )
        for field in ("listed", "unconfirmed"):
            if not isinstance(price.get(field, ""), str):
                raise SettingsError(f"{path}: {name} has a {field!r} that is not text: put it into quotes")
        unit, wanted = price.get("unit"), known[name]["unit"]
        if unit not in (None, wanted):
            raise SettingsError(
                f"{path}: {name} is for a {wanted}, not for a {unit}: give the price of one {wanted}"
            )


def _read(path: Path) -> Raw:
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
