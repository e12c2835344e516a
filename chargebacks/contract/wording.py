"""How errors show a value: on one line, short, and never with an e-mail address."""

import json
import re
from typing import Any, Final

LONGEST: Final = 80
# An address has at most 254 characters (RFC 5321, 4.5.3.1): one that starts in what is shown ends in here.
LOOKED_AT: Final = LONGEST + 320
# U+FF20: the full-width at. Only from a word's beginning on: a long word without an at is looked through once.
EMAIL: Final = re.compile(r"(?<![^\s@\uff20])[^\s@\uff20]*(?:@|\uff20|%40)\S*", re.IGNORECASE)


def masked(text: str) -> str:
    """The first 80 characters of `text`, with asterisks for whatever looks like an e-mail address."""
    safe = EMAIL.sub(lambda found: "*" * len(found[0]), text[:LOOKED_AT])
    return safe if len(safe) <= LONGEST else f"{safe[:LONGEST]}…"


def shown(value: Any) -> str:
    """A JSON value for an error message: text quoted and masked, a container only counted."""
    match value:
        case str():
            return json.dumps(masked(value))
        case list() | dict():
            return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
        case None | bool() | int() | float():
            return json.dumps(value)
    return f"a {type(value).__name__}"
