"""List, stat and read local files as an object store does. A name is a path from the root of the file system.

Links to files and folders are followed. A link to itself, to nothing, or to a folder that contains it is listed too;
reading it raises WithheldError, so it hides and stops nothing. A folder that cannot be listed raises StorageError.
"""

import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from chargebacks.adapters.stored import Level, Stored
from chargebacks.errors import StorageError, WithheldError

STAGED: Final = re.compile(r"#\d+$")  # obstore's name for a file that it has not finished
SETTLE_SECONDS: Final = 2.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LEADS_NOWHERE: Final = {
    errno.ENOENT: "it is a link to nothing",
    errno.ENOTDIR: "it is a link to nothing",
    errno.ELOOP: "it is a link to itself",
    errno.EISDIR: "it is a link to a folder that contains it",
}


def walk(prefix: str, *, staged: bool = False) -> Iterator[Stored]:
    """Yield every file below the folder; those with obstore's staging names only if `staged`."""
    waiting = [f"/{prefix}".rstrip("/")]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(folder):
            found = _look(entry)
            if found is None or (not staged and STAGED.search(entry.name) and not _is_folder(found)):
                continue
            if _is_folder(found) and not (entry.is_symlink() and _contains(found, folder)):
                waiting.append(entry.path)
            else:
                yield _stored(entry.path[1:], found)


def level(prefix: str) -> Level:
    """Return the names directly below the folder. Raises FileNotFoundError when there is no such folder."""
    folder = f"/{prefix}".rstrip("/")
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"{folder} is not a folder")
    folders, files = list[str](), list[str]()
    for entry in _entries(folder):
        # A link to nothing may be meant as a folder: it must not hide a day.
        linked_nowhere = entry.is_symlink() and not Path(entry.path).exists()
        (folders if linked_nowhere or entry.is_dir() else files).append(_shown(entry.name))
    return Level(sorted(folders), sorted(files))


def look(name: str) -> Stored | None:
    """Return what is there, or None."""
    try:
        return _stored(name, os.stat(f"/{name}"))  # noqa: PTH116 - a Path would fold "//" and "."
    except (FileNotFoundError, NotADirectoryError):
        return None


def read(name: str, etag: str) -> bytes | None:
    """Return the bytes of that version, or None when there is another. Raises FileNotFoundError, WithheldError."""
    path = f"/{name}"
    try:
        if STAGED.search(name):
            _settle(path)
        with open(path, "rb") as file:  # noqa: PTH123 - a Path would fold "//"
            return file.read() if _stored(name, os.fstat(file.fileno())).etag == etag else None
    except OSError as error:
        if "\ufffd" in name and isinstance(error, FileNotFoundError):
            raise WithheldError("its name is not UTF-8: rename it") from error
        if error.errno in _LEADS_NOWHERE and os.path.islink(path):  # noqa: PTH114 - a Path would fold "//"
            reason = _LEADS_NOWHERE[error.errno]
            raise WithheldError(f"{reason}: correct the link or remove it") from error
        if isinstance(error, PermissionError):
            raise _refused("read", path, error) from error
        raise


def _settle(path: str) -> None:
    """Wait until a file with a staging name is two seconds old.

    obstore renames such a file as soon as it is whole. A file that keeps the name is read, as on S3.
    """
    age = time.time() - os.stat(path).st_mtime  # noqa: PTH116 - a Path would fold "//"
    time.sleep(min(max(SETTLE_SECONDS - age, 0.0), SETTLE_SECONDS))


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    """Return the folder's entries; none when it does not exist, or was removed meanwhile."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        if broken := _broken_link(folder):
            raise StorageError(
                f"cannot list {folder}: {broken} is a link to nothing; correct it or remove it"
            ) from None
        return []
    except OSError as error:
        raise _refused("list", folder, error) from error


def _broken_link(folder: str) -> Path | None:
    path = Path(folder)
    return next((one for one in (path, *path.parents) if one.is_symlink() and not one.exists()), None)


def _look(entry: "os.DirEntry[str]") -> os.stat_result | None:
    """Return the status of the entry's target, or of a link that leads nowhere; None when the entry vanished."""
    try:
        return entry.stat()
    except OSError as error:
        if error.errno not in _LEADS_NOWHERE:
            raise _refused("look at", entry.path, error) from error
        return entry.stat(follow_symlinks=False) if entry.is_symlink() else None


def _refused(action: str, path: str, error: OSError) -> StorageError:
    cause = (error.strerror or type(error).__name__).lower()
    advice = "correct or remove it"
    if isinstance(error, PermissionError):
        advice = "grant the job's user permission to read it, and to read and search (r-x) the folders above"
    return StorageError(f"cannot {action} {_shown(path)}: {cause}; {advice}")


def _contains(target: os.stat_result, folder: str) -> bool:
    """Return whether the link's target is `folder` or lies above it, so that following it would never end."""
    path = Path(folder)
    return any(os.path.samestat(target, one.stat()) for one in (path, *path.parents))


def _is_folder(found: os.stat_result) -> bool:
    return stat.S_ISDIR(found.st_mode)


def _stored(name: str, found: os.stat_result) -> Stored:
    """Return the file as obstore describes it: its etag does not depend on which of the two listed it."""
    micros = found.st_mtime_ns // 1000
    etag = f'"{found.st_ino:x}-{max(micros, 0):x}-{found.st_size:x}"'
    return Stored(_shown(name), found.st_size, etag, _EPOCH + timedelta(microseconds=micros))


def _shown(name: str) -> str:
    """Return the name with U+FFFD for bytes that are not UTF-8."""
    return name if name.isascii() else name.encode(errors="surrogateescape").decode(errors="replace")
