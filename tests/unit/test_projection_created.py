"""Reading instants from text, as the job and the updater do."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.instants import read as instant

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-20T12:00:00Z",
        "2025-11-20t12:00:00z",
        " 2025-11-20T12:00:00.000Z ",
        "2025-11-20 12:00:00",
        "2025-11-20T12:00",
        "2025-11-20T12:00:00,000000000+00:00",
        "2025-11-20T09:00:00-03:00",
        "2025-11-20T09:00:00-0300",
        "2025-11-20T09:00:00 -03",
        "2025-11-20T17:30:00+05:30",
        "1763640000",
        "1763640000000",
        "1763640000000000",
        "1763640000000000000",
        "1763640000.000",
    ],
)
def test_one_moment_has_many_spellings(text: str) -> None:
    assert instant(text) == NOON


def test_a_date_alone_is_its_first_moment() -> None:
    assert instant("2025-11-20") == datetime(2025, 11, 20, tzinfo=UTC)


def test_beyond_microseconds_digits_are_cut() -> None:
    assert instant("2025-11-20T23:59:59.999999999Z") == datetime(2025, 11, 20, 23, 59, 59, 999999, UTC)


@pytest.mark.parametrize(
    "text",
    ["", "20/11/2025", "2025-02-30", "20251120", "2025-11-20T25:00:00Z", "2025-11-20T12:00:00+99:00", "now",
     "9" * 40, "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "٢٠٢٥-11-20", "NaN", "1e40"],
)  # fmt: skip
def test_what_cannot_be_read_is_none(text: str) -> None:
    assert instant(text) is None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert instant(text) is None or isinstance(instant(text), datetime)


@given(st.datetimes(datetime(1000, 1, 2), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_python_writes_is_read_back(moment: datetime) -> None:
    assert instant(moment.isoformat()) == moment
