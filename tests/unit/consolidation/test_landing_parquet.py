"""Parquet files as the world writes them: each row is read or rejected, each value is the one that was written."""

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chargebacks.consolidation.landing import formats
from chargebacks.consolidation.landing import parquet as landing
from chargebacks.consolidation.stages.opening import open_files
from chargebacks.errors import UnreadableFileError
from tests.fixtures import parquet_footers as thrift
from tests.fixtures.parquet_footers import Struct, edited, element
from tests.unit.consolidation.builders import kept, land, taken
from tests.unit.consolidation.running import run
from tests.unit.consolidation.test_opening import alone, fetched, told

SAMPLES = Path(__file__).parents[2] / "samples/parquet"
MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1582, 10, 15, 0, 0, 0, 1, tzinfo=UTC),
    datetime(1677, 9, 21, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2025, 11, 20, 6, 30, 0, 500_000, tzinfo=UTC),
    datetime(2262, 4, 12, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]
THREE = {"status": ["open", "won", "lost"]}
UUIDS = [UUID(int=5), UUID("12345678-9abc-def0-1234-56789abcdef0")]


def written(columns: dict[str, Any], **options: Any) -> bytes:
    sink = io.BytesIO()
    count = len(next(iter(columns.values())))
    ids = {} if "chargeback_id" in columns else {"chargeback_id": [f"c{n}" for n in range(count)]}
    pq.write_table(pa.table(ids | columns), sink, **options)
    return sink.getvalue()


