"""JSON by Python's json in its options, and framed by hand as delivery streams, dumps and APIs frame it."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from tests.corpus.readers import json_array, json_lines, json_values, lines, none
from tests.corpus.records import COUNT, as_json
from tests.corpus.spec import Fate, Make, Reader, Row, Spec

OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "compact": {"separators": (",", ":")},
    "wide": {"separators": (" , ", " : ")},
    "unicode": {"ensure_ascii": False},
    "sorted": {"sort_keys": True},
}
INDENTS: Final[dict[str, int | str]] = {"two": 2, "none": 0, "tab": "\t"}
ENDINGS: Final = (".json", ".jsonl", ".ndjson", "", ".txt", ".csv", ".parquet")


def specs() -> Iterator[Spec]:
    """Return the files of this module."""
    for name, options in OPTIONS.items():
        yield json_spec(f"python-json/lines/{name}", partial(joined, "\n", **options), json_lines)
        yield json_spec(f"python-json/array/{name}", partial(array, **options), json_array)
    for name, indent in INDENTS.items():
        yield json_spec(f"python-json/array/indent-{name}", partial(array, indent=indent), json_array)
        yield json_spec(
            f"python-json/objects/indent-{name}", partial(joined, "\n", indent=indent), json_values
        )
    for ending in ENDINGS:
        yield Spec(f"json/ending/{ending or 'none'}", ending, partial(joined, "\n"), json_lines)
    yield from _frames()
    yield from _surroundings()


def json_spec(name: str, make: Make, reader: Reader, fate: Fate = Fate.READ, **more: Any) -> Spec:
    """A file under a JSON name."""
    return Spec(name, ".json", make, reader, fate, **more)


def texts(rows: Sequence[Row] | None = None, **options: Any) -> list[str]:
    """Each record as JSON."""
    return [json.dumps(row, **options) for row in (as_json() if rows is None else rows)]


def joined(between: str, rows: Sequence[Row] | None = None, **options: Any) -> bytes:
    """The records one after another."""
    return between.join(texts(rows, **options)).encode()


def array(rows: Sequence[Row] | None = None, **options: Any) -> bytes:
    """The records as one array."""
    return json.dumps(as_json() if rows is None else rows, **options).encode()


def _frames() -> Iterator[Spec]:
    for name, between in {
        "nothing": "",
        "blank": " ",
        "crlf": "\r\n",
        "blank-lines": "\n\n",
        "tabs": "\t",
    }.items():
        yield json_spec(f"json/between/{name}", partial(joined, between), json_values)
        yield json_spec(f"json/between/{name}-five", partial(joined, between, as_json(5)), json_values)
    yield json_spec("json/between/nothing-then-newline", lambda: joined("") + b"\n", json_values)
    yield json_spec("json/between/two-a-line", _two_a_line, json_values)
    for count in (1, 7, COUNT):
        yield json_spec(f"json/array-a-line/of-{count}", partial(_arrays, count, "\n"), json_values)
    yield json_spec("json/array-a-line/crlf", partial(_arrays, 7, "\r\n"), json_values)
    yield json_spec(
        "json/arrays/pretty",
        lambda: b"\n".join(array(as_json()[n : n + 8], indent=1) for n in (0, 8)),
        json_values,
        Fate.DAMAGED,
    )
    yield json_spec("json/arrays/without-newlines", partial(_arrays, 7, ""), json_values, Fate.DAMAGED)
    yield json_spec(
        "json/arrays/and-objects",
        lambda: _arrays(7, "\n", 21) + b"\n" + joined("\n", as_json()[21:]),
        json_values,
        Fate.DAMAGED,
    )
    yield json_spec("json/array/empty", lambda: b"[]", json_array)
    yield json_spec("json/array/empty-objects", lambda: b"[{}, {}]", json_array)
    yield json_spec(
        "json/array/of-arrays",
        lambda: json.dumps([[row] for row in as_json()]).encode(),
        json_array,
        Fate.DAMAGED,
    )
    yield json_spec("json/array/comma-lines", lambda: b"[\n" + joined(",\n") + b"\n]\n", json_array)
    yield json_spec("json/array/comma-first", lambda: b"[" + joined("\n,") + b"\n]\n", json_array)
    yield json_spec("json/lines/ending-in-commas", lambda: joined(",\n") + b",\n", lines, Fate.DAMAGED)
    yield json_spec("json/lines/record-separators", lambda: b"\x1e" + joined("\n\x1e"), lines, Fate.DAMAGED)
    yield json_spec(
        "json/lines/quoted-twice",
        lambda: "\n".join(map(json.dumps, texts())).encode(),
        json_lines,
        Fate.DAMAGED,
    )


def _two_a_line() -> bytes:
    found = texts()
    return "\n".join(a + b for a, b in zip(found[::2], found[1::2], strict=True)).encode()


def _arrays(count: int, between: str, stop: int = COUNT) -> bytes:
    """Arrays of so many records one after another."""
    found = texts()[:stop]
    parts = [found[n : n + count] for n in range(0, len(found), count)]
    return between.join(f"[{','.join(part)}]" for part in parts).encode()


def _surroundings() -> Iterator[Spec]:
    base = joined("\n")
    yield json_spec("json/around/byte-order-mark", lambda: b"\xef\xbb\xbf" + base, json_lines)
    yield json_spec("json/around/byte-order-mark-array", lambda: b"\xef\xbb\xbf" + array(), json_array)
    yield json_spec("json/around/blanks", lambda: b"\n \r\n\t" + base + b"\n\n \n", json_lines)
    yield json_spec("json/around/newline-at-the-end", lambda: base + b"\n", json_lines)
    yield json_spec("json/around/nothing", lambda: b"\n\n", none)
    yield json_spec("json/around/byte-order-mark-alone", lambda: b"\xef\xbb\xbf", none)
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"):
        text = joined("\n", ensure_ascii=False).decode()
        yield json_spec(
            f"json/encoding/{name}",
            partial(text.encode, name),
            lines,
            Fate.DAMAGED,
            before=lambda: base,
            slack=(0, 4),
        )
    latin = [row | {"reason": "é"} for row in as_json()]
    coded = joined("\n", latin, ensure_ascii=False).decode().encode("latin-1")
    yield json_spec("json/encoding/latin-1", lambda: coded, lines, rejected=COUNT)
    yield json_spec("json/encoding/surrogates", lambda: base.replace(b"plain", b"\\ud83d\\ude21"), json_lines)
    yield json_spec(
        "json/encoding/lone-surrogate", lambda: base.replace(b"plain", b"\\ud83d"), lines, rejected=4
    )
    yield json_spec(
        "json/encoding/escaped-letters", lambda: base.replace(b"status", b"\\u0073tatus"), json_lines
    )
    yield json_spec("json/encoding/nul-escape", lambda: base.replace(b"plain", b"a\\u0000b"), json_lines)
    yield json_spec("json/encoding/nul-byte", lambda: base.replace(b"plain", b"a\0b"), lines, Fate.DAMAGED)
