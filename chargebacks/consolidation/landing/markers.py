"""Recognise objects without records in a landing zone: what other writers leave beside their data. Pure.

docs/landing-zone.md has this table for users; a test compares the two.
"""

import re
from typing import Final

EMPTY: Final = "zero bytes"
# By kind: the pattern is searched for in "/" and the path, so that "/" stands before each name.
_PATTERNS: Final = {
    "_SUCCESS": r"/_SUCCESS\Z",
    "_committed_*": r"/_committed_[^/]*\Z",
    "_started_*": r"/_started_[^/]*\Z",
    "_metadata": r"/_metadata\Z",
    "_common_metadata": r"/_common_metadata\Z",
    "_temporary/": r"/_temporary/",
    "_delta_log/": r"/_delta_log/",
    "__magic*": r"/__magic",
    ".hoodie*": r"/\.hoodie",
    ".spark-staging*": r"/\.spark-staging",
    ".DS_Store": r"/\.DS_Store\Z",
    "*.inprogress*": r"\.inprogress[^/]*\Z",
    "*.csv.metadata": r"\.csv\.metadata\Z",
    "*.crc": r"\.crc\Z",
}
_BY_KIND: Final = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}
_ANY: Final = re.compile("|".join(_PATTERNS.values()))
KINDS: Final = (*_PATTERNS, EMPTY)


def kind_of(path: str, size: int) -> str | None:
    """Return which of `KINDS` the object is, or None when it is a landing file.

    `path` is below the landing root, `size` in bytes.
    """
    rooted = f"/{path}"
    if _ANY.search(rooted):
        return next(kind for kind, pattern in _BY_KIND.items() if pattern.search(rooted))
    return None if size else EMPTY
