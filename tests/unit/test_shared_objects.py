"""Libraries that a runtime of the zip cannot load are found before they are packed."""

import re
import struct
from importlib.metadata import distribution
from pathlib import Path

import pytest

from scripts.pack_updater import check
from scripts.shared_objects import architecture, faults, newest_glibc, symbol_versions
from scripts.targets import FunctionZip

NAME = "jsonschema_rs/jsonschema_rs.abi3.so"
X86_64 = FunctionZip("any.zip", "x86_64", ("python3.13", "python3.11"), platform="")
ARM64 = FunctionZip("any-arm64.zip", "arm64", ("python3.13",), platform="")
X86_64_ON_313 = FunctionZip("any-313.zip", "x86_64", ("python3.13",), platform="")


@pytest.fixture(scope="module")
def library() -> bytes:
    """The validator's real library, as its wheel for x86_64 has it."""
    files = distribution("jsonschema-rs").files or ()
    (found,) = (file for file in files if file.name.endswith(".so"))
    return Path(str(found.locate())).read_bytes()


def for_machine(data: bytes, machine: int) -> bytes:
    """The library with another architecture in its header."""
    return data[:18] + struct.pack("<H", machine) + data[20:]


def needing(data: bytes, version: bytes) -> bytes:
    """The library with its newest symbol version renamed to one of the same length."""
    newest = f"GLIBC_{'.'.join(map(str, newest_glibc(data)))}".encode()
    assert len(newest) == len(version)
    return data.replace(b"\0" + newest + b"\0", b"\0" + version + b"\0")


def named_symbol_versions(data: bytes) -> set[tuple[int, int]]:
    """Every text in the file that is a symbol version of glibc: another way to the same answer."""
    found = re.findall(rb"\0GLIBC_(\d+)\.(\d+)[.\d]*(?=\0)", data)
    return {(int(major), int(minor)) for major, minor in found}


def test_a_library_has_the_architecture_of_its_header(library: bytes) -> None:
    assert architecture(library) == "x86_64"
    assert architecture(for_machine(library, 183)) == "arm64"
    assert architecture(for_machine(library, 40)) == "machine 40"


def test_a_library_needs_the_newest_glibc_among_its_symbols(library: bytes) -> None:
    assert newest_glibc(library) == max(named_symbol_versions(library))
    assert newest_glibc(needing(library, b"GLIBC_2.34")) == (2, 34)


def test_every_compiled_library_of_this_environment_can_be_read() -> None:
    place = Path(str(distribution("pyarrow").locate_file("")))
    found = [path.read_bytes() for path in sorted(place.glob("*/*.so"))]
    assert len(found) > 10
    assert all(newest_glibc(data) in {(0, 0), *named_symbol_versions(data)} for data in found)


def test_a_library_that_every_runtime_loads_has_no_fault(library: bytes) -> None:
    assert list(faults(NAME, library, X86_64)) == []


def test_a_file_that_is_no_library_has_no_fault() -> None:
    assert list(faults("jsonschema_rs/__init__.py", b"import os\n", ARM64)) == []


def test_a_library_for_another_architecture_is_a_fault(library: bytes) -> None:
    assert list(faults(NAME, library, ARM64)) == [f"{NAME} is for x86_64, the zip for arm64"]


def test_a_program_without_a_library_s_name_is_checked_as_well(library: bytes) -> None:
    assert list(faults("bin/tool", library, ARM64)) == ["bin/tool is for x86_64, the zip for arm64"]


@pytest.mark.parametrize(
    ("target", "version", "loads"),
    [
        (X86_64, b"GLIBC_2.26", True),
        (X86_64, b"GLIBC_2.27", False),
        (X86_64_ON_313, b"GLIBC_2.34", True),
        (X86_64_ON_313, b"GLIBC_2.35", False),
    ],
)
def test_a_library_may_need_the_oldest_glibc_of_the_zip_s_runtimes_and_no_newer(
    library: bytes, target: FunctionZip, version: bytes, loads: bool
) -> None:
    found = [fault.partition(",")[0] for fault in faults(NAME, needing(library, version), target)]
    assert found == ([] if loads else [f"{NAME} needs glibc {version[6:].decode()}"])


@pytest.mark.parametrize(("target", "others"), [(X86_64, "3.13"), (X86_64_ON_313, "3.13")])
def test_a_library_for_one_python_is_a_fault_where_the_zip_has_another(
    library: bytes, target: FunctionZip, others: str
) -> None:
    name = "a/b.cpython-311-x86_64-linux-gnu.so"
    assert list(faults(name, library, target)) == [
        f"{name} is for Python 3.11 alone, the zip also for {others}"
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xcf\xfa\xed\xfe" + bytes(100), "is not a 64-bit ELF file for Linux"),
        (b"\x7fELF\x01\x01" + bytes(100), "is not a 64-bit ELF file for Linux"),
        (b"\x7fELF\x02\x01" + bytes(10), "is a damaged ELF file"),
        (b"\x7fELF\x02\x01" + bytes(100), "has no section headers, so that the glibc it needs is unknown"),
    ],
)
def test_a_library_that_cannot_be_read_is_a_fault(data: bytes, reason: str) -> None:
    assert list(faults(NAME, data, X86_64)) == [f"{NAME} {reason}"]


def overwritten(data: bytes, layout: str, offset: int, value: int) -> bytes:
    """The library with another number at that place."""
    damaged = bytearray(data)
    struct.pack_into(layout, damaged, offset, value)
    return bytes(damaged)


def needs_section(data: bytes) -> tuple[int, int]:
    """Where the header of the section `.gnu.version_r` is, and the section itself."""
    (sections,), (count,) = struct.unpack_from("<Q", data, 0x28), struct.unpack_from("<H", data, 0x3C)
    headers = [sections + 64 * index for index in range(count)]
    (header,) = (at for at in headers if struct.unpack_from("<I", data, at + 4) == (0x6FFFFFFE,))
    return header, struct.unpack_from("<Q", data, header + 24)[0]


def test_damaged_offsets_of_a_library_are_a_fault(library: bytes) -> None:
    header, section = needs_section(library)
    damaged = [
        overwritten(library, "<Q", 0x28, 2**64 - 1),  # of the section headers
        overwritten(library, "<Q", header + 24, 2**63),  # of the section
        overwritten(library, "<I", header + 40, 60_000),  # the section with the names
        overwritten(library, "<I", section + 16 + 8, 2**32 - 1)[: header + 64],  # a name beyond the end
        library[: header + 10],
    ]
    found = [list(faults(NAME, data, X86_64)) for data in damaged]
    assert found == [[f"{NAME} is a damaged ELF file"]] * len(damaged)


def test_a_library_with_a_damaged_count_of_needed_libraries_is_read_to_its_last_one(library: bytes) -> None:
    header, _ = needs_section(library)
    (count,) = struct.unpack_from("<I", library, header + 44)
    damaged = overwritten(library, "<I", header + 44, count + 1)
    assert list(symbol_versions(damaged)) == list(symbol_versions(library))


def test_packing_stops_with_every_fault_and_what_to_do(library: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.so").write_bytes(library)
    (tmp_path / "b.so").write_bytes(b"text")
    packed = {name: tmp_path / name for name in ("a.so", "b.so")}
    with pytest.raises(
        ValueError, match=r"^any-arm64.zip: a\.so is for x86_64.*; b\.so is not.* Pin a version"
    ):
        check(packed, ARM64)
