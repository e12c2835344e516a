"""Parquet files by pyarrow: versions, pages and codecs; shapes of files; known fields in every type."""

import io
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from tests.corpus.readers import arrow, duck
from tests.corpus.records import COUNT, METADATA, as_text, table, typed
from tests.corpus.spec import Fate, Make, Reader, Spec

INTEGERS: Final = (
    pa.int8(),
    pa.int16(),
    pa.int32(),
    pa.int64(),
    pa.uint8(),
    pa.uint16(),
    pa.uint32(),
    pa.uint64(),
)
VERSIONS: Final = ("1.0", "2.4", "2.6")
PAGES: Final = ("1.0", "2.0")
CODECS: Final = ("none", "snappy", "gzip", "zstd", "brotli", "lz4")
KEYS: Final = [f"c{n:05}" for n in range(COUNT)]


def written(data: pa.Table, **options: Any) -> bytes:
    """The table as a parquet file."""
    sink = io.BytesIO()
    pq.write_table(data, sink, **options)
    return sink.getvalue()


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    for n, (version, page, codec) in enumerate(product(VERSIONS, PAGES, CODECS)):
        options = {"version": version, "data_page_version": page, "compression": codec}
        options |= {"use_dictionary": n % 2 == 0, "write_statistics": n % 3 > 0}
        make = partial(_base, **options)
        yield _spec(f"version-{version}/page-{page}/{codec}", make, duck("parquet"))
    for name, options in SHAPES.items():
        yield _spec(f"shape/{name}", partial(_base, **options))
    for name, data in _tables().items():
        yield _spec(f"table/{name}", partial(written, data))
    for name, kept in _keys().items():
        yield _spec(f"chargeback_id/{name}", partial(_with, chargeback_id=kept))
    for name, (values, rejected) in _amounts().items():
        yield _spec(f"amount/{name}", partial(_with, amount=values), rejected=rejected)
    for name, (values, rejected) in _metadata().items():
        yield _spec(f"metadata/{name}", partial(_with, metadata=values), rejected=rejected)
    yield _spec(
        "status/dictionary", partial(_with, status=table()["status"].combine_chunks().dictionary_encode())
    )
    yield _spec("status/int64", partial(_with, status=pa.array(range(COUNT))), rejected=COUNT)
    yield _spec("reason/null", partial(_with, reason=pa.nulls(COUNT)))
    yield _unreadable("two-columns-of-one-name", _two_of_one_name, "reason")


def _spec(name: str, make: Make, reader: Reader = arrow, rejected: int | None = None) -> Spec:
    return Spec(f"pyarrow/parquet/{name}", ".parquet", make, reader, rejected=rejected)


def _unreadable(name: str, make: Make, says: str) -> Spec:
    return Spec(f"pyarrow/parquet/{name}", ".parquet", make, duck("parquet"), fate=Fate.UNREADABLE, says=says)


def _base(**options: Any) -> bytes:
    return written(table(), **options)


def _with(**columns: Any) -> bytes:
    return written(table(**columns))


SHAPES: Final[dict[str, dict[str, Any]]] = {
    "one-row-a-group": {"row_group_size": 1},
    "seven-rows-a-group": {"row_group_size": 7},
    "tiny-pages": {"data_page_size": 1, "write_batch_size": 1},
    "tiny-dictionary": {"dictionary_pagesize_limit": 1},
    "no-arrow-schema": {"store_schema": False},
    "page-index": {"write_page_index": True},
    "page-checksums": {"write_page_checksum": True},
    "spark-flavour": {"flavor": "spark"},
    "old-lists": {"use_compliant_nested_type": False},
    "decimal-as-integer": {"store_decimal_as_integer": True},
    "byte-stream-split": {"use_dictionary": False, "column_encoding": {"score": "BYTE_STREAM_SPLIT"}},
    "delta-binary-packed": {"use_dictionary": False, "column_encoding": {"score": "DELTA_BINARY_PACKED"}},
    "delta-byte-array": {"use_dictionary": False, "column_encoding": {"status": "DELTA_BYTE_ARRAY"}},
    "delta-length": {"use_dictionary": False, "column_encoding": {"reason": "DELTA_LENGTH_BYTE_ARRAY"}},
    "int96": {"use_deprecated_int96_timestamps": True},
    "milliseconds": {"coerce_timestamps": "ms", "allow_truncated_timestamps": True},
    "mixed-codecs": {"compression": {"status": "gzip", "reason": "zstd", "chargeback_id": "snappy"}},
}


