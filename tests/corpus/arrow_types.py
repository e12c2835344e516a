"""Parquet files by pyarrow with every type: as the known field `updated_at`, and as an unknown column."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pyarrow as pa

from tests.corpus.arrow_files import INTEGERS, written
from tests.corpus.readers import arrow
from tests.corpus.records import COUNT, table
from tests.corpus.spec import Fate, Spec
from tests.corpus.values import EPOCH

ZONES: Final = (None, "UTC", "+05:30", "-02:15", "America/Sao_Paulo")
MOMENTS: Final = (
    datetime(2025, 11, 20, 6, 45, 32, 123456, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1582, 10, 10, tzinfo=UTC),
    datetime(1677, 1, 1, tzinfo=UTC),
    datetime(2263, 1, 1, tzinfo=UTC),
)
PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
TEN_THOUSAND: Final = 253_402_300_800  # seconds from 1970 to the year 10000
BEFORE_ONE: Final = -62_135_596_801


def called(zone: str | None) -> str:
    """The zone in a recipe's name, whose parts a slash separates."""
    return (zone or "local").rpartition("/")[2]


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    for unit in PER_SECOND:
        for zone in ZONES:
            values = pa.array(_numbers(PER_SECOND[unit])).cast(pa.timestamp(unit, zone))
            yield _known(f"timestamp-{unit}-{called(zone)}", values)
    for name, values in _days().items():
        yield _known(name, values)
    for name, values in _spans().items():
        yield _known(name, values, rejected=len(values) - values.null_count)
    for unit in ("us", "ns"):
        values = pa.array([*_numbers(PER_SECOND[unit])[:2], None]).cast(pa.timestamp(unit, "UTC"))
        yield _known(f"int96-from-{unit}", values, use_deprecated_int96_timestamps=True)
    for name, values in UNKNOWN.items():
        fate = Fate.JUDGED if "deep" in name else Fate.READ
        yield Spec(f"pyarrow/unknown/{name}", ".parquet", partial(_unknown, values), arrow, fate)


def _known(name: str, values: pa.Array, rejected: int | None = None, **options: Any) -> Spec:
    make = partial(written, table(len(values), updated_at=values), **options)
    return Spec(f"pyarrow/updated_at/{name}", ".parquet", make, arrow, rejected=rejected)


