"""Data files of a consolidation: normalised frame to bytes and back, read(write(x)) = x in every format.

csv      RFC 4180 with LF line ends and a header; null is an empty field, and no field is ever an empty string;
         `metadata` and `extras` are JSON text.
json     one object a line, amounts as plain decimal numbers, nulls spelled out.
parquet  decimal(38,9), timestamps in UTC with microseconds, `metadata` a struct.

gzip makes of a csv or json file another one (RFC 1952); zstd, snappy and none are parquet's own codecs.
"""

import gzip
import io
from typing import Any, Final

import polars as pl
import pyarrow.json

from chargebacks import record
from chargebacks.consolidation.records.frame import AMOUNT, INSTANT, SCHEMA, empty

COLUMNS: Final = (*record.FIELDS, record.EXTRAS)
_METADATA: Final = pl.Struct(dict.fromkeys(record.METADATA_FIELDS, pl.String))
_UTC: Final = pyarrow.timestamp("us", "UTC")
_JSON_TYPES: Final = {
    "amount": pyarrow.decimal128(AMOUNT.precision, AMOUNT.scale),
    "metadata": pyarrow.struct({part: pyarrow.string() for part in record.METADATA_FIELDS}),
} | dict.fromkeys(record.INSTANT_FIELDS, _UTC)
_JSON_SCHEMA: Final = pyarrow.schema({name: _JSON_TYPES.get(name, pyarrow.string()) for name in COLUMNS})
_GZIP: Final = b"\x1f\x8b"  # no csv header and no json object begins so
_GZIP_LEVEL: Final = 4  # two thirds of the time that 6 takes, files 7 % larger
_ZSTD_LEVEL: Final = 1  # two thirds of the time that 3 takes, files 3 % larger
_INSTANT_TEXT: Final = "%Y-%m-%dT%H:%M:%S%.6fZ"


def suffix(output_format: str, compression: str) -> str:
    """How the name of such a file ends, so that readers know what to do with it."""
    return f"{output_format}.gz" if compression == "gzip" else output_format


def write(frame: pl.DataFrame, output_format: str, compression: str = "none") -> bytes:
    """The frame, in its order, as the bytes of one file. `settings.COMPRESSIONS` says what goes together."""
    match output_format:
        case "csv":
            return _compressed(_csv(_texts(frame)), compression)
        case "json":
            return _compressed(_json_lines(_texts(frame)), compression)
        case "parquet":
            return _parquet(frame.with_columns(_metadata()).select(COLUMNS), compression)
    raise ValueError(f"no output format {output_format!r}")


def read(data: bytes, output_format: str) -> pl.DataFrame:
    """The frame that `write` made these bytes of, whatever the compression."""
    if data.startswith(_GZIP):
        data = gzip.decompress(data)
    match output_format:
        case "csv":
            texts = pl.read_csv(data, infer_schema=False)
            return _typed(texts.with_columns(pl.col("metadata").str.json_decode(_METADATA)))
        case "json":
            return _from_json_lines(data)
        case "parquet":
            return _typed(pl.read_parquet(io.BytesIO(data)))
    raise ValueError(f"no output format {output_format!r}")


def _compressed(data: bytes, compression: str) -> bytes:
    """The same bytes for the same data: without a time in gzip's header."""
    return gzip.compress(data, _GZIP_LEVEL, mtime=0) if compression == "gzip" else data


def _parquet(table: pl.DataFrame, compression: str) -> bytes:
    codec: Any = "uncompressed" if compression == "none" else compression
    level = _ZSTD_LEVEL if compression == "zstd" else None
    sink = io.BytesIO()
    table.write_parquet(sink, compression=codec, compression_level=level)
    return sink.getvalue()


def _metadata() -> pl.Expr:
    held = pl.any_horizontal(pl.col(name).is_not_null() for name in record.METADATA_FIELDS)
    return pl.when(held).then(pl.struct(record.METADATA_FIELDS)).alias("metadata")


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Amounts as plain decimals, fixed-width instants, metadata a struct."""
    utc = pl.col(record.INSTANT_FIELDS).dt.replace_time_zone(None)  # spares a look at time zones' rules
    return frame.select(
        pl.exclude("amount", *record.INSTANT_FIELDS),
        pl.col("amount").cast(pl.String).str.strip_chars_end("0").str.strip_suffix("."),
        utc.dt.strftime(_INSTANT_TEXT),
        _metadata(),
    )


def _typed(nested: pl.DataFrame) -> pl.DataFrame:
    """Text or native columns, metadata a struct, back to the frame's schema."""
    flat = nested.with_columns(pl.col("metadata").struct.unnest()).drop("metadata")
    instants = [_instants(flat[name]) for name in record.INSTANT_FIELDS if flat.schema[name] == pl.String]
    return flat.with_columns(pl.col("amount").cast(AMOUNT), *instants).select(list(SCHEMA))


def _instants(texts: pl.Series) -> pl.Series:
    """Fixed-width UTC text as instants. By Arrow: it reads them in a quarter of the time."""
    return pl.Series(texts.name, texts.to_arrow().cast(_UTC), dtype=INSTANT)


def _csv(texts: pl.DataFrame) -> bytes:
    held = pl.when(pl.col("metadata").is_not_null()).then(pl.col("metadata").struct.json_encode())
    sink = io.BytesIO()
    texts.select(COLUMNS).with_columns(held.alias("metadata")).write_csv(sink)
    return sink.getvalue()


def _json_lines(texts: pl.DataFrame) -> bytes:
    """One object a line: those before the amount and those after it encoded together, the number set between."""
    amount = COLUMNS.index("amount")
    before, after = (
        pl.struct(names).struct.json_encode() for names in (COLUMNS[:amount], COLUMNS[amount + 1 :])
    )
    line = pl.concat_str(
        before.str.strip_suffix("}"),
        pl.lit(',"amount":'),
        pl.col("amount").fill_null("null"),
        pl.lit(","),
        after.str.strip_prefix("{"),
    )
    sink = io.BytesIO()
    texts.select(line).write_csv(sink, include_header=False, quote_style="never")
    return sink.getvalue()


def _from_json_lines(data: bytes) -> pl.DataFrame:
    if not data:
        return empty()
    blocks = pyarrow.json.ReadOptions(use_threads=False, block_size=len(data))
    options = pyarrow.json.ParseOptions(explicit_schema=_JSON_SCHEMA, unexpected_field_behavior="error")
    table = pyarrow.json.read_json(pyarrow.BufferReader(data), read_options=blocks, parse_options=options)
    return _typed(pl.DataFrame(pl.from_arrow(table)))
