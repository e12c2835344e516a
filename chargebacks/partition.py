"""A partition's folders: how upstream may spell a day in the landing zone, and how we spell it in the output."""

from datetime import date


def hive(day: date) -> str:
    """`year=2025/month=11/day=20`, the folder of the output and of the manifest."""
    return f"year={day:%Y}/month={day:%m}/day={day:%d}"


def landing_folders(day: date) -> list[str]:
    """Folders below the landing root that may hold that day's files: `2025/11/05`, `year=2025/month=11/day=05`.

    Hive-style folders are also found without leading zeros, as some writers leave them out.
    """
    spelt = [f"{day:%Y/%m/%d}", hive(day), f"year={day.year}/month={day.month}/day={day.day}"]
    return list(dict.fromkeys(spelt))