def by_duckdb(select: str, folder: Path) -> bytes:
    path = folder / "duckdb.parquet"
    duckdb.connect().sql(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def extras(data: bytes) -> list[Any]:
    found = taken(data)
    assert not found.rejects
    return [json.loads(row.get("extras", "{}")) for row in found.rows]


def shown(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("store_schema", [True, False])
@pytest.mark.parametrize("zone", [None, "UTC", "-02:15", "America/Sao_Paulo", "Asia/Tokyo", "Nowhere/Land"])
@pytest.mark.parametrize("int96", [True, False])
def test_an_instant_is_the_one_that_was_written(int96: bool, zone: str | None, store_schema: bool) -> None:
    micros = [(moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for moment in MOMENTS]
    times = pa.array(micros, pa.timestamp("us", zone))
    lists = pa.array([[one] for one in micros], pa.list_(times.type))
    structs = pa.StructArray.from_arrays([times], ["t"])
    columns = {"updated_at": times, "seen": times, "steps": lists, "stage": structs}
    data = written(columns, use_deprecated_int96_timestamps=int96, store_schema=store_schema)
    assert [row["updated_at"] for row in taken(data).rows] == MOMENTS
    texts = [shown(moment) for moment in MOMENTS]
    assert extras(data) == [{"seen": text, "stage": {"t": text}, "steps": [text]} for text in texts]
    pair = fetched(data, data)
    assert told(open_files(pair)) == alone(pair)


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "-02:15"])
def test_every_unit_gives_its_instant_also_before_1970(unit: str, zone: str | None) -> None:
    times = pa.array([-1, 0, 1], pa.timestamp(unit, zone))
    tick = {"ms": timedelta(milliseconds=1), "us": timedelta(microseconds=1), "ns": timedelta(0)}[unit]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    before = epoch - max(tick, timedelta(microseconds=1))  # finer than a microsecond is cut off
    assert kept("updated_at", times) == [before, epoch, epoch + tick]


def test_spark_writes_the_years_1_to_9999_as_int96() -> None:
    found = taken((SAMPLES / "spark-int96.parquet").read_bytes())
    assert not found.rejects
    times = {row["chargeback_id"]: row.get("updated_at") for row in found.rows}
    assert times == {
        "first": datetime(1, 1, 1, tzinfo=UTC),
        "old": datetime(1677, 1, 1, 0, 0, 0, 123_456, tzinfo=UTC),
        "now": datetime(2025, 11, 20, 6, 30, 0, 500_000, tzinfo=UTC),
        "edge": datetime(2262, 5, 1, tzinfo=UTC),
        "last": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        "none": None,
    }
    for row in found.rows[:-1]:
        text = shown(row["updated_at"])
        held = json.loads(row["extras"])
        assert held == {"seen": text, "steps": [text], "day": text[:10], "raw": "raw"}


@pytest.mark.parametrize(
    ("kind", "good", "beyond"),
    [(pa.time32("ms"), 23_400_000, 86_400_000), (pa.time64("us"), 23_400_000_000, -1)],
)
def test_a_time_of_day_out_of_range_is_kept_as_its_number(kind: pa.DataType, good: int, beyond: int) -> None:
    values = [good, beyond, None]
    lists = pa.array([[one] for one in values], pa.list_(kind))
    found = extras(written({"x": pa.array(values, kind), "l": lists}))
    assert found == [{"x": "06:30:00", "l": ["06:30:00"]}, {"x": beyond, "l": [beyond]}, {"l": [None]}]


def test_a_day_is_the_one_that_was_written_from_the_first_to_the_last() -> None:
    days = [date(1, 1, 1), date(1969, 12, 31), date(9999, 12, 31)]
    assert [one.date() for one in kept("updated_at", pa.array(days))] == days
    assert extras(written({"x": pa.array(days)})) == [{"x": day.isoformat()} for day in days]


def test_a_known_time_in_a_type_that_is_no_instant_is_rejected() -> None:
    for values in (pa.array([time(6, 30)]), pa.array([timedelta(1)])):
        assert taken(written({"updated_at": values})).rejects == [
            (1, "updated_at: no instant (ISO 8601 or epoch)")
        ]


# --- types -----------------------------------------------------------------------------------------------------------


def logical(name: str, kind: int) -> Callable[[Struct], None]:
    def edit(footer: Struct) -> None:
        one = element(footer, name)
        one.pop(thrift.CONVERTED_TYPE, None)
        one[thrift.LOGICAL_TYPE] = (thrift.STRUCT, {kind: (thrift.STRUCT, {})})

    return edit


def test_uuids_are_text_wherever_they_are() -> None:
    values = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([one.bytes for one in UUIDS], pa.binary(16)))
    lists = pa.ListArray.from_arrays([0, 1, 2], values)
    metadata = pa.StructArray.from_arrays([values, values], ["transaction_id", "card"])
    for more in ({}, {"l": lists}, {"when": pa.array([time(1)] * 2)}):
        data = written({"chargeback_id": values, "metadata": metadata, "x": values} | more)
        found = taken(data)
        texts = [str(one) for one in UUIDS]
        assert [row["chargeback_id"] for row in found.rows] == texts
        assert [row["transaction_id"] for row in found.rows] == texts
        for row, text in zip(found.rows, texts, strict=True):
            held = json.loads(row["extras"])
            assert (held["x"], held["metadata"]) == (text, {"card": text})
            assert held.get("l", [text]) == [text]
        assert told(open_files(fetched(data, data))) == alone(fetched(data, data))


def test_a_uuid_and_plain_binary_of_16_bytes_are_told_apart_within_a_group() -> None:
    plain = pa.array([b"sixteen bytes it", b"\xff" * 16], pa.binary(16))
    uuids = pa.ExtensionArray.from_storage(pa.uuid(), plain)
    files = fetched(*(written({"x": values}) for values in (plain, uuids, plain)))
    assert told(open_files(files)) == alone(files)
    assert extras(files[0].data or b"") == [{"x": "sixteen bytes it"}, {"x": "ff" * 16}]
    assert extras(files[1].data or b"")[0] == {"x": str(UUID(bytes=b"sixteen bytes it"))}


@pytest.mark.parametrize("store_schema", [True, False])
def test_metadata_of_the_json_type_is_read_as_json_text(store_schema: bool) -> None:
    texts = pa.array(['{"transaction_id": "t", "card": 1.50}', "[]", None], pa.json_())
    found = taken(written({"metadata": texts, "x": texts}, store_schema=store_schema))
    assert found.rows[0]["transaction_id"] == "t"
    assert json.loads(found.rows[0]["extras"]) == {
        "metadata": {"card": 1.5},
        "x": '{"transaction_id": "t", "card": 1.50}',
    }
    assert found.rejects == [(2, "metadata: not an object")]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(4)])
