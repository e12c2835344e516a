"""Bytes of one landing file → a raw frame: the seam where a new landing format joins.

Rows that cannot even be told apart as records come back as rejects. A file whose content cannot be read as a
whole raises UnreadableFileError.
"""

from typing import Final

from chargebacks.consolidation.landing import json_lines, parquet
from chargebacks.consolidation.landing.raw_rows import Raw, nothing
from chargebacks.errors import UnreadableFileError

PARQUET_MAGIC: Final = b"PAR1"
JSON_SUFFIXES: Final = (".json", ".jsonl", ".ndjson")


def read(path: str, data: bytes) -> Raw:
    """The raw frame of a landing file, its format told by content first, then by name.

    Raises UnreadableFileError when the content is in no known format or is damaged.
    """
    if not data:
        return nothing()
    if data.startswith(PARQUET_MAGIC):
        return parquet.read(path, data)
    if path.endswith(JSON_SUFFIXES) or data.lstrip()[:1] == b"{":
        return json_lines.read(data)
    raise UnreadableFileError(f"{path}: neither parquet nor JSON lines: check what upstream wrote")
