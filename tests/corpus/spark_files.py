"""Files by Spark (parquet-mr, univocity, Jackson), written when a test asks for one: no copy of them is kept here."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq

from tests.corpus.readers import arrow, csv_rows, inside, json_lines, none
from tests.corpus.records import table
from tests.corpus.spec import Fate, Reader, Spec

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

BACKSLASH: Final = csv_rows(escapechar="\\", doublequote=False)
FAR: Final = {
    "updated_at": "CASE score % 4 WHEN 0 THEN TIMESTAMP '0001-01-01 00:00:00' "
    "WHEN 1 THEN TIMESTAMP '9999-12-31 23:59:59.999999' WHEN 2 THEN TIMESTAMP '1582-10-04 00:00:00' ELSE updated_at END"
}
CORRECTED: Final = {
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}
LEGACY: Final = {"spark.sql.parquet.writeLegacyFormat": "true"}
FLAT: Final = {"metadata": "to_json(metadata)"}


@dataclass(frozen=True)
class SparkFile:
    """How Spark writes a file: columns replaced or added by SQL, options of its writer, settings of the session."""

    name: str
    form: str
    ending: str
    reader: Reader
    fate: Fate = Fate.READ
    columns: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    session: Mapping[str, str] = field(default_factory=dict)
    says: str = ""

    def spec(self, spark: "SparkSession") -> Spec:
        """Return the recipe, to be made with that session."""
        return Spec(
            f"spark/{self.form}/{self.name}",
            self.ending,
            partial(self._make, spark),
            self.reader,
            self.fate,
            says=self.says,
        )

    def _make(self, spark: "SparkSession") -> bytes:
        before = {name: spark.conf.get(name, None) for name in self.session}
        with tempfile.TemporaryDirectory() as folder:
            try:
                for name, value in self.session.items():
                    spark.conf.set(name, value)
                return self._written(_records(spark, Path(folder)), Path(folder) / "out")
            finally:
                for name, value in before.items():
                    spark.conf.set(name, value) if value is not None else spark.conf.unset(name)

    def _written(self, frame: "DataFrame", folder: Path) -> bytes:
        from pyspark.sql import functions

        for name, text in self.columns.items():
            frame = frame.withColumn(name, functions.expr(text))
        frame.coalesce(1).write.format(self.form).options(**self.options).save(str(folder))
        (part,) = folder.glob("part-*")
        return part.read_bytes()


def _records(spark: "SparkSession", folder: Path) -> "DataFrame":
    pq.write_table(table(), folder / "records.parquet")
    return spark.read.parquet(str(folder / "records.parquet"))


def files() -> Iterator[SparkFile]:
    """Return what Spark writes."""
    yield from _parquet()
    yield from _csv()
    yield from _json()
    yield SparkFile("default", "orc", ".orc", none, Fate.UNREADABLE, says="orc")
    yield SparkFile("named-json", "orc", ".json", none, Fate.UNREADABLE, says="orc")


def _parquet() -> Iterator[SparkFile]:
    def parquet(name: str, **more: Any) -> SparkFile:
        return SparkFile(name, "parquet", ".parquet", arrow, **more)

    for codec in ("uncompressed", "snappy", "gzip", "zstd", "lz4", "lz4_raw"):
        yield parquet(codec, options={"compression": codec})
    yield parquet("pages-v2", options={"parquet.writer.version": "v2"})
    yield parquet("no-dictionary", options={"parquet.enable.dictionary": "false"})
    yield parquet("tiny-row-groups", options={"parquet.block.size": "64"})
    yield parquet("legacy-format", columns={"unknown": "array(struct(score, status))"}, session=LEGACY)
    for kind in ("INT96", "TIMESTAMP_MICROS", "TIMESTAMP_MILLIS"):
        session = CORRECTED | {"spark.sql.parquet.outputTimestampType": kind}
        yield parquet(f"{kind}-years-1-to-9999", columns=FAR, session=session)
        unknown = {"unknown": FAR["updated_at"]}
        yield parquet(f"{kind}-in-an-unknown-column", columns=unknown, session=session)
    for name, text in UNKNOWN.items():
        yield parquet(f"unknown-{name}", columns={"unknown": text}, session=CORRECTED)
    yield parquet("date", columns={"updated_at": "DATE '0001-01-01'"}, session=CORRECTED)
    yield parquet("without-a-zone", columns={"updated_at": "CAST(updated_at AS TIMESTAMP_NTZ)"})
    yield parquet("amount-decimal-38-18", columns={"amount": "CAST(amount AS DECIMAL(38, 18))"})
    yield parquet("amount-double", columns={"amount": "CAST(amount AS DOUBLE)"})
    yield parquet("id-binary", columns={"chargeback_id": "CAST(chargeback_id AS BINARY)"})


UNKNOWN: Final = {
    "map": "map('a', 1, 'b', CAST(NULL AS INT))",
    "map-of-structs": "map(1, array(named_struct('x', DATE '9999-12-31')))",
    "interval-year-month": "INTERVAL '1-2' YEAR TO MONTH",
    "interval-day-time": "INTERVAL '1 02:03:04' DAY TO SECOND",
    "binary": "unhex('ff00')",
    "nested": "named_struct('a', array(array(1, NULL)), 'b', map('c', named_struct('d', 1.5)))",
    "date": "DATE '0001-01-01'",
    "float-nan": "CAST('NaN' AS FLOAT)",
    "byte": "CAST(7 AS TINYINT)",
}


def _csv() -> Iterator[SparkFile]:
    header = {"header": "true"}

    def file(
        name: str, reader: Reader, fate: Fate = Fate.READ, ending: str = ".csv", **options: str
    ) -> SparkFile:
        return SparkFile(name, "csv", ending, reader, fate, FLAT, header | options)

    yield file("backslash", BACKSLASH)
    yield file("backslash-quote-all", BACKSLASH, quoteAll="true")
    yield file("doubled-quotes", csv_rows(), escape='"')
    yield file("doubled-quotes-all", csv_rows(), escape='"', quoteAll="true")
    yield file("crlf", csv_rows(), escape='"', lineSep="\r\n")
    yield file("iso-instants", csv_rows(), escape='"', timestampFormat="yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX")
    yield file("gzip", inside("gzip", csv_rows()), ending=".csv.gz", escape='"', compression="gzip")
    yield file("bzip2", inside("bz2", csv_rows()), ending=".csv.bz2", escape='"', compression="bzip2")
    yield file("no-header", none, Fate.UNREADABLE, header="false")
    yield file("semicolon", none, Fate.UNREADABLE, sep=";")
    yield file("utf-16", none, Fate.UNREADABLE, encoding="UTF-16")
    yield file("deflate", none, Fate.UNREADABLE, ending=".deflate", compression="deflate")


def _json() -> Iterator[SparkFile]:
    def file(name: str, reader: Reader = json_lines, ending: str = ".json", **options: str) -> SparkFile:
        return SparkFile(name, "json", ending, reader, options=options)

    yield file("plain")
    yield file("with-nulls", ignoreNullFields="false")
    yield file("crlf", lineSep="\r\n")
    yield file("gzip", inside("gzip", json_lines), ".json.gz", compression="gzip")
    yield file("bzip2", inside("bz2", json_lines), ".json.bz2", compression="bzip2")
    zoned = {"timestampFormat": "yyyy-MM-dd HH:mm:ss.SSSSSSXXX", "timeZone": "America/Sao_Paulo"}
    yield file("instants-with-blanks-and-a-zone", **zoned)
    yield SparkFile("unknown-types", "json", ".json", json_lines, columns=UNKNOWN)