def test_binary_is_text_where_it_is_text(kind: pa.DataType) -> None:
    values = pa.array([b"open", "é€".encode()[:2] + b"ok", b"\xff\xfe\xfd\xfc", b"\0\1\2\3"], kind)
    found = taken(written({"status": values, "x": values}))
    assert [(row["status"], json.loads(row["extras"])) for row in found.rows] == [
        ("open", {"x": "open"}),
        ("éok", {"x": "éok"}),
    ]
    assert found.rejects == [(3, "status: not text"), (4, "status: not text")]
    assert extras(written({"x": values}))[2:] == [{"x": "fffefdfc"}, {"x": "00010203"}]


@pytest.mark.parametrize(
    ("column", "good", "wanted"),
    [
        ("chargeback_id", b"cb-1", "cb-1"),
        ("amount", b"10.50", Decimal("10.5")),
        ("updated_at", b"2025-11-20T00:00:00Z", datetime(2025, 11, 20, tzinfo=UTC)),
    ],
)
def test_a_known_column_of_binary_is_read_and_what_is_no_text_costs_its_record(
    column: str, good: bytes, wanted: Any
) -> None:
    found = taken(written({column: pa.array([good, b"\xff"]), "reason": ["r", "r"]}))
    assert [row[column] for row in found.rows] == [wanted]
    assert [line for line, _ in found.rejects] == [2]


def test_binary_within_metadata_is_judged_as_known_text_is() -> None:
    values = pa.array([{"transaction_id": b"t", "card": b"\xff"}, {"transaction_id": b"\xff", "card": None}])
    found = taken(written({"metadata": values}))
    assert found.rows == [
        {"chargeback_id": "c0", "transaction_id": "t", "extras": '{"metadata":{"card":"ff"}}'}
    ]
    assert found.rejects == [(2, "metadata.transaction_id: not text")]


def test_duckdb_types_of_its_own_are_kept_as_text(tmp_path: Path) -> None:
    data = by_duckdb(
        """SELECT 'c0' AS chargeback_id, 'open'::ENUM('open') AS status, '{"transaction_id":"t"}'::JSON AS metadata,
        INTERVAL 14 MONTH + INTERVAL 3 DAY + INTERVAL 1500 MILLISECOND AS span, 'ab'::BLOB AS raw, TIME '06:30' AS at,
        [UUID '12345678-9abc-def0-1234-56789abcdef0'] AS uuids, TIMESTAMPTZ '0001-01-01 00:00:00+00' AS first""",
        tmp_path,
    )
    row = taken(data).rows[0]
    assert (row["status"], row["transaction_id"]) == ("open", "t")
    assert json.loads(row["extras"]) == {
        "at": "06:30:00",
        "first": "0001-01-01T00:00:00.000000Z",
        "raw": "ab",
        "span": "P14M3DT1.500S",
        "uuids": [str(UUIDS[1])],
    }


def test_a_variant_is_kept_as_its_stored_parts(tmp_path: Path) -> None:
    found = extras(by_duckdb("SELECT 'c0' AS chargeback_id, {'a': 1}::VARIANT AS v", tmp_path))
    assert found[0]["v"]["typed_value"] == {"a": {"typed_value": 1, "value": None}}


@pytest.mark.parametrize("kind", [16, 17, 99], ids=["variant", "geometry", "unknown"])
def test_a_type_that_polars_does_not_know_costs_nothing(kind: int) -> None:
    data = edited(written({"x": pa.array([b"text", b"\xff"])}, store_schema=False), logical("x", kind))
    assert extras(data) == [{"x": "text"}, {"x": "ff"}]


def test_numbers_that_polars_does_not_know_are_exact() -> None:
    halves, wide = pa.array([1.5], pa.float16()), pa.array([Decimal("1.50")], pa.decimal256(60, 2))
    assert extras(
        written({"x": halves, "y": wide, "z": pa.array([[Decimal("2.5")]], pa.list_(wide.type))})
    ) == [{"x": 1.5, "y": 1.5, "z": [2.5]}]


