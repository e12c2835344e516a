"""The whole corpus, and a sample of it that is quick enough for every test run."""

from collections import Counter
from functools import cache
from typing import Final

from tests.corpus import (
    arrow_files,
    arrow_types,
    containers,
    csv_files,
    csv_oddities,
    damage,
    duckdb_files,
    json_files,
    json_records,
    pandas_files,
    value_files,
)
from tests.corpus.spec import Spec

MODULES: Final = (
    arrow_files,
    arrow_types,
    duckdb_files,
    pandas_files,
    csv_files,
    csv_oddities,
    json_files,
    json_records,
    value_files,
    containers,
    damage,
)
SAMPLE: Final = 16  # each so many-th file is in the sample
# Each of these is a part of some file's recipe.
KINDS: Final = (
    *("pyarrow", "duckdb", "pandas", "python-csv", "python-json"),
    *("parquet", "csv", "json", "container", "foreign", "damage"),
    *("none", "snappy", "gzip", "zstd", "brotli", "lz4", "lz4_raw", "bz2", "xz", "zip", "tar"),
    *("page-1.0", "page-2.0", "version-1.0", "version-2.6", "no-rows", "one-row-a-group", "int96"),
    *(
        f"timestamp-{unit}-{arrow_types.called(zone)}"
        for unit in arrow_types.PER_SECOND
        for zone in arrow_types.ZONES
    ),
    *arrow_types.UNKNOWN,
    *duckdb_files.UNKNOWN,
    *("quote-all", "backslash-all", "delimiter-tab", "stray-quote", "footer", "envelope", "array-a-line"),
    *("utf-16", "latin-1", "nul-byte", "two-members", "trailing-nuls", "skippable-first", "gzip-twice"),
)


@cache
def corpus() -> tuple[Spec, ...]:
    """Return every file's recipe, in a fixed order."""
    return tuple(spec for module in MODULES for spec in module.specs())


def kinds() -> Counter[str]:
    """Count the files by the first two parts of their recipe: writer and format, or kind of damage."""
    return Counter("/".join(spec.name.split("/")[:2]) for spec in corpus())
