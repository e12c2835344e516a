"""Files by pandas: parquet, CSV in its dialects, JSON in its orients, with each compression that it offers."""

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tests.corpus.readers import arrow, csv_rows, inside, json_array, json_lines, none
from tests.corpus.records import as_json, as_text, typed
from tests.corpus.spec import Fate, Row, Spec

if TYPE_CHECKING:
    import pandas as pd

READABLE: Final = {"gzip": ".gz", "bz2": ".bz2", "xz": ".xz"}
ARCHIVES: Final = {"zip": ".zip", "tar": ".tar"}
DIALECTS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "plain": ({}, {}),
    "quote-all": ({"quoting": csv.QUOTE_ALL}, {}),
    "quote-nonnumeric": ({"quoting": csv.QUOTE_NONNUMERIC}, {}),
    "crlf": ({"lineterminator": "\r\n"}, {}),
    "byte-order-mark": ({"encoding": "utf-8-sig"}, {}),
    "with-index": ({"index": True}, {}),
    "backslash": (
        {"doublequote": False, "escapechar": "\\", "quoting": csv.QUOTE_ALL},
        {"doublequote": False, "escapechar": "\\"},
    ),
}
FOREIGN: Final[dict[str, dict[str, Any]]] = {
    "semicolon": {"sep": ";"},
    "tab": {"sep": "\t"},
    "utf-16": {"encoding": "utf-16"},
    "carriage-returns": {"lineterminator": "\r"},
    "no-header": {"header": False},
}
ORIENTS: Final = ("split", "index", "columns", "values", "table")


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    yield Spec("pandas/parquet/plain", ".parquet", partial(_parquet), arrow)
    yield Spec("pandas/parquet/index", ".parquet", partial(_parquet, index=True), arrow)
    yield Spec("pandas/parquet/categories", ".parquet", _categories, arrow)
    yield Spec("pandas/parquet/zone", ".parquet", _zone, arrow)
    yield Spec("pandas/parquet/brotli", ".parquet", partial(_parquet, compression="brotli"), arrow)
    for name, (options, dialect) in DIALECTS.items():
        yield Spec(f"pandas/csv/{name}", ".csv", partial(_csv, **options), csv_rows(**dialect))
    for name, options in FOREIGN.items():
        yield Spec(f"pandas/csv/{name}", ".csv", partial(_csv, **options), none, Fate.UNREADABLE)
    latin = partial(_csv, encoding="latin-1", errors="replace")
    yield Spec("pandas/csv/latin-1", ".csv", latin, csv_rows("latin-1"), Fate.JUDGED)
    yield from _compressed()
    yield from _json_files()


def _compressed() -> Iterator[Spec]:
    for kind, ending in READABLE.items():
        yield Spec(
            f"pandas/csv/{kind}", f".csv{ending}", partial(_csv, compression=kind), inside(kind, csv_rows())
        )
        lines = partial(_json, lines=True, compression=kind)
        yield Spec(f"pandas/json/{kind}", f".json{ending}", lines, inside(kind, json_lines))
    for kind, ending in ARCHIVES.items():
        yield Spec(
            f"pandas/csv/{kind}",
            f".csv{ending}",
            partial(_csv, compression=kind),
            none,
            Fate.UNREADABLE,
            says=kind,
        )
        hidden = partial(_json, lines=True, compression=kind)
        yield Spec(f"pandas/json/{kind}-by-another-name", ".json", hidden, none, Fate.UNREADABLE, says=kind)


def _json_files() -> Iterator[Spec]:
    yield Spec("pandas/json/lines", ".json", partial(_json, lines=True), json_lines)
    yield Spec("pandas/json/records", ".json", partial(_json), json_array)
    yield Spec("pandas/json/records-indented", ".json", partial(_json, indent=2), json_array)
    yield Spec("pandas/json/unicode", ".json", partial(_json, lines=True, force_ascii=False), json_lines)
    yield Spec("pandas/json/epochs", ".json", partial(_dated, "epoch"), json_lines)
    yield Spec("pandas/json/iso-dates", ".json", partial(_dated, "iso"), json_lines)
    for orient in ORIENTS:  # an envelope, a table or bare values: no record can be recognised
        yield Spec(
            f"pandas/json/{orient}",
            ".json",
            partial(_json, orient=orient),
            _whole,
            Fate.DAMAGED,
            slack=(0, 40),
        )


def _whole(_: bytes) -> list[Any]:
    return [{}]


def _frame(rows: Sequence[Row]) -> "pd.DataFrame":
    import pandas as pd  # only here: it takes a second of every process that collects tests

    return pd.DataFrame(rows)


def _parquet(**options: Any) -> bytes:
    return _frame(typed()).to_parquet(None, engine="pyarrow", **options)


def _categories() -> bytes:
    return _frame(typed()).astype({"status": "category", "currency": "category"}).to_parquet(None)


def _zone() -> bytes:
    frame = _frame(typed())
    frame["updated_at"] = frame["updated_at"].dt.tz_convert("America/Sao_Paulo")
    frame["created_at"] = frame["created_at"].dt.tz_localize(None)
    return frame.set_index("created_at").to_parquet(None)


def _csv(index: bool = False, **options: Any) -> bytes:
    sink = io.BytesIO()
    _frame(as_text()).to_csv(sink, index=index, **options)
    return sink.getvalue()


def _json(orient: Any = "records", **options: Any) -> bytes:
    sink = io.BytesIO()
    _frame(as_json()).to_json(sink, orient=orient, **options)
    return sink.getvalue()


def _dated(date_format: Any) -> bytes:
    sink = io.BytesIO()
    frame = _frame(typed()).astype({"amount": float})
    with warnings.catch_warnings(action="ignore"):  # pandas gives up epochs, but they are its default yet
        frame.to_json(sink, orient="records", lines=True, date_format=date_format, date_unit="ms")
    return sink.getvalue()
