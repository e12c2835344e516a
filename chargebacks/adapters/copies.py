"""Copies of objects: by S3 itself where it does that, else in parts through this process; by a hard link in folders."""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Final

import obstore
from obstore.store import ObjectStore

from chargebacks.adapters.in_flight import ahead

COPY_LIMIT: Final = 5 * 1024**3  # Amazon S3, CopyObject: objects "up to 5 GB"; obstore has no UploadPartCopy
PART: Final = 32 * 1024**2  # bytes
PARTS: Final = 9_000  # Amazon S3 multipart upload limits: at most 10,000
IN_FLIGHT: Final = 4


def copy(source: ObjectStore, path: str, target: ObjectStore, target_path: str, *, same_bucket: bool) -> None:
    """Copy an object over another one; in parts, at most 4 of them in memory, when S3 cannot do it itself."""
    size = obstore.head(source, path)["size"]
    if same_bucket and size <= COPY_LIMIT:
        obstore.copy(source, path, target_path)
    elif size <= PART:
        obstore.put(target, target_path, obstore.get(source, path).bytes())
    else:
        found = parts(source, path, size)
        obstore.put(target, target_path, found, chunk_size=part_size(size), max_concurrency=IN_FLIGHT)


def parts(store: ObjectStore, path: str, size: int) -> Iterator[bytes]:
    """The object, part by part; each is a request of its own, retried on its own.

    They are read in threads: obstore, which takes them from here, cannot be called again from where it does.
    """
    part = part_size(size)

    def get(start: int) -> bytes:
        return bytes(obstore.get_range(store, path, start=start, end=min(size, start + part)))

    return ahead(get, range(0, size, part), IN_FLIGHT)


def part_size(size: int) -> int:
    """How large the parts of an object of that size are, in bytes."""
    return max(PART, -(-size // PARTS))


def link(source: str, target: str) -> None:
    """A hard link, or a copy where the file system has none, moved into place whole.

    Its name until then is one that no listing shows: hidden, and with the ending of obstore's own staging files.
    """
    folder, _, name = target.rpartition("/")
    Path(folder).mkdir(parents=True, exist_ok=True)
    staged = Path(folder, f".{name}#{os.getpid()}")
    staged.unlink(missing_ok=True)
    try:
        staged.hardlink_to(source)
    except OSError:  # another file system, or one without links
        copyfile(source, staged)
    staged.replace(target)
    staged.unlink(missing_ok=True)  # a rename onto another link of the same file leaves both
