"""Prove a day: what the system left behind against what the landing files' bytes say.

    python -m tests.oracle.oracle description.json

The description names what to read: `landing`, `output` and `state` (folders), `executions` (in order, each with
`partition_date`, `execution_time` and the files that `arrived` since the one before), `lookback_days`,
`output_files`, `reports` (JSON lines: the job's, one partition each), `messages` (JSON lines: `key` and
`value`), `items_before` (JSON lines: the table as it was), `endpoint_url` and `table`.
Prints the agreement, or the first differences. Exits with 0 or 1.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from tests.oracle.check_files import check_files, view_files
from tests.oracle.check_messages import check_messages, check_reports, summaries
from tests.oracle.check_table import check_table, scan
from tests.oracle.expect import Execution, Expected, expectations

SHOWN: Final = 20
Description = dict[str, Any]


def main(path: str) -> int:
    """0 when everything agrees, else 1."""
    description: Description = json.loads(Path(path).read_bytes())
    expected = expect(description)
    agreed = True
    for what, differences in checks(description, expected):
        agreed &= _tell(what, differences)
    return 0 if agreed else 1


def expect(description: Description) -> list[Expected]:
    """What each execution must leave behind."""
    executions = [
        Execution(one["partition_date"], one["execution_time"], tuple(one["arrived"]))
        for one in description["executions"]
    ]
    return list(expectations(Path(description["landing"]), executions, description["lookback_days"]))


def checks(description: Description, expected: list[Expected]) -> Iterator[tuple[str, Iterator[str]]]:
    """Each check: what it found in order, and its differences."""
    messages, reports = (_lines(description[name]) for name in ("messages", "reports"))
    output, state = Path(description["output"]), Path(description["state"])
    newest = {one.partition_date: one for one in expected}
    yield _about_counts(expected), check_reports(expected, reports)
    for day, one in sorted(newest.items()):
        files = len(view_files(output, day))
        about = f"files    {day}: {len(one.rows)} rows in {files} files, and in the newest log entry's"
        yield about, check_files(one, output, state, description["output_files"])
    yield _about_messages(expected), check_messages(expected, messages)
    known = sum(len(one.rows) for one in _last(expected))
    items = scan(description["endpoint_url"], description["table"], known)
    yield (
        _about_table(expected),
        check_table(expected, summaries(messages), Path(description["items_before"]), items),
    )


def _about_counts(expected: list[Expected]) -> str:
    read = sum(one.counts.read for one in _last(expected))
    return f"counts   {len(expected)} consolidations, {read} records read"


def _last(expected: list[Expected]) -> list[Expected]:
    """What each partition holds in the end."""
    return list({one.partition_date: one for one in expected}.values())


def _about_messages(expected: list[Expected]) -> str:
    return f"messages {sum(len(one.announced) for one in expected)} announcements, {len(expected)} summaries"


def _about_table(expected: list[Expected]) -> str:
    touched = len(frozenset().union(*(one.announced for one in expected)))
    return f"table    {touched} chargebacks announced; every other item is as it was"


def _lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_bytes().splitlines()]


def _tell(what: str, differences: Iterable[str]) -> bool:
    rest = iter(differences)
    shown = list(islice(rest, SHOWN))
    print(f"{'agrees ' if not shown else 'DIFFERS'} {what}")
    for difference in shown:
        print(f"        {difference}")
    more = sum(1 for _ in rest)
    if more:
        print(f"        … and {more} more differences")
    return not shown


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
