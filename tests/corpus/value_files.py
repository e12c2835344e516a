"""Values as common systems print them, each in JSON, CSV and parquet; and records that only look like chargebacks."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

import pyarrow as pa

from tests.corpus.arrow_files import written as parquet_written
from tests.corpus.csv_files import csv_spec
from tests.corpus.csv_files import written as csv_written
from tests.corpus.json_files import joined, json_spec
from tests.corpus.readers import arrow, json_lines
from tests.corpus.records import COUNT, as_json, as_text, table, typed
from tests.corpus.spec import Fate, Row, Spec

INSTANTS: Final[dict[str, Callable[[datetime], str]]] = {
    "iso-with-zulu": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z",
    "blank-and-utc": lambda at: f"{at:%Y-%m-%d %H:%M:%S} UTC",
    "java-zoned": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z[UTC]",
    "offset-without-colon": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+0000",
    "offset-of-hours": lambda at: f"{at:%Y-%m-%d %H:%M:%S}+00",
    "offset-of-half-hours": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+05:30",
    "seven-decimals": lambda at: f"{at:%Y-%m-%dT%H:%M:%S.%f}7Z",
    "nine-decimals": lambda at: f"{at:%Y-%m-%dT%H:%M:%S.%f}789",
    "comma-and-milliseconds": lambda at: f"{at:%Y-%m-%d %H:%M:%S},123",
    "date": lambda at: f"{at:%Y-%m-%d}",
    "year-one": lambda _: "0001-01-01T00:00:00Z",
    "year-9999": lambda _: "9999-12-31T23:59:59.999999Z",
    "epoch-seconds": lambda at: str(int(at.timestamp())),
    "epoch-scientific": lambda at: f"{int(at.timestamp()):.9e}",
    "digits-to-the-minute": lambda at: f"{at:%Y%m%d%H%M}",
    "digits-to-the-second": lambda at: f"{at:%Y%m%d%H%M%S}",
    "digits-to-the-millisecond": lambda at: f"{at:%Y%m%d%H%M%S}123",
    "dot-net-ticks": lambda at: str((62_135_596_800 + int(at.timestamp())) * 10**7),
    "us-order": lambda at: f"{at:%m/%d/%Y %H:%M}",
    "in-words": lambda at: f"{at:%a %b %d %H:%M:%S %Y}",
    "day-that-is-none": lambda _: "2025-02-30T00:00:00Z",
}
FIELDS: Final = {
    "amount": {"exponent": "1e3", "plus": "+3.", "comma": "1,50", "blank": " 1", "thirty-digits": "9" * 30},
    "currency": {"lower-case": "brl", "number": "986", "long": "REAL"},
    "status": {"blank": " ", "null-in-words": "null", "control": "\x1f"},
}
OTHERS: Final[dict[str, Callable[[Row], Row]]] = {
    "dynamodb-json": lambda row: {"Item": {name: {"S": str(value)} for name, value in row.items()}},
    "stream-image": lambda row: {"eventName": "MODIFY", "dynamodb": {"NewImage": row}},
    "debezium": lambda row: {"payload": {"before": None, "after": row, "op": "u"}},
    "id-in-other-case": lambda row: {name.upper(): value for name, value in row.items()},
}


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    for name, shown in INSTANTS.items():
        texts = [shown(row["updated_at"]) for row in typed()]
        yield from _in_every_format(f"instant/{name}", "updated_at", texts)
    for field, forms in FIELDS.items():
        for name, text in forms.items():
            yield from _in_every_format(f"{field}/{name}", field, [text] * COUNT)
    for name, change in OTHERS.items():
        yield json_spec(f"json/other/{name}", partial(joined, "\n", list(map(change, as_json()))), json_lines)
    marked = [row | {"consolidation_date": row["updated_at"]} for row in as_json()]
    yield json_spec("json/echo/marked-items-of-an-export", partial(joined, "\n", marked), json_lines)
    for kind in ("INSERT", "MODIFY", "REMOVE"):
        echoes = partial(joined, "\n", [row | {"event_type": kind} for row in marked])
        yield json_spec(f"json/echo/{kind}", echoes, json_lines, Fate.JUDGED)
    yield json_spec("json/twice/every-record", lambda: joined("\n") + b"\n" + joined("\n"), json_lines)


def _in_every_format(name: str, field: str, texts: list[str]) -> Iterator[Spec]:
    """Those texts in that field; in JSON also as numbers, where they are numbers."""
    yield json_spec(f"json/{name}", partial(joined, "\n", _with(as_json(), field, texts)), json_lines)
    if all(text.lstrip("-").isdigit() for text in texts):
        numbers = _with(as_json(), field, [int(text) for text in texts])
        yield json_spec(f"json/{name}-number", partial(joined, "\n", numbers), json_lines)
    yield csv_spec(f"csv/{name}", partial(csv_written, _with(as_text(), field, texts)))
    yield Spec(f"pyarrow/{name}", ".parquet", partial(_parquet, field, texts), arrow)


def _with(rows: list[Any], field: str, values: list[Any]) -> list[Row]:
    return [row | {field: value} for row, value in zip(rows, values, strict=True)]


def _parquet(field: str, texts: list[str]) -> bytes:
    return parquet_written(table(**{field: pa.array(texts)}))
