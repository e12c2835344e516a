"""One table of spellings for both sides: landing files in every format, the updater, and the oracle."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chargebacks import instants as grammar
from chargebacks.consolidation.records.instants import instants
from chargebacks.projection.find import moment_of
from tests.oracle.exact_json import read_json
from tests.oracle.rules import Rejected, instant_of
from tests.unit.consolidation.builders import parquet, taken

MORNING = datetime(2025, 11, 20, 6, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO, MILLI, SECOND = timedelta(microseconds=1), timedelta(milliseconds=1), timedelta(seconds=1)
NO_INSTANT = "no instant (ISO 8601 or epoch)"

# As docs/landing-zone.md has them, with who prints them so.
READ: dict[str, datetime] = {
    "2025-11-20T06:30:00Z": MORNING,
    "2025-11-20T06:30:00.000000Z": MORNING,
    "2025-11-20T06:30:00": MORNING,
    "2025-11-20T06:30": MORNING,
    "2025-11-20t06:30:00z": MORNING,
    "2025-11-20 06:30:00": MORNING,  # Spark, MySQL
    "2025-11-20 06:30:00.5": MORNING + 500 * MILLI,
    "2025-11-20T06:30:00,000001": MORNING + MICRO,  # log4j
    "2025-11-20 06:30:00+00": MORNING,  # PostgreSQL
    "2025-11-20 03:30:00.25-03": MORNING + 250 * MILLI,
    "2025-11-20 06:30:00+00:00": MORNING,  # pandas
    "2025-11-20T12:00:00+05:30": MORNING,
    "2025-11-20T06:30:00+0000": MORNING,  # Spark's and Jackson's JSON
    "2025-11-20T03:30:00.000-0300": MORNING,
    "2025-11-20T06:30:00-00:00": MORNING,
    "2025-11-20 06:30:00 UTC": MORNING,  # BigQuery, Ruby
    "2025-11-20 06:30:00.123456 UTC": MORNING + 123456 * MICRO,
    "2025-11-20T06:30:00UTC": MORNING,
    "2025-11-20 06:30:00 GMT": MORNING,
    "2025-11-20 06:30:00 Z": MORNING,
    "2025-11-20 03:30:00.000 -0300": MORNING,  # Snowflake
    "2025-11-20 06:30:00.1234567 +00:00": MORNING + 123456 * MICRO,  # SQL Server
    "2025-11-20T06:30:00.1234567Z": MORNING + 123456 * MICRO,  # .NET
    "2025-11-20T06:30:00.123456789Z": MORNING + 123456 * MICRO,  # Java, Go
    "2025-11-20T06:30:00.999999999999999999Z": MORNING + 999_999 * MICRO,
    "2025-11-20T06:30Z[UTC]": MORNING,  # Java's ZonedDateTime
    "2025-11-20T06:30:00Z[Etc/UTC]": MORNING,
    "2025-11-20T07:30:00+01:00[Europe/Paris]": MORNING,
    "2025-11-20T03:30:00.5-03:00[America/Argentina/Buenos_Aires]": MORNING + 500 * MILLI,
    "2025-11-20 06:30:00 +0000 UTC": MORNING,  # Go
    "2025-11-20 03:30:00.5 -0300 -03": MORNING + 500 * MILLI,
    "2025-11-20 07:30:00 +0100 CET": MORNING,
    " 2025-11-20T06:30:00Z ": MORNING,  # padded columns
    "2025-11-20 06:30:00\t": MORNING,
    "2025-11-20": MORNING - timedelta(hours=6, minutes=30),
    "0001-01-01T00:00:00Z": datetime(1, 1, 1, tzinfo=UTC),
    "9999-12-31 23:59:59.9999999": datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    "1763620200": MORNING,
    "1763620200.25": MORNING + 250 * MILLI,
    "1763620200.0000019": MORNING + MICRO,
    "1763620200." + "9" * 80: MORNING + 999_999 * MICRO,
    "1763620200000": MORNING,
    "1763620200000.0": MORNING,
    "1763620200001": MORNING + MILLI,
    "1763620200000001": MORNING + MICRO,
    "1763620200000001999": MORNING + MICRO,
    "1.7636202e9": MORNING,
    "1.7636202E+12": MORNING,  # Excel
    "17636202000e-1": MORNING,
    "1.763620200000001E15": MORNING + MICRO,
    "-1000000000": datetime(1938, 4, 24, 22, 13, 20, tzinfo=UTC),
    "-1e9": datetime(1938, 4, 24, 22, 13, 20, tzinfo=UTC),
    "100000000": datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC),
    "2025112006": EPOCH + 2_025_112_006 * SECOND,  # ten digits are seconds
    "189901010000": EPOCH + 189_901_010_000 * MILLI,  # not a date of this time: milliseconds
    "202513200630": EPOCH + 202_513_200_630 * MILLI,  # there is no month 13: milliseconds
}
REFUSED: dict[str, str] = {
    "20251120": "digits that look like yyyyMMdd, not an epoch: write ISO 8601",
    "202511200630": "digits that look like yyyyMMddHHmm, not an epoch: write ISO 8601",
    "20251120063000": "digits that look like yyyyMMddHHmmss, not an epoch: write ISO 8601",
    "20251120063000.0": "digits that look like yyyyMMddHHmmss, not an epoch: write ISO 8601",
    "2.02511200630E13": "digits that look like yyyyMMddHHmmss, not an epoch: write ISO 8601",
    "99991231235959": "digits that look like yyyyMMddHHmmss, not an epoch: write ISO 8601",
    "19000101000000": "digits that look like yyyyMMddHHmmss, not an epoch: write ISO 8601",
    "20251120063000123": "digits that look like yyyyMMddHHmmssSSS, not an epoch: write ISO 8601",
    "638992170000000000": "digits that look like .NET ticks, not an epoch: write ISO 8601",
    "134080938000000000": "digits that look like a Windows file time, not an epoch: write ISO 8601",
    "13408093800000000": "digits that look like microseconds since 1601, not an epoch: write ISO 8601",
    **dict.fromkeys(
        (
            *("2025-02-30T00:00:00Z", "2025-13-01", "2025-11-20T24:00:00Z", "2025-11-20T12:60:00Z"),
            *(
                "20251120T120000Z",
                "2025-11-20T23:59:60Z",
                "2025-11-20T12:00:00+24:00",
                "2025-11-20T12:00:00+05:60",
            ),
            *(
                "2025-W47-4",
                "noon",
                "20/11/2025",
                "11/20/2025 06:30",
                "Thu, 20 Nov 2025 06:30:00 GMT",
                "now",
                "true",
            ),
            *(
                "0000-01-01T00:00:00Z",
                "0001-01-01T00:00:00+05:00",
                "9999-12-31T23:59:59-05:00",
                "12025-11-20",
            ),
            *("2025-11-20T12:00:00.१२३Z", "２０２５-11-20", "2025-11-20T12:00:00+०५", "\u00a02025-11-20"),
            *(
                "2025-11-20Z",
                "2025-11-20+03:00",
                "2025-11-20T12:00:00.Z",
                "2025-11-20T06:30:00[Europe/Paris]",
            ),
            *(
                "2025-11-20T06:30:00Z[]",
                "2025-11-20 06:30:00 CET",
                "2025-11-20T06:30.5",
                "2025-11-20  06:30:00",
            ),
            *("12345678", "1" * 20, "5e5", "1e99", "1.5", "-5", "1_763_620_200", "+1763620200", "0x691EB6A8"),
            *("1763620200e", "1e", ".5e10", "NaN", "Infinity", "-1763620200-"),
        ),
        NO_INSTANT,
    ),
}
JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)

NUMBERS = [text for text in (*READ, *REFUSED) if JSON_NUMBER.fullmatch(text)]


EXPECTED: dict[str, datetime | str] = {**READ, **REFUSED}


def _csv(values: Sequence[str]) -> bytes:
    lines = "".join(f'c{n},"{value}"\n' for n, value in enumerate(values))
    return f"chargeback_id,updated_at\n{lines}".encode()


def _json(values: Sequence[str]) -> bytes:
    lines = (f'{{"chargeback_id":"c{n}","updated_at":{value}}}\n' for n, value in enumerate(values))
    return "".join(lines).encode()


LANDED: dict[str, tuple[str, Callable[[Sequence[str]], bytes]]] = {
    "JSON": ("a.json", lambda texts: _json([json.dumps(text) for text in texts])),
    "CSV": ("a.csv", _csv),
    "parquet": ("a.parquet", lambda texts: parquet(updated_at=texts)),
}


def _results(data: bytes, path: str, values: Sequence[str]) -> dict[str, datetime | str]:
    """By value: the instant, or why its record was rejected."""
    found = taken(data, path)
    first = 2 if path.endswith(".csv") else 1  # the line of the first record
    refused = {values[line - first]: reason.removeprefix("updated_at: ") for line, reason in found.rejects}
    moments = {values[int(row["chargeback_id"][1:])]: row["updated_at"].astimezone(UTC) for row in found.rows}
    assert len(found.rejects) + len(found.rows) == len(values)
    return refused | moments


def _oracle(value: object) -> datetime | None:
    try:
        return instant_of("updated_at", value)
    except Rejected:
        return None


@pytest.mark.parametrize("way", LANDED)
def test_a_text_means_the_same_instant_in_every_format(way: str) -> None:
    path, written = LANDED[way]
    texts = list(EXPECTED)
    assert _results(written(texts), path, texts) == EXPECTED


@pytest.mark.parametrize("way", LANDED)
def test_a_text_alone_in_its_file_means_what_it_means_among_others(way: str) -> None:
    path, written = LANDED[way]
    for text in [*list(EXPECTED)[::9], "20251120063000"]:
        assert _results(written([text]), path, [text]) == {text: EXPECTED[text]}


def test_a_json_number_means_what_its_text_means() -> None:
    expected = {digits: EXPECTED[digits] for digits in NUMBERS}
    assert _results(_json(NUMBERS), "a.json", NUMBERS) == expected
    plain = [digits for digits in NUMBERS if digits.isdigit() and len(digits) < 19] * 3
    assert len(plain) > 32  # so many that they are parsed all at once
    assert _results(_json(plain), "a.json", plain) == {digits: expected[digits] for digits in plain}


def test_a_parquet_number_means_what_its_text_means() -> None:
    whole = [digits for digits in NUMBERS if digits.lstrip("-").isdigit() and abs(int(digits)) < 2**63]
    doubles = [digits for digits in NUMBERS if repr(float(digits)) in (digits, f"{digits}.0")]
    for column, values in (
        (pa.array([int(digits) for digits in whole], pa.int64()), whole),
        (pa.array([float(digits) for digits in doubles], pa.float64()), doubles),
    ):
        assert len(values) > 10
        expected = {digits: EXPECTED[digits] for digits in values}
        assert _results(parquet(updated_at=column), "a.parquet", values) == expected


def test_the_updater_reads_created_at_as_the_job_does() -> None:
    assert {text: moment_of({"S": text}) for text in EXPECTED} == {text: READ.get(text) for text in EXPECTED}
    assert {text: moment_of({"N": text}) for text in NUMBERS} == {text: READ.get(text) for text in NUMBERS}
    assert moment_of({"BOOL": True}) is None


def test_the_oracle_reads_the_table_too() -> None:
    assert {text: _oracle(text) for text in EXPECTED} == {text: READ.get(text) for text in EXPECTED}
    assert {text: _oracle(read_json(text)) for text in NUMBERS} == {text: READ.get(text) for text in NUMBERS}


PARTS = st.tuples(
    st.sampled_from(["", " ", "\t"]),
    st.sampled_from(["2025-11-20", "2024-02-29", "2025-02-29", "0001-01-01", "9999-12-31", "1969-12-31"]),
    st.sampled_from(["", "T00:00", " 23:59:59", "T23:59:59.9999999", " 06:30:00,5", "t24:00", "T06:30:61"]),
    st.sampled_from(
        ["", "Z", " UTC", "GMT", "+00", "-0300", " +05:30", "+14:00", "-23:59", "+24:00", "+0560"]
    ),
    st.sampled_from(["", "[UTC]", " UTC", " -03", "[a b]", " ", "x"]),
).map("".join)
DIGITS = st.one_of(
    st.integers(-(10**19), 10**20).map(str),
    st.from_regex(r"\A-?0?[0-9]{7,20}(\.[0-9]{0,11})?([eE][+-]?[0-9]{1,2})?\Z"),
    st.from_regex(r"\A(19|20|99)[0-9]{2}[01][0-9][0-3][0-9][0-2][0-9][0-6][0-9]([0-6][0-9]([0-9]{3})?)?\Z"),
    st.integers(10**16, 10**18).map(str),
)


@settings(max_examples=150, derandomize=True)
@given(
    st.lists(
        st.one_of(PARTS, DIGITS, st.text(st.characters(exclude_categories=["Cs"]), max_size=12)),
        min_size=1,
        max_size=12,
    )
)
@example([*READ, *REFUSED])
def test_a_column_of_any_texts_is_read_as_each_text_by_itself_and_as_the_oracle_does(
    texts: list[str],
) -> None:
    one_by_one = [grammar.read(text) for text in texts]
    column = instants(pl.Series(texts, dtype=pl.String)).dt.convert_time_zone("UTC").to_list()
    assert [moment and moment.astimezone(UTC) for moment in column] == one_by_one
    assert [_oracle(text) for text in texts] == one_by_one


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert grammar.read(text) is None or grammar.look_alike(text) is None


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_python_writes_is_read_back(moment: datetime) -> None:
    assert grammar.read(moment.isoformat()) == moment
