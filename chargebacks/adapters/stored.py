"""An object as a listing tells of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Stored:
    """One listed object: path below the store's root, size in bytes, the version's etag, when it was written."""

    path: str
    size: int
    etag: str
    modified: datetime
