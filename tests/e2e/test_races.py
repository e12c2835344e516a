"""Several jobs at once on one partition, each a real process: one wins, the others merge on top or say who won."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from chargebacks.consolidation import job
from chargebacks.consolidation.commits.entry import Counts, Entry
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.local import stack
from tests.fixtures.kafka import new_topic, received
from tests.fixtures.places import DAY, Place, Row
from tests.fixtures.runs import distinct, runs
from tests.fixtures.story import records

LOST = "ConsolidationError: partition 2025-11-20: entry "


def at(minute: int) -> dict[str, str]:
    """The arguments of one execution among several of the same hour."""
    return {"execution_time": f"{DAY}T06:{minute:02d}:00"}


def land(place: Place, number: int) -> None:
    """A file with a record of its own, one that all files have, and one that each has newer."""
    shared = records("shared")
    newer = records("newest", updated_at=f"{DAY}T02:{number:02d}:00Z", status=f"of-{number}")
    place.land(f"{number}.json", [*records(f"own-{number}"), *shared, *newer])


def rows_of(place: Place, entry: Entry) -> dict[str, str]:
    return {row["chargeback_id"]: json.dumps(row, default=str) for row in place.named(entry)}


def check(place: Place, messages: Path, files: int) -> list[Entry]:
    """Nothing doubled, nothing lost, and each announcement names what its entry changed."""
    entries = place.log().entries()
    assert [entry.commit for entry in entries] == list(range(1, len(entries) + 1))
    head = entries[-1]
    found: dict[str, list[Row]] = defaultdict(list)
    for row in place.listed():
        found[row["chargeback_id"]].append(row)
    assert set(found) == {f"own-{n}" for n in range(files)} | {"shared", "newest"}
    assert all(len(rows) == 1 for rows in found.values())
    assert found["newest"][0]["status"] == f"of-{files - 1}"
    assert (head.counts.records_read, head.counts.duplicates_removed) == (3 * files, 2 * files - 2)
    before: dict[str, str] = {}
    announced = announcements(distinct(messages))
    for entry in entries:
        after = rows_of(place, entry)
        assert sorted(announced[entry.commit]) == sorted(
            one for one in after if after[one] != before.get(one)
        )
        before = after
    assert place.log().unpublished() == []
    return entries


def announcements(events: list[dict[str, Any]]) -> dict[int, list[str]]:
    """The ids named, by commit. There is one summary for each."""
    named: dict[int, list[str]] = {
        e["commit"]: [] for e in events if e["event_type"] == "consolidation_completed"
    }
    assert len(named) == len([e for e in events if e["event_type"] == "consolidation_completed"])
    for event in events:
        named[event["commit"]] += event.get("chargeback_ids", [])
    return named


def test_of_two_that_commit_at_once_one_wins_and_the_other_merges_on_top(tmp_path: Path) -> None:
    place, messages = Place(str(tmp_path)), tmp_path / "messages"
    land(place, 0)
    with runs(place, messages, "commit", at(30), at(31)) as both:
        both[0].go()
        assert both[0].hear() == "committing"
        land(place, 1)  # the second sees more than the first
        both[1].go()
        assert both[1].hear() == "committing"
        for one in both:
            one.go()
        ends = [one.end() for one in both]
    assert all("report" in end for end in ends)
    last = job.run(place.settings(**at(40)), InProcessEngine(), None)  # for what the second might have missed
    assert last.partitions[0].error is None
    with runs(place, messages, "no", at(41)) as [one]:
        one.end()
    assert len(check(place, messages, 2)) == 4


def test_the_same_execution_started_twice_at_once_is_committed_once(tmp_path: Path) -> None:
    place, messages = Place(str(tmp_path)), tmp_path / "messages"
    land(place, 0)
    with runs(place, messages, "commit", at(30), at(30)) as both:
        for one in both:
            one.go()
            assert one.hear() == "committing"
        ends = [one.end() for one in both]
    assert sorted(end["report"][0]["status"] for end in ends) == ["already committed", "consolidated"]
    assert len(check(place, messages, 1)) == 1


def test_on_s3_one_that_finds_its_number_taken_merges_on_top(bucket: str, tmp_path: Path) -> None:
    """One after the other here: that one of two at the same moment is refused is S3's promise, not the stand-in's."""
    place, messages = Place(bucket), tmp_path / "messages"
    land(place, 0)
    with runs(place, messages, "commit", at(30), at(31)) as both:
        for number, one in enumerate(both):
            one.go()
            assert one.hear() == "committing"
            land(place, number + 1)
        ends = [one.end() for one in both]
    assert all("report" in end for end in ends)
    with runs(place, messages, "no", at(41)) as [one]:
        one.end()
    assert len(check(place, messages, 3)) == 3


def test_of_three_that_commit_at_once_all_commit_or_say_who_won(tmp_path: Path) -> None:
    place, messages = Place(str(tmp_path)), tmp_path / "messages"
    with runs(place, messages, "commit", at(30), at(31), at(32)) as three:
        for number, one in enumerate(three):
            land(place, number)
            one.go()
            assert one.hear() == "committing"
        ends = [one.end() for one in three]
    lost = [end["error"] for end in ends if "error" in end]
    assert len(lost) <= 1, "a run that loses twice has seen two others win"
    assert [error for error in lost if not (LOST in error and " was written by run " in error)] == []
    with runs(place, messages, "no", at(40)) as [one]:
        one.end()
    entries = check(place, messages, 3)
    assert len(entries) == 4 - len(lost)


@pytest.mark.slow
def test_two_on_spark_at_once_give_what_they_give_one_after_the_other(
    tmp_path: Path, kafka: stack.Kafka
) -> None:
    place = Place(str(tmp_path))
    land(place, 0)
    land(place, 1)
    topic = new_topic(kafka.bootstrap_servers)
    broker = {"kafka_bootstrap_servers": kafka.bootstrap_servers, "kafka_topic": topic}
    both = [consolidate(place, **at(minute), **broker) for minute in (30, 31)]
    ends = [one.communicate()[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], ends
    entries = place.log().entries()
    assert [entry.commit for entry in entries] == [1, 2]
    counts = Counts(records_read=6, records_processed=4, duplicates_removed=2)
    assert [entry.counts for entry in entries] == [counts, counts]
    assert sorted(row["chargeback_id"] for row in place.listed()) == ["newest", "own-0", "own-1", "shared"]
    told = announcements(list({e["event_id"]: e for e in received(kafka.bootstrap_servers, topic)}.values()))
    assert {commit: sorted(ids) for commit, ids in told.items()} == {
        1: ["newest", "own-0", "own-1", "shared"],
        2: [],
    }


def consolidate(place: Place, **given: str) -> "subprocess.Popen[str]":
    """The command line, on Spark, in a process of its own."""
    words = [
        w for name, value in place.arguments(**given).items() for w in (f"--{name.replace('_', '-')}", value)
    ]
    program = [sys.executable, "-m", "chargebacks", "consolidate", "--master", "local[1]", *words]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(10))
def test_whenever_several_run_at_once_nothing_is_doubled_or_lost(tmp_path: Path, turn: int) -> None:
    """No commit is held up here: they meet wherever they meet."""
    place, messages = Place(str(tmp_path)), tmp_path / "messages"
    with runs(place, messages, "no", at(30), at(31), at(32), at(30)) as several:
        for number, one in enumerate(several[:3]):
            land(place, number)
            one.go()
        ends = [one.end() for one in several]
    lost = [end["error"] for end in ends if "error" in end]
    assert [error for error in lost if not (LOST in error and " was written by run " in error)] == []
    with runs(place, messages, "no", at(40)) as [one]:
        one.end()
    check(place, messages, 3)
