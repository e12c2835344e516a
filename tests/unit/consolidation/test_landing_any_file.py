"""Any file of any format, whole or damaged, under any name: read as the oracle reads it, record by record."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from chargebacks.consolidation.landing import formats
from chargebacks.errors import UnreadableFileError
from tests.fixtures.any_files import any_files
from tests.oracle.landing import UnreadableFile, records
from tests.oracle.rules import Rejected, understand
from tests.unit.consolidation.test_rules_properties import together

pytestmark = pytest.mark.usefixtures("either_way")


def expected(record: Any) -> str | bytes:
    try:
        understood = understand(record)
    except Rejected:
        return "rejected"
    return "echo" if understood is None else understood[1].content


@settings(
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(any_files)
def test_any_file_is_read_as_the_oracle_reads_it(tmp_path: Path, named: tuple[str, bytes]) -> None:
    ending, data = named
    path = tmp_path / f"file{ending}"
    path.write_bytes(data)
    try:
        wanted = [expected(record) for record in records(path)]
    except UnreadableFile:
        with pytest.raises(UnreadableFileError):
            formats.read(path.name, data)
        return
    raw = formats.read(path.name, data)
    found = together(raw)
    assert [found[line] for line in sorted(found)] == wanted
    assert all(raw.raw_text(line) is not None for line in found)
