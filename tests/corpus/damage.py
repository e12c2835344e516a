"""Files of each format cut off at several places, or with bytes changed, lost or put in between."""

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Final

from tests.corpus.arrow_files import written
from tests.corpus.containers import gz, zst
from tests.corpus.csv_files import plain_rows
from tests.corpus.csv_files import written as csv_written
from tests.corpus.json_files import array, joined
from tests.corpus.readers import arrow, csv_rows, json_array, json_lines, json_values, lines, none
from tests.corpus.records import COUNT, table
from tests.corpus.spec import Fate, Make, Reader, Spec

CUTS: Final = (0.02, 0.3, 0.6, 0.9)
PLACES: Final = (0.1, 0.35, 0.62, 0.97)
BINARY: Final[dict[str, tuple[Make, Reader]]] = {
    ".parquet": (partial(written, table()), arrow),
    ".snappy.parquet": (partial(written, table(), compression="snappy", row_group_size=9), arrow),
    ".json.gz": (lambda: gz(joined("\n")), json_lines),
    ".csv.gz": (lambda: gz(csv_written()), csv_rows()),
    ".json.zst": (lambda: zst(joined("\n")), json_lines),
}
UNDAMAGED: Final[dict[str, Make]] = {
    ".json.gz": lambda: joined("\n"),
    ".csv.gz": csv_written,
    ".json.zst": lambda: joined("\n"),
}
TEXT: Final[dict[str, tuple[Make, Reader]]] = {
    "json-lines.json": (lambda: joined("\n") + b"\n", json_lines),
    "json-array.json": (array, json_array),
    "json-pretty.json": (partial(joined, "\n", indent=2), json_values),
    "json-firehose.json": (partial(joined, ""), json_values),
    "csv-quoted.csv": (csv_written, csv_rows()),
    "csv-plain.csv": (lambda: csv_written(plain_rows()), csv_rows()),
}


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    for ending, (make, reader) in BINARY.items():
        before = UNDAMAGED.get(ending, make)
        for part in CUTS:
            yield Spec(
                f"damage/cut-{part}/{ending[1:]}",
                ending,
                partial(_cut, make, part),
                reader,
                Fate.UNREADABLE,
                before,
            )
        yield Spec(
            f"damage/last-byte-lost/{ending[1:]}",
            ending,
            partial(_cut, make, -1),
            reader,
            Fate.UNREADABLE,
            before,
        )
        for part in PLACES:
            flipped = partial(_flipped, make, part)
            yield Spec(f"damage/flipped-{part}/{ending[1:]}", ending, flipped, reader, Fate.DAMAGED, before)
    for name, (make, reader) in TEXT.items():
        yield from _text(*name.split("."), make, reader)
    yield Spec(
        "damage/parquet-header-alone/named.parquet", ".parquet", lambda: b"PAR1", none, Fate.UNREADABLE
    )
    yield Spec(
        "damage/parquet-header-twice/named.parquet", ".parquet", lambda: b"PAR1PAR1", none, Fate.UNREADABLE
    )
    joined_twice = partial(bytes, written(table()) * 2)
    yield Spec(
        "damage/two-parquet-files-joined/whole",
        ".parquet",
        joined_twice,
        arrow,
        Fate.DAMAGED,
        slack=(0, COUNT),
    )
    yield Spec("damage/gzip-header-alone/json", ".json.gz", lambda: gz(b"{}")[:10], none, Fate.UNREADABLE)


def _text(name: str, ending: str, make: Make, reader: Reader) -> Iterator[Spec]:
    """A text file has as many records as lines that tell so; a record that is cut counts."""
    pretty = name in ("json-pretty", "json-array", "json-firehose")
    for part in CUTS:
        made = partial(_cut, make, part)
        counted = _records_begun if pretty else (lines if "json" in name else csv_rows())
        slack = (0, 1) if pretty else (0, 0)  # an object that has just begun may count
        yield Spec(f"damage/cut-{part}/{name}", f".{ending}", made, counted, Fate.DAMAGED, slack=slack)
    for (what, octets), part in itertools.product(INSERTED.items(), PLACES[:3]):
        made = partial(_inserted, make, part, octets)
        yield Spec(
            f"damage/{what}-{part}/{name}", f".{ending}", made, reader, Fate.DAMAGED, make, slack=(0, 2)
        )


INSERTED: Final = {"quote": b'"', "nul": b"\0", "not-utf-8": b"\xff", "newline": b"\n", "brace": b"}"}


def _records_begun(data: bytes) -> list[bytes]:
    """One for each record that begins in what is left: each has its id once."""
    return [b""] * data.count(b'"chargeback_id"')


def _cut(make: Make, part: float) -> bytes:
    data = make()
    return data[: part if part < 0 else int(len(data) * part)]  # type: ignore[misc]


def _flipped(make: Make, part: float) -> bytes:
    data = bytearray(make())
    data[int(len(data) * part)] ^= 0x41
    return bytes(data)


def _inserted(make: Make, part: float, octets: bytes) -> bytes:
    data = make()
    place = int(len(data) * part)
    return data[:place] + octets + data[place:]
