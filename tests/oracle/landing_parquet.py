"""A parquet file's rows as plain values, scalar by scalar, by Arrow alone."""

import io
import struct
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from tests.oracle.exact_json import json_text
from tests.oracle.landing_text import UnreadableFile

TIMES: Final = ("created_at", "updated_at", "event_timestamp", "consolidation_date")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NANOS: Final = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
DAY: Final = 86_400 * 10**9  # nanoseconds
CONTROL: Final = {*range(32), 127} - set(b"\t\n\r")


def read_parquet(data: bytes) -> list[Any]:
    """The rows. Raises UnreadableFile: damaged, a name twice, or other than the footer's number of rows."""
    try:
        file = pq.ParquetFile(io.BytesIO(data), coerce_int96_timestamp_unit="us")
        # One thread: the library's own threads may outlive the interpreter and abort it.
        table = file.read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile from error
    if max(Counter(table.column_names).values(), default=0) > 1:
        raise UnreadableFile
    footer = file.metadata
    promised = sum(footer.row_group(n).num_rows for n in range(footer.num_row_groups))
    if footer.num_rows not in (0, promised) or (table.num_columns and table.num_rows != promised):
        raise UnreadableFile
    leaves = [file.schema.column(n) for n in range(len(file.schema.names))]
    spans = {leaf.path for leaf in leaves if leaf.converted_type == "INTERVAL"}
    try:
        columns = {name: _column(name, table[name], name in spans) for name in table.column_names}
    except UnicodeDecodeError as error:
        raise UnreadableFile from error
    return [{name: column[n] for name, column in columns.items()} for n in range(promised)]


def _column(name: str, values: pa.ChunkedArray, is_span: bool) -> list[Any]:
    if is_span:
        return [None if one is None else _span(one) for one in values.to_pylist()]
    plain = [_plain(value) for value in values]
    if name in TIMES and pa.types.is_temporal(values.type):  # out of the calendar: no epoch
        return [f"{one} of a time" if isinstance(one, int) else one for one in plain]
    return plain


def _span(value: bytes) -> str:
    months, days, millis = struct.unpack("<3I", value)
    return f"P{months}M{days}DT{millis // 1000}.{millis % 1000:03}S"


def _plain(value: Any) -> Any:
    """A scalar as a plain value; a time that Python cannot hold as the number that is stored."""
    if not value.is_valid:
        return None
    if isinstance(value, pa.ExtensionScalar):
        return (
            str(UUID(bytes=value.value.as_py()))
            if isinstance(value.type, pa.UuidType)
            else value.value.as_py()
        )
    if isinstance(value, pa.MapScalar):
        return {_key(_plain(one["key"])): _plain(one["value"]) for one in value.values}
    if isinstance(value, pa.ListScalar):  # lists of every kind
        return [_plain(one) for one in value.values]
    if isinstance(value, pa.StructScalar):
        return {field.name: _plain(value[n]) for n, field in enumerate(value.type)}
    if pa.types.is_temporal(value.type):
        return _moment(value.cast(_number(value.type)).as_py(), value.type)
    found = value.as_py()
    return _text(found) if isinstance(found, bytes) else found


def _key(value: Any) -> str:
    """As its value would be in JSON."""
    return value if isinstance(value, str) else json_text(value).strip('"')


def _text(value: bytes) -> str | bytes:
    """Text, unless there is what no text holds."""
    if CONTROL & set(value):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _number(kind: pa.DataType) -> pa.DataType:
    return pa.int32() if pa.types.is_date32(kind) or pa.types.is_time32(kind) else pa.int64()


def _moment(number: int, kind: pa.DataType) -> date | time | timedelta | int:
    """By whole microseconds, finer ones cut off."""
    try:
        if pa.types.is_date32(kind):
            return (EPOCH + timedelta(days=number)).date()
        nanos = number * NANOS[kind.unit]
        if pa.types.is_duration(kind):  # a span is cut off towards zero, an instant towards the past
            return timedelta(microseconds=abs(nanos) // 1000) * (1 if nanos >= 0 else -1)
        span = timedelta(microseconds=nanos // 1000)
        if pa.types.is_timestamp(kind):
            return EPOCH + span
    except OverflowError:
        return number
    return (EPOCH + span).time() if 0 <= nanos < DAY else number