def _numbers(per_second: int) -> list[int | None]:
    """The moments in that unit, as far as 64 bits reach, a null, and the seconds next to the years 1 to 9999."""
    micros = [(one - EPOCH) // timedelta(microseconds=1) for one in MOMENTS]
    found = [n * per_second // 10**6 for n in micros] + [n * per_second for n in (TEN_THOUSAND, BEFORE_ONE)]
    return [n for n in found if -(2**63) <= n < 2**63] + [None]


def _days() -> dict[str, pa.Array]:
    near = [one.date() for one in MOMENTS]
    return {
        "date32": pa.array([*near, None], pa.date32()),
        "date32-beyond": pa.array([2_932_897, -719_163, 2**31 - 1, -(2**31), None], pa.int32()).cast(
            pa.date32()
        ),
        "date64": pa.array([*near, None], pa.date64()),
        "epoch-int64": pa.array([1_763_596_800, 1_763_596_800_123, 1_763_596_800_123_456, None]),
        "epoch-text": pa.array(["1763596800", "1763596800123", None]),
    }


def _spans() -> dict[str, pa.Array]:
    """Types that hold no instant: each value costs its record."""
    clock = [time(1, 2, 3), None]
    found = {
        str(kind): pa.array(clock, kind)
        for kind in (pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns"))
    }
    found |= {str(kind): pa.array([timedelta(1), None], kind) for kind in map(pa.duration, PER_SECOND)}
    return found | {
        "boolean": pa.array([True, None]),
        "list": pa.array([[1], None]),
        "struct": pa.array([{"at": 1}, None]),
        "text-of-no-instant": pa.array(["yesterday", None]),
    }


def _unknown(values: pa.Array) -> bytes:
    return written(table(len(values), unknown=values))


def _deep(levels: int) -> pa.Array:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return pa.array([value, None])


def _extension(kind: Any, storage: list[Any]) -> pa.Array:
    return pa.ExtensionArray.from_storage(kind, pa.array(storage, kind.storage_type))


_FAR: Final = {
    unit: (2**62 // per, -(2**62) // per) for unit, per in (("s", 1000), ("ms", 1), ("us", 1), ("ns", 1))
}
_POINT: Final = pa.struct([("x", pa.int32()), ("y", pa.list_(pa.struct([("z", pa.string())])))])
UNKNOWN: Final[dict[str, pa.Array]] = {
    **{str(kind): pa.array([0, 1, 127, None], kind) for kind in INTEGERS},
    **{
        str(kind): pa.array([0.5, -0.0, float("nan"), float("inf"), None], kind)
        for kind in (pa.float16(), pa.float32(), pa.float64())
    },
    **{
        f"decimal-{precision}-{scale}": pa.array(
            [Decimal(1), Decimal(-7), None],
            (pa.decimal128 if precision <= 38 else pa.decimal256)(precision, scale),
        )
        for precision, scale in ((1, 0), (9, 2), (18, 18 - 1), (38, 0), (38, 37), (39, 0), (76, 75))
    },
    **{
        f"timestamp-{unit}-{called(zone)}-beyond": pa.array([*_FAR[unit], 0, None]).cast(
            pa.timestamp(unit, zone)
        )
        for unit in PER_SECOND
        for zone in (None, "UTC", "-02:15")
    },
    "date32-beyond": pa.array([2**31 - 1, -(2**31), 0, None], pa.int32()).cast(pa.date32()),
    "time32": pa.array([time(23, 59, 59), None], pa.time32("ms")),
    "time64": pa.array([time(23, 59, 59, 999_999), None], pa.time64("ns")),
    **{f"duration-{unit}": pa.array([2**62, -1, None]).cast(pa.duration(unit)) for unit in PER_SECOND},
    "boolean": pa.array([True, False, None]),
    "string": pa.array(["", "null", 'q"', "😡", None]),
    "large_string": pa.array(["a", None], pa.large_string()),
    "string_view": pa.array(["a", "longer than twelve bytes", None], pa.string_view()),
    "binary": pa.array([b"\xff\x00", b"", None]),
    "large_binary": pa.array([b"\xff", None], pa.large_binary()),
    "fixed_size_binary": pa.array([b"\xff\x00\x01", None], pa.binary(3)),
    "list": pa.array([[1, None], [], None]),
    "large_list": pa.array([[1, None], [], None], pa.large_list(pa.int64())),
    "fixed_size_list": pa.array([[1, 2], None], pa.list_(pa.int16(), 2)),
    "list-of-list": pa.array([[[1], []], [], None]),
    "map": pa.array([[("a", 1)], [], None], pa.map_(pa.string(), pa.int32())),
    "map-key-twice": pa.array([[("a", 1), ("a", 2)], None], pa.map_(pa.string(), pa.int32())),
    "map-int-key": pa.array([[(1, "a")], None], pa.map_(pa.int32(), pa.string())),
    "map-of-list": pa.array([[("a", [date(2025, 1, 1)])], None], pa.map_(pa.string(), pa.list_(pa.date32()))),
    "struct": pa.array([{"x": 1, "y": [{"z": "a"}, None]}, {"x": None, "y": []}, None], _POINT),
    "struct-with-known-names": pa.array([{"status": "no", "amount": 1}, None]),
    "list-of-struct": pa.array([[{"a": None, "b": datetime(9999, 1, 1, tzinfo=UTC)}], None]),
    "nested-beyond": pa.array([[[2**62]], None]).cast(pa.list_(pa.list_(pa.timestamp("ms")))),
    "dictionary": pa.array(["a", "b", None]).dictionary_encode(),
    "dictionary-of-ints": pa.array([7, 8, None]).dictionary_encode(),
    "null": pa.nulls(3),
    "list-of-null": pa.array([[None], [], None]),
    "nested-20-deep": _deep(20),
    "nested-40-deep": _deep(40),
    "uuid": _extension(pa.uuid(), [b"0123456789abcdef", None]),
    "json": _extension(pa.json_(), ['{"a": 1}', "[", None]),
    "bool8": _extension(pa.bool8(), [1, 0, None]),
    "opaque": _extension(pa.opaque(pa.int32(), "point", "somewhere"), [1, None]),
    "tensor": _extension(pa.fixed_shape_tensor(pa.int8(), [2]), [[1, 2], [3, 4]]),
}
assert max(map(len, UNKNOWN.values())) < COUNT
