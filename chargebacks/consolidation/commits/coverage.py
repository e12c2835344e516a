"""What a set of landing files comes to: a sum that tells equal sets without reading which files they are."""

import json
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from chargebacks.consolidation.landing.listing import LandingFile

_BITS: Final = 128
NOTHING: Final = "0" * (_BITS // 4)  # the digest of no files


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
