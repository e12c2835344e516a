"""What a compiled library needs from the machine that loads it: its architecture, its glibc, its Python.

The layout is that of "System V Application Binary Interface" (ELF-64) and of the "Linux Standard Base Core
Specification", section "Symbol Versioning".
"""

import re
import struct
from collections.abc import Iterator

from scripts.targets import FunctionZip

MAGIC = b"\x7fELF"
SIXTY_FOUR_BITS_LITTLE_ENDIAN = b"\x02\x01"
ARCHITECTURES = {62: "x86_64", 183: "arm64"}  # e_machine, by Lambda's names
DAMAGED = "is a damaged ELF file"
VERSION_NEEDS = 0x6FFFFFFE  # SHT_GNU_verneed
LIBRARY_NAME = re.compile(r"\.(so|dylib|pyd|dll)(\.\d+)*$")
PYTHON_ABI = re.compile(r"\.cpython-(\d)(\d+)\D")  # not in `.abi3.so`, which every later Python loads
# glibc has this marker since 2.36 (its NEWS), and refuses a library that needs an unknown one.
MARKERS = {"GLIBC_ABI_DT_RELR": (2, 36)}


def architecture(data: bytes) -> str:
    """Return the architecture of a shared object, as Lambda names it. Raises ValueError for anything else."""
    if data[:4] != MAGIC or data[4:6] != SIXTY_FOUR_BITS_LITTLE_ENDIAN:
        raise ValueError("is not a 64-bit ELF file for Linux")
    (machine,) = _unpack("<H", data, 18)
    return ARCHITECTURES.get(machine, f"machine {machine}")


def newest_glibc(data: bytes) -> tuple[int, int]:
    """Return the newest version of glibc whose symbols a shared object needs; (0, 0) when it needs none."""
    return max(map(_version, symbol_versions(data)), default=(0, 0))


def _version(name: str) -> tuple[int, int]:
    found = re.match(r"GLIBC_(\d+)\.(\d+)", name)
    return (int(found[1]), int(found[2])) if found else MARKERS.get(name, (0, 0))


def symbol_versions(data: bytes) -> Iterator[str]:
    """Yield the names of the symbol versions in the section `.gnu.version_r`."""
    (sections,) = _unpack("<Q", data, 0x28)
    size, count = _unpack("<HH", data, 0x3A)
    headers = [_unpack("<IIQQQQII", data, sections + size * index) for index in range(count)]
    if not headers:
        raise ValueError("has no section headers, so that the glibc it needs is unknown")
    for _, kind, _, _, offset, _, names, libraries in headers:
        if kind == VERSION_NEEDS:
            if names >= count:
                raise ValueError(DAMAGED)
            for place in _chain(data, "<HHIII", offset, libraries):
                _, versions, _, first, _ = _unpack("<HHIII", data, place)
                for version in _chain(data, "<IHHII", place + first, versions):
                    name = _unpack("<IHHII", data, version)[3]
                    yield _text(data, headers[names][4] + name)


def _chain(data: bytes, layout: str, place: int, count: int) -> Iterator[int]:
    """Yield the places of at most `count` records; the last field of each is the distance to the next, or 0."""
    for _ in range(count):
        yield place
        step = _unpack(layout, data, place)[-1]
        if step == 0:  # the last record: a damaged count must not repeat it
            return
        place += step


def _text(data: bytes, begin: int) -> str:
    end = data.find(b"\0", begin)
    if end < 0:
        raise ValueError(DAMAGED)
    return data[begin:end].decode("ascii", "replace")


def _unpack(layout: str, data: bytes, offset: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, data, offset)
    except (struct.error, OverflowError):
        raise ValueError(DAMAGED) from None


def faults(name: str, data: bytes, target: FunctionZip) -> Iterator[str]:
    """Yield why the runtimes of `target` cannot load the file `name` of its zip. Only libraries have faults."""
    if data[:4] != MAGIC and not LIBRARY_NAME.search(name):
        return
    try:
        found, needed = architecture(data), newest_glibc(data)
    except ValueError as error:
        yield f"{name} {error}"
        return
    if found != target.architecture:
        yield f"{name} is for {found}, the zip for {target.architecture}"
    if needed > target.glibc:
        yield f"{name} needs glibc {_dotted(needed)}, {', '.join(target.runtimes)} have {_dotted(target.glibc)}"
    if abi := PYTHON_ABI.search(name):
        python = (int(abi[1]), int(abi[2]))
        others = [_dotted(other) for other in target.pythons if other != python]
        if others:
            yield f"{name} is for Python {_dotted(python)} alone, the zip also for {', '.join(others)}"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
