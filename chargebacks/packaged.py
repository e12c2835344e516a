"""Data files that travel inside the package: in a wheel or Lambda's zip below it, in a checkout beside it."""

from importlib.resources import files
from pathlib import Path


def schemas_text(*inside: str) -> str:
    """The text of a file of `schemas/`, by its path there. Raises FileNotFoundError."""
    packaged = files("chargebacks").joinpath("schemas", *inside)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    checkout = Path(__file__).parents[1] / "schemas"
    return checkout.joinpath(*inside).read_text(encoding="utf-8")
