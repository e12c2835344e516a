"""Any record: the fast and the slow reading agree, and both agree with the rules as the oracle states them."""

import json
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from chargebacks import record
from chargebacks.consolidation.landing import json_lines
from chargebacks.consolidation.landing.raw_rows import FILE, LINE, Raw
from chargebacks.consolidation.reading_rules import DEFAULT_RULES, ReadingRules
from chargebacks.consolidation.records.frame import canonical_bytes
from chargebacks.consolidation.records.normalise import normalise
from tests.oracle.exact_json import read_json
from tests.oracle.rules import Demands, Rejected, understand

SOME_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DAY = r"\A20[0-3][0-9]-[01][0-9]-[0-3][0-9]"
INSTANTS = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.from_regex(DAY + r"([T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(\.[0-9]{1,9})?)?(Z|\+0[0-9]:[0-9]0)?\Z"),
    st.integers(10**8, 10**19).map(str),
    st.integers(10**8, 10**19),
    st.just(1_763_596_800),
    SOME_TEXT,
)
AMOUNTS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.from_regex(r"\A[+-]?[0-9]{0,31}(\.[0-9]{0,11})?([eE][+-]?[0-9]{1,2})?\Z"),
    SOME_TEXT,
)
TEXTS = st.one_of(SOME_TEXT, st.sampled_from(["", "a", "open"]))
METADATA = st.fixed_dictionaries(
    {}, optional={"transaction_id": TEXTS, "customer_email": TEXTS, "card": st.one_of(TEXTS, st.integers())}
)
EXPECTED: dict[str, st.SearchStrategy[Any]] = {
    "status": TEXTS,
    "currency": st.sampled_from(["BRL", "USD", "brl", "uSd", "", "ABCD", "ſsd", "BRL\n"]),
    "reason": TEXTS,
    "event_type": st.sampled_from(["INSERT", "MODIFY", "REMOVE", "", "other"]),
    "amount": st.one_of(AMOUNTS, st.floats(allow_nan=False, allow_infinity=False), st.integers()),
    "created_at": INSTANTS,
    "updated_at": st.one_of(INSTANTS, st.just("2025-11-20T00:00:00Z")),
    "event_timestamp": INSTANTS,
    "consolidation_date": st.one_of(INSTANTS, st.just("2025-11-20T00:00:00Z")),
    "metadata": st.one_of(METADATA, METADATA.map(json.dumps)),
}
KEYS = st.one_of(st.sampled_from(["a", "b", " ", ""]), SOME_TEXT)
RECORDS = st.fixed_dictionaries(
    {"chargeback_id": KEYS}, optional={name: st.one_of(st.none(), kind) for name, kind in EXPECTED.items()}
)
MODERATE = st.floats(-1e50, 1e50).filter(
    lambda x: x == 0 or abs(x) > 1e-50
)  # beyond: written with an exponent
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), MODERATE, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=4,
)
WILD = st.fixed_dictionaries(
    {},
    optional={
        "chargeback_id": st.one_of(KEYS, ANYTHING),
        **{n: st.one_of(k, ANYTHING) for n, k in EXPECTED.items()},
    },
)
PLAIN = {"chargeback_id": "plain"}  # a file of nothing but envelopes is unreadable
WILDER = st.builds(lambda known, unknown: unknown | known, WILD, st.dictionaries(TEXTS, ANYTHING, max_size=2))


def lines_of(records: list[dict[str, Any]]) -> list[tuple[int, bytes]]:
    return [(n, json.dumps(one, ensure_ascii=False).encode()) for n, one in enumerate(records, 1)]


def together(raw: Raw, rules: ReadingRules = DEFAULT_RULES) -> dict[int, str | bytes]:
    """For every line: its record in canonical form, or what became of it. Each line stands for a file."""
    found: dict[int, str | bytes] = {one.line: "rejected" for one in raw.rejects}
    rows = raw.frame.with_columns(pl.col(LINE).alias(FILE).cast(pl.UInt32), pl.col(LINE).cast(pl.UInt32))
    if not rows.height:
        return found
    done = normalise(rows, rules)
    found |= dict.fromkeys(done.rejected[LINE].to_list(), "rejected")
    found |= dict.fromkeys(done.echoes.to_list(), "echo")
    rest = [line for line in rows[LINE].to_list() if line not in found]
    return found | dict(zip(rest, canonical_bytes(done.frame), strict=True))


def expected(line: bytes, demands: Demands | None = None) -> str | bytes:
    try:
        understood = understand(read_json(line.decode()), demands)
    except Rejected:
        return "rejected"
    return "echo" if understood is None else understood[1].content


@settings(max_examples=80, derandomize=True)
@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_the_fast_and_the_slow_reading_give_the_same_rows(records: list[dict[str, Any]]) -> None:
    numbered = lines_of(records)
    fast = json_lines._all_at_once(b"\n".join(line for _, line in numbered))
    if fast is not None:
        numbers = pl.Series(LINE, [n for n, _ in numbered], dtype=pl.UInt32)
        slow = json_lines._one_by_one(numbered, lambda _: "")
        assert together(Raw(fast.with_columns(numbers), lambda _: "")) == together(slow)


@settings(max_examples=80, derandomize=True)
@given(st.lists(WILDER, min_size=1, max_size=4))
def test_any_record_fares_as_the_rules_say_whatever_stands_beside_it(records: list[dict[str, Any]]) -> None:
    numbered = lines_of([*records, PLAIN])
    found = together(json_lines.read("a.json", b"\n".join(line for _, line in numbered)))
    assert found == {n: expected(line) for n, line in numbered}


@settings(max_examples=60, derandomize=True)
@given(
    st.lists(WILDER, min_size=1, max_size=4),
    st.lists(st.sampled_from(record.REQUIRABLE), unique=True, max_size=3),
    st.sampled_from(["", "[a-z]", r"\w+|\s", "(?!b).*"]),
)
def test_any_record_fares_as_required_fields_and_id_pattern_say(
    records: list[dict[str, Any]], required: list[str], pattern: str
) -> None:
    numbered = lines_of([*records, PLAIN])
    rules = ReadingRules(required_fields=("chargeback_id", *required), id_pattern=pattern)
    found = together(json_lines.read("a.json", b"\n".join(line for _, line in numbered)), rules)
    assert found == {n: expected(line, Demands(tuple(required), pattern)) for n, line in numbered}