def test_two_columns_of_one_name_cost_the_file_and_are_named() -> None:
    ids = pa.array(["a"])
    for table, name in (
        (pa.Table.from_arrays([ids, ids, ids], ["chargeback_id", "status", "status"]), "status"),
        (pa.Table.from_arrays([ids, ids, ids], ["chargeback_id", "x", "x"]), "x"),
        (
            pa.table({"metadata": pa.StructArray.from_arrays([ids, ids], ["card", "card"])}),
            "metadata.card",
        ),
    ):
        sink = io.BytesIO()
        pq.write_table(table, sink)
        with pytest.raises(
            UnreadableFileError, match=f"^a.parquet: two columns have the name '{name}': rename"
        ):
            formats.read("a.parquet", sink.getvalue())


def doubled_field() -> bytes:
    """An unknown struct with two fields of one name, which neither library can show."""
    ones = pa.array([1, 2])
    return written({"x": pa.StructArray.from_arrays([ones, ones], ["n", "n"]), "y": [1, 2]})


def test_an_unknown_column_that_cannot_be_converted_is_lost_alone_and_named() -> None:
    raw = formats.read("a.parquet", doubled_field())
    assert raw.lost_columns == ("x",)
    assert extras(doubled_field()) == [{"y": 1}, {"y": 2}]
    assert [file.lost_columns for file in open_files(fetched(doubled_field())).files] == [("x",)]


def test_a_run_names_the_columns_that_were_lost(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        land(tmp_path, name, doubled_field())
    land(tmp_path, "c.parquet", written(THREE))
    report = run(tmp_path)
    [one] = report.partitions
    assert one.to_json()["files_with_lost_columns"] == 2
    line = (
        "2 files have unknown columns that could not be converted; their records were read without them: 'x'"
    )
    assert f"2025-11-20: {line}" in report.lines()


def test_a_native_panic_leads_to_arrow_and_not_to_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(*_: Any) -> None:
        raise pl.exceptions.PanicException("assertion failed")

    data = written(THREE)
    monkeypatch.setattr(landing, "_rows", panic)
    assert [row["status"] for row in taken(data).rows] == THREE["status"]
    assert open_files(fetched(data, data)).read == 6


LARGE_TEXT = pa.array(["x" * 2_000_000] * 4)
LARGE_FILES = {
    "text": written({"reason": LARGE_TEXT}, compression="zstd", use_dictionary=False),
    "text in many row groups": written(
        {"reason": LARGE_TEXT}, compression="zstd", use_dictionary=False, row_group_size=1
    ),
    "rows": written({"chargeback_id": pa.nulls(1_100_000, pa.string())}),
    "values in lists": written({"x": [[None] * 2_000_000]}),
}


@pytest.mark.parametrize("name", LARGE_FILES)
def test_a_small_file_that_expands_beyond_the_limit_is_unreadable_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "MAX_EXPANDED", 4_000_000)
    large, sink = LARGE_FILES[name], io.BytesIO()
    schema = pq.read_schema(io.BytesIO(large))
    pq.write_table(pa.Table.from_pylist([{"chargeback_id": "c"}], schema), sink)
    small = sink.getvalue()  # read before it, so that the schema of the large one is known already
    opened = open_files(fetched(small, large, small))
    assert {file.path for file in opened.files if "once expanded" in str(file.unreadable)} == {"1.parquet"}
    assert opened.read == 2


def test_files_that_are_large_only_together_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "MAX_EXPANDED", 9_000_000)
    large = LARGE_FILES["text"]
    assert landing.read_alike([large, large]) is None
    assert open_files(fetched(large, large, large)).read == 12


def test_a_file_that_is_about_as_large_as_what_it_holds_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "MAX_EXPANDED", 1_000_000)
    data = written({"reason": LARGE_TEXT}, compression="none", use_dictionary=False)
    assert len(taken(data, "a.parquet").rows) == 4
