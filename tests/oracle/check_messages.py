"""What the job told against what is expected: its reports, and the messages as they lie on the topic."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from tests.oracle.expect import Expected

SLICE: Final = "chargebacks_consolidated"
SUMMARY: Final = "consolidation_completed"
MOST_IDS: Final = 500
Event = dict[str, Any]
Which = tuple[str, str]  # partition date, execution time


def check_reports(expectations: list[Expected], reports: Iterable[Event]) -> Iterator[str]:
    """Every difference between the job's own reports and what is expected."""
    by_execution = _by_execution(reports)
    yield from _same_executions("reports", expectations, by_execution)
    for expected in expectations:
        for report in by_execution.get(_which(expected), []):
            yield from _counts("report", expected, report)
            told = report["files_unreadable"], report["chargebacks_announced"], report["published"]
            right = expected.unreadable, len(expected.announced), True
            if told != right:
                yield f"report of {_which(expected)}: (unreadable, announced, published) {told}, not {right}"


def check_messages(expectations: list[Expected], messages: Iterable[Event]) -> Iterator[str]:
    """Every difference in the topic's messages: `key` and `value` each. Equal event ids count once."""
    distinct = {message["value"]["event_id"]: message for message in messages}
    by_execution = _by_execution(message["value"] for message in distinct.values())
    yield from _same_executions("messages", expectations, by_execution)
    for message in distinct.values():
        value = message["value"]
        key = f"{value['job_name']}:{value['partition_date']}:{value.get('slice', 'summary')}"
        if message["key"] != key:
            yield f"a message has the key {message['key']}, expected {key}"
    for expected in expectations:
        yield from _one_execution(expected, by_execution.get(_which(expected), []))


def summaries(messages: Iterable[Event]) -> dict[Which, Event]:
    """The summary of each execution."""
    values = (message["value"] for message in messages)
    return {_which_told(value): value for value in values if value["event_type"] == SUMMARY}


def _one_execution(expected: Expected, events: list[Event]) -> Iterator[str]:
    where = f"messages of {_which(expected)}"
    ends = [event for event in events if event["event_type"] == SUMMARY]
    slices = sorted((event for event in events if event["event_type"] == SLICE), key=lambda e: e["slice"])
    if len(ends) != 1:
        yield f"{where}: {len(ends)} summaries, expected 1"
    for summary in ends:
        yield from _counts("summary", expected, summary)
        if summary["slices"] != len(slices):
            yield f"{where}: the summary counts {summary['slices']} slices, {len(slices)} are there"
    if [event["slice"] for event in slices] != list(range(1, len(slices) + 1)):
        yield f"{where}: the slices are numbered {[event['slice'] for event in slices]}"
    yield from _ids(where, expected.announced, slices)


def _ids(where: str, announced: frozenset[str], slices: list[Event]) -> Iterator[str]:
    named = Counter(key for event in slices for key in event["chargeback_ids"])
    for event in slices:
        if len(event["chargeback_ids"]) > MOST_IDS:
            yield f"{where}: slice {event['slice']} names {len(event['chargeback_ids'])} chargebacks"
    for key in sorted(announced - named.keys()):
        yield f"{where}: {key} changed and is not announced"
    for key in sorted(named.keys() - announced):
        yield f"{where}: {key} is announced and did not change"
    for key in sorted(key for key, times in named.items() if times > 1):
        yield f"{where}: {key} is announced {named[key]} times"


def _counts(what: str, expected: Expected, told: Event) -> Iterator[str]:
    for name, right in expected.message_counts.items():
        if told.get(name) != right:
            yield f"{what} of {_which(expected)}: {name} is {told.get(name)}, expected {right}"


def _same_executions(
    what: str, expectations: list[Expected], found: dict[Which, list[Event]]
) -> Iterator[str]:
    right = {_which(expected) for expected in expectations}
    for which in sorted(right - found.keys()):
        yield f"{what}: nothing of {which}"
    for which in sorted(found.keys() - right):
        yield f"{what}: {which} was not expected"


def _by_execution(events: Iterable[Event]) -> dict[Which, list[Event]]:
    found: dict[Which, list[Event]] = {}
    for event in events:
        found.setdefault(_which_told(event), []).append(event)
    return found


def _which(expected: Expected) -> Which:
    return expected.partition_date, expected.execution_time


def _which_told(event: Event) -> Which:
    return event["partition_date"], event.get("execution_time", "no execution")
