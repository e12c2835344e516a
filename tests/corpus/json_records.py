"""JSON in which one record of forty differs, envelopes around the records, and text that is not JSON."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from tests.corpus.json_files import joined, json_spec
from tests.corpus.readers import json_lines, lines
from tests.corpus.records import COUNT, as_json, as_text
from tests.corpus.spec import Fate, Make, Row, Spec


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    yield from _records()
    yield from _envelopes()
    yield from _not_json()


def _records() -> Iterator[Spec]:
    """One record of forty that differs: it alone is rejected, or read."""
    for name, (good, bad) in BAD.items():
        yield json_spec(f"json/record/{name}", partial(_one_other, good, bad), lines, rejected=1)
        yield json_spec(f"json/record/{name}-of-five", partial(_one_other, good, bad, 5), lines, rejected=1)
    for name, value in UNKNOWN.items():
        yield json_spec(f"json/unknown/{name}", _with_score(value), json_lines)
    yield json_spec("json/unknown/nested-400-deep", _with_score("[" * 400 + "]" * 400), lines, rejected=1)
    yield json_spec("json/unknown/nested-without-end", _with_score("[" * 100_000), lines, Fate.DAMAGED)
    yield json_spec("json/unknown/number-of-5000-digits", _with_score("9" * 5000), lines, Fate.JUDGED)
    yield json_spec("json/record/amount-as-text", partial(joined, "\n", _amounts_as_text()), json_lines)
    yield json_spec("json/record/metadata-as-text", partial(joined, "\n", as_text()), json_lines, Fate.JUDGED)
    yield json_spec("json/record/epoch-seconds", partial(joined, "\n", _epochs(1)), json_lines)
    yield json_spec("json/record/epoch-milliseconds", partial(joined, "\n", _epochs(1000)), json_lines)
    yield json_spec(
        "json/record/keys-shuffled",
        partial(joined, "\n", [dict(reversed(row.items())) for row in as_json()]),
        json_lines,
    )


BAD: Final = {
    "nan": ('"score": 3', '"score": NaN'),
    "infinity": ('"score": 3', '"score": -Infinity'),
    "key-twice": ('"score": 3', '"score": 3, "score": 4'),
    "single-quotes": ('"score": 3', "'score': 3"),
    "python-none": ('"score": 3', '"score": None'),
    "trailing-comma": ('"score": 3}', '"score": 3,}'),
    "comment": ('"score": 3', '/* x */ "score": 3'),
    "leading-zero": ('"score": 3}', '"score": 03}'),
    "number-for-id": ('"c00003"', "3"),
    "id-missing": ('"chargeback_id": "c00003", ', ""),
    "amount-in-words": ('"amount": 4.11', '"amount": "4,11"'),
    "instant-in-words": ('"2025-11-20T01:02:06.123456Z"', '"yesterday"'),
    "array-for-metadata": (
        '"metadata": {"transaction_id": "t3"',
        '"metadata": [1], "x": {"transaction_id": "t3"',
    ),
}
UNKNOWN: Final = {
    "number-beyond-64-bits": "170141183460469231731687303715884105727",
    "decimal": "0.1000000000000000055511151231257827021181583404541015625",
    "exponent": "1e400",
    "minus-zero": "-0.0",
    "nested": '{"a": [1, {"b": null}], "": {}}',
    "text": '"\\u00e9\\n\\"\\\\"',
    "true": "true",
}


def _with_score(text: str) -> Make:
    return partial(_one_other, '"score": 3', f'"score": {text}')


def _one_other(good: str, bad: str, count: int = COUNT) -> bytes:
    text = joined("\n", as_json(count)).decode()
    assert good in text
    return text.replace(good, bad, 1).encode()


def _amounts_as_text() -> list[Row]:
    return [row | {"amount": str(row["amount"])} for row in as_json()]


def _epochs(factor: int) -> list[Row]:
    return [row | {"updated_at": (1_763_596_800 + n) * factor} for n, row in enumerate(as_json())]


def _envelopes() -> Iterator[Spec]:
    """Objects whose main content is one list of records: declared unreadable, the reason names the list."""
    for name, envelope in {
        "data": {"data": as_json()},
        "Records": {"Records": as_json()},
        "paged": {"page": 1, "next": None, "items": as_json()},
        "one-record": {"data": as_json(1)},
    }.items():
        said = next(key for key, value in envelope.items() if isinstance(value, list))
        for shape, indent in (("one-line", None), ("pretty", 2)):
            make = partial(_dumped, envelope, indent)
            yield json_spec(f"json/envelope/{name}-{shape}", make, _listed, Fate.UNREADABLE, says=said)


def _dumped(value: Any, indent: int | None) -> bytes:
    return json.dumps(value, indent=indent).encode()


def _listed(data: bytes) -> list[Row]:
    return next(value for value in json.loads(data).values() if isinstance(value, list))


def _not_json() -> Iterator[Spec]:
    """Text under a JSON name that is not JSON: every line is counted, or the file is declared unreadable."""
    for name, data in {
        "html-error-page": b"<html>\n<body>503 Service Unavailable</body>\n</html>\n",
        "xml": b"<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>\n",
        "yaml": b"- chargeback_id: c1\n  status: open\n",
        "python-repr": "\n".join(map(repr, as_json())).encode(),
        "text": b"no data today\n",
        "number": b"12\n",
        "null": b"null\n",
    }.items():
        yield json_spec(f"json/not-json/{name}", partial(bytes, data), lines, Fate.DAMAGED)
