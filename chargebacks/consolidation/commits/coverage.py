"""What a set of landing files comes to: a sum that tells equal sets without reading which files they are."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from chargebacks.consolidation.landing.listing import LandingFile

_BITS: Final = 128
NOTHING: Final = "0" * (_BITS // 4)  # the digest of no files


@dataclass(frozen=True)
class Covered:
    """A covered landing file in the version last read, and the rules under which it was read (`ReadingRules.text`).

    `unreadable`: it could not be read. `skipped`: it was not opened, because `skip_file` named it.
    """

    file: LandingFile
    rules: str = ""
    unreadable: bool = False
    skipped: bool = False


def unreadable_elsewhere(file: LandingFile, covered: Mapping[str, Covered], rules: str) -> bool:
    """Return whether that version of the file was unreadable under rules other than these."""
    one = covered.get(file.path)
    return one is not None and one.file == file and one.unreadable and one.rules != rules


def is_uncovered(file: LandingFile, covered: Mapping[str, Covered]) -> bool:
    """Return whether no entry covers that version of the file."""
    one = covered.get(file.path)
    return one is None or one.file != file


def digest(files: Iterable[LandingFile]) -> str:
    """Equal for equal sets of versions, in any order: a sum of hashes, in hexadecimal digits."""
    return _text(sum(_one(file) for file in files))


def add(first: str, second: str) -> str:
    """The digest of two sets together that share no file."""
    return _text(int(first, 16) + int(second, 16))


def _text(total: int) -> str:
    return f"{total % (1 << _BITS):0{_BITS // 4}x}"


def _one(file: LandingFile) -> int:
    version = json.dumps([file.path, file.size, file.etag]).encode()
    return int.from_bytes(blake2b(version, digest_size=_BITS // 8).digest())
