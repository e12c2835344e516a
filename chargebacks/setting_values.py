"""Parse values of settings. Each function raises SettingsError: one line that says what is wrong and what to give."""

import json
import re
from collections.abc import Mapping

from chargebacks import record
from chargebacks.errors import SettingsError


def choice(text: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """Return one of the choices, in lower case."""
    value = text[name].lower()
    if value not in choices:
        raise SettingsError(f"{name} {text[name]!r} is unknown: give {', '.join(choices)}")
    return value


def flag(text: Mapping[str, str], name: str) -> bool:
    """Return whether it is true."""
    return choice(text, name, ("true", "false")) == "true"


def matching(text: Mapping[str, str], name: str, pattern: re.Pattern[str], wanted: str) -> str:
    """Return text that matches the pattern and can be printed."""
    if not pattern.fullmatch(text[name]) or not text[name].isprintable():
        raise SettingsError(f"{name} {text[name]!r} cannot be a name: give {wanted}")
    return text[name]


def required_fields(text: Mapping[str, str]) -> tuple[str, ...]:
    """Return names of the record's fields, chargeback_id first."""
    names = [name.strip() for name in text["required_fields"].split(",") if name.strip()]
    if unknown := [name for name in names if name not in record.REQUIRABLE]:
        raise SettingsError(
            f"required_fields names {unknown[0]!r}, which cannot be required: "
            f"give some of {', '.join(record.REQUIRABLE)}"
        )
    return tuple(dict.fromkeys(["chargeback_id", *names]))


def pattern(text: Mapping[str, str], name: str) -> str:
    """Return a regular expression."""
    try:
        re.compile(text[name])
    except re.error as error:
        raise SettingsError(f"{name} {text[name]!r} is not a regular expression: {error}") from None
    return text[name]


def landing_files(text: Mapping[str, str], name: str, root: str) -> tuple[str, ...]:
    """Return paths below the landing zone at `root`, from one path or a JSON list; each may begin with the root."""
    given = text[name].strip()
    try:
        paths = json.loads(given) if given.startswith("[") else [given] if given else []
    except (ValueError, RecursionError):
        paths = [None]
    if not all(isinstance(path, str) and path for path in paths):
        raise SettingsError(f'{name} {given[:200]!r} is not a JSON list of paths: give ["PATH", "PATH"]')
    roots = (f"{text['landing_path'].rstrip('/')}/", f"{root}/")
    return tuple(_below(path, roots) for path in paths)


def _below(path: str, roots: tuple[str, ...]) -> str:
    return next((path.removeprefix(root) for root in roots if path.startswith(root)), path)


def integer(text: Mapping[str, str], name: str, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`."""
    try:
        value = int(text[name])
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise SettingsError(f"{name} {text[name]!r} is out of range: give a whole number, {low} to {high}")
    return value


def number(text: Mapping[str, str], name: str, low: float, high: float) -> float:
    """Return a number from `low` to `high`."""
    try:
        value = float(text[name])
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise SettingsError(f"{name} {text[name]!r} is out of range: give a number, {low:g} to {high:g}")
    return value
