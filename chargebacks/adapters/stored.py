"""Objects and folders as a listing describes them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Stored:
    """One listed object: path below the store's root, size in bytes, the version's etag, when it was written."""

    path: str
    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True)
class Level:
    """The names directly below a folder, sorted."""

    folders: list[str]
    files: list[str]
