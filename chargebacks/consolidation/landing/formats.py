"""Bytes of one landing file → a raw frame: the seam where a new landing format joins.

Rows that cannot even be told apart as records come back as rejects. A file whose content cannot be read as a
whole raises UnreadableFileError. docs/landing-zone.md has the rules as users see them.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from chargebacks.consolidation.landing import comma_separated, foreign_formats, json_lines, listing, parquet
from chargebacks.consolidation.landing.compressed import expand
from chargebacks.consolidation.landing.json_lines import BYTE_ORDER_MARK
from chargebacks.consolidation.landing.raw_rows import Raw, nothing
from chargebacks.consolidation.reading_rules import DEFAULT_RULES, ReadingRules
from chargebacks.errors import UnreadableFileError

JSON_ENDINGS: Final = (".json", ".jsonl", ".ndjson")


def read(path: str, data: bytes, rules: ReadingRules = DEFAULT_RULES) -> Raw:
    """The raw frame of a landing file, its format told by content first, then by name.

    Raises UnreadableFileError when the content is in no known format or is damaged.
    """
    content = expand(path, data).removeprefix(BYTE_ORDER_MARK)
    if content.isspace() or not content:
        return nothing()
    stranger = foreign_formats.marked(path, content)
    reader = None if stranger else _by_content(content, rules)
    if reader is None:
        stranger = stranger or foreign_formats.likely(content)
        reader = None if stranger else _by_name(path, rules)
    if reader is None:
        found = stranger or "check what upstream wrote" + comma_separated.hint(content)
        raise UnreadableFileError(f"{path}: neither parquet, JSON nor CSV with a chargeback_id: {found}")
    return reader(path, content)


def _by_content(content: bytes, rules: ReadingRules) -> Callable[[str, bytes], Raw] | None:
    if parquet.is_one(content):
        return parquet.read
    if content.lstrip()[:1] in (b"{", b"["):
        return json_lines.read
    return partial(comma_separated.read, rules=rules) if comma_separated.is_csv(content) else None


def _by_name(path: str, rules: ReadingRules) -> Callable[[str, bytes], Raw] | None:
    name = path.lower()
    for ending in listing.COMPRESSED:
        name = name.removesuffix(ending)
    if name.endswith(JSON_ENDINGS):
        return json_lines.read
    return partial(comma_separated.read, rules=rules) if name.endswith(".csv") else None
