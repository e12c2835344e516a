"""Columns of any type, known and unknown, are what the oracle reads in them: alone and in a group."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from chargebacks import record
from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.stages.opening import open_files
from tests.fixtures.parquet_columns import odd_parquet_files
from tests.oracle.landing import records
from tests.unit.consolidation.builders import parquet, taken
from tests.unit.consolidation.test_landing_any_file import expected
from tests.unit.consolidation.test_opening import alone, fetched, told
from tests.unit.consolidation.test_rules_properties import together


@settings(
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(odd_parquet_files())
def test_columns_of_any_type_are_what_the_oracle_reads(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    raw = formats.read(path.name, data)
    found = together(raw)
    assert not raw.lost_columns
    assert [found[line] for line in sorted(found)] == [expected(one) for one in records(path)]
    assert all(raw.raw_text(line) for line in found)
    assert told(open_files(fetched(data, data))) == alone(fetched(data, data))


@pytest.mark.parametrize(
    ("array", "shown"),
    [
        (pa.array([{"d": Decimal("1.50")}], pa.struct([("d", pa.decimal256(60, 2))])), {"d": Decimal("1.5")}),
        (pa.array([[(18_000, "v")]], pa.map_(pa.date32(), pa.string())), {"2019-04-14": "v"}),
        (pa.array([[(2**30, "v")]], pa.map_(pa.date32(), pa.string())), {str(2**30): "v"}),
        (pa.array([[(10, "v"), (9, "w")]], pa.map_(pa.int64(), pa.string())), {"10": "v", "9": "w"}),
        (pa.array([[(b"k", "v"), (b"\xff", "w")]], pa.map_(pa.binary(), pa.string())), {"k": "v", "ff": "w"}),
    ],
    ids=[
        "nested wide decimal",
        "day as key",
        "day beyond the calendar as key",
        "numbers as keys",
        "binary keys",
    ],
)
def test_nested_values_and_keys_of_maps_are_kept(array: Any, shown: Any) -> None:
    assert taken(parquet(x=array)).rows == [
        {"chargeback_id": "c0", "extras": record.extras_text({"x": shown})}
    ]


def test_a_known_time_of_day_out_of_range_never_passes_for_an_epoch() -> None:
    times = pa.array([1_763_596_800_000_000, 0], pa.time64("us"))
    assert [line for line, _ in taken(parquet(updated_at=times)).rejects] == [1, 2]
