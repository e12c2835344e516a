"""Zips whose bytes follow from their contents alone: entries are sorted, their times and modes are fixed."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
READABLE: Final = 0o100644 << 16  # who reads it is not the one who packs
UNIX: Final = 3


def pack(contents: Mapping[str, Path | bytes], target: Path, compression: int = zipfile.ZIP_DEFLATED) -> None:
    """Write the contents, by their names in the zip."""
    with zipfile.ZipFile(target, "w") as package:
        for name, given in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = READABLE
            entry.create_system = UNIX  # wherever this runs
            data = given if isinstance(given, bytes) else given.read_bytes()
            package.writestr(entry, data, compression, compresslevel=9)
