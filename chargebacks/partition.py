"""A partition's folders: how upstream may spell a day in the landing zone, and how we spell it in the output."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

# What stands before YYYY-MM-DD where one folder names the day.
DATED: Final = ("", "dt=", "date=", "ds=", "day=")
LAYOUTS: Final = ("YYYY/MM/DD", "year=YYYY/month=MM/day=DD", *(f"{before}YYYY-MM-DD" for before in DATED))
_DAY: Final = re.compile(
    r"(?:(\d{4})/(\d\d)/(\d\d)|year=(\d{4})/month=(\d\d?)/day=(\d\d?)|(?:(?:dt|date|ds|day)=)?(\d{4})-(\d\d)-(\d\d))"
)
_YEAR: Final = re.compile(r"(?:year=)?\d{4}")


def hive(day: date) -> str:
    """`year=2025/month=11/day=20`, the folder of the output and of the manifest."""
    return f"year={day:%Y}/month={day:%m}/day={day:%d}"


def landing_folders(day: date) -> list[str]:
    """Return the folders below the landing root that may hold that day's files, in each of `LAYOUTS`.

    `year=/month=/day=` is also found without leading zeros, as some writers leave them out.
    """
    months, days = (f"{day:%m}", str(day.month)), (f"{day:%d}", str(day.day))
    spelt = [f"{day:%Y/%m/%d}"]
    spelt += [f"year={day:%Y}/month={month}/day={number}" for month in months for number in days]
    spelt += [f"{before}{day:%Y-%m-%d}" for before in DATED]
    return list(dict.fromkeys(spelt))


def landing_day(folder: str) -> date | None:
    """Return the day that a folder below the landing root names in one of `LAYOUTS`, or None."""
    match = _DAY.fullmatch(folder)
    try:
        return date(*(int(part) for part in match.groups() if part)) if match else None
    except ValueError:
        return None  # 2025/02/30


def years(names: Iterable[str]) -> list[str]:
    """Return the names of folders of years, newest first."""
    return sorted((name for name in names if _YEAR.fullmatch(name)), key=lambda name: name[-4:], reverse=True)