def _tables() -> dict[str, pa.Table]:
    """Tables of unusual shape."""
    base = table()
    return {
        "no-rows": base.slice(0, 0),
        "one-row": base.slice(0, 1),
        "empty-row-groups": pa.concat_tables([base.slice(0, 0), base, base.slice(0, 0)]),
        "columns-reversed": base.select(base.column_names[::-1]),
        "only-the-key": base.select(["chargeback_id"]),
        "column-named-day": base.append_column("day", pa.array(["7"] * COUNT)),
        "column-named-year": base.append_column("year", pa.array(range(COUNT))),
        "column-named-file": base.append_column("file", base["status"]).append_column("line", base["score"]),
        "column-without-name": base.append_column("", base["status"]),
        "column-named-oddly": base.append_column("ü/.=\n", base["status"]),
        "case-differs": base.append_column("Status", base["reason"]),
        "not-nullable": base.cast(
            pa.schema([field.with_nullable(field.name in NULLS) for field in base.schema])
        ),
        "field-metadata": base.replace_schema_metadata({"pandas": "not JSON", "x": "\u00e9" * 10_000}),
        "hundred-columns": pa.table(
            {name: base[name] for name in base.column_names} | {f"x{n}": base["score"] for n in range(100)}
        ),
        "large-text": base.set_column(7, "reason", pa.array([None] * (COUNT - 1) + ["x" * 3_000_000])),
    }


NULLS: Final = ("reason", "metadata")


def _keys() -> dict[str, pa.Array]:
    """Ids in every type of text; Arrow extension types that are read as text."""
    keys = pa.array(KEYS)
    return {
        "large_string": keys.cast(pa.large_string()),
        "string_view": keys.cast(pa.string_view()),
        "dictionary": keys.dictionary_encode(),
        "binary": keys.cast(pa.binary()),
        "large_binary": keys.cast(pa.large_binary()),
        "fixed_size_binary": keys.cast(pa.binary()).cast(pa.binary(6)),
    }


def _amounts() -> dict[str, tuple[pa.Array, int]]:
    """Amounts in every number type, and how many of them no record can hold."""
    whole = list(range(COUNT))
    found: dict[str, tuple[pa.Array, int]] = {str(kind): (pa.array(whole, kind), 0) for kind in INTEGERS}
    halves = [n / 2 for n in whole]
    found |= {str(kind): (pa.array(halves, kind), 0) for kind in (pa.float32(), pa.float64())}
    for precision, scale in ((3, 0), (9, 2), (18, 9), (38, 9), (38, 20), (50, 5), (76, 9)):
        kind = pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale)
        found[str(kind)] = (pa.array([Decimal(n) for n in whole], kind), 0)
    far = [Decimal(10) ** 30, Decimal("0.0000000001"), *map(Decimal, whole[2:])]
    return found | {
        "decimal-too-large": (pa.array([far[0], *far[2:], None], pa.decimal256(60, 12)), 1),
        "decimal-too-fine": (pa.array([*far[1:], None], pa.decimal128(30, 12)), 1),
        "nan-and-infinity": (pa.array([float("nan"), float("inf"), *halves[2:]]), 2),
        "text": (pa.array([f"{n}.50" for n in whole]), 0),
        "boolean": (pa.array([n % 2 == 0 for n in whole]), COUNT),
        "list": (pa.array([[n] for n in whole]), COUNT),
    }


def _metadata() -> dict[str, tuple[pa.Array, int]]:
    """Metadata as struct, map and text, and how many of them are none."""
    texts = pa.array([row["metadata"] for row in as_text()])
    structs = [row["metadata"] for row in typed()]
    pairs = [[(k, v) for k, v in one.items() if v] for one in structs]
    wide = pa.struct([*METADATA, ("card", pa.list_(pa.int8()))])
    return {
        "json-text": (texts, 0),
        "json-large-text": (texts.cast(pa.large_string()), 0),
        "json-dictionary": (texts.dictionary_encode(), 0),
        "json-binary": (texts.cast(pa.binary()), 0),
        "json-type": (pa.ExtensionArray.from_storage(pa.json_(), texts), 0),
        "map": (pa.array(pairs, pa.map_(pa.string(), pa.string())), 0),
        "wider-struct": (pa.array([one | {"card": [1, 2]} for one in structs], wide), 0),
        "null": (pa.nulls(COUNT), 0),
        "list": (pa.array([[1]] * COUNT), COUNT),
        "not-json": (pa.array(["none"] * COUNT), COUNT),
    }


def _two_of_one_name() -> bytes:
    base = table()
    return written(base.append_column("reason", base["status"]))
