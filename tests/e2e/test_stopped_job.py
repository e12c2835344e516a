"""A job that SIGSTOP stops at any step, and SIGCONT wakes after another has committed and swept, does no harm.

All in real processes; every step of the protocol with threads instead: tests/unit/consolidation/test_zombies.py.
"""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.partition import hive
from chargebacks.schedule import parse_date
from chargebacks.settings import ARGUMENTS
from tests.e2e.one_run import FileBroker
from tests.fixtures.places import DAY, Place
from tests.fixtures.runs import distinct, runs
from tests.fixtures.stepping import Step, Steps
from tests.fixtures.story import ONE_BY_ONE, Ending, Readers, Story

DAYS = ("2025-11-19", DAY)
GIVEN = {"output_files": "2", **ONE_BY_ONE}
SWEEPING = {"superseded_hours": "0"} if "superseded_hours" in {a.name for a in ARGUMENTS} else {}
# Where most is at stake: it has read what is swept, it holds a number that is taken, or it writes what is outdated.
TELLING = [
    "get generations/2025-11-20/.*/data/",
    "create log/2025-11-20/00000002.json",
    "walk $",  # of the view, for files that its head does not name
    "copy_to generations/2025-11-20/.*/data/",
    "delete part-",
    "message",
]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(Place(str(tmp_path_factory.mktemp("story")))).prepare()


@pytest.fixture(scope="module")
def ending(story: Story) -> Ending:
    return story.undisturbed()


@pytest.fixture(scope="module")
def calm(story: Story, ending: Ending, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is left where nobody was stopped: the next execution alone."""
    messages = begin(story, tmp_path_factory.mktemp("calm"))
    another(story.place, messages)
    return left(story.place, messages)


def begin(story: Story, folder: Path) -> Path:
    """The story as it was after its first execution; the file that has its messages."""
    messages = folder / "messages"
    messages.write_bytes(b"".join(message.value + b"\n" for message in story.begin().sent))
    return messages


def another(place: Place, messages: Path) -> None:
    """The next execution: it finds the day's files uncovered, or covered by then, and sweeps."""
    settings = place.settings(execution_time=f"{DAY}T18:30:00", **GIVEN, **SWEEPING)
    job.run(settings, InProcessEngine(), FileBroker(messages, Steps())).raise_failures()


def left(place: Place, messages: Path) -> dict[str, Any]:
    """What others see of two days, whoever consolidated them in however many entries."""
    job.recover(place.settings(execution_time=f"{DAY}T18:30:00"), FileBroker(messages, Steps()))
    events = distinct(messages)
    found: dict[str, Any] = {"announced": sorted(one for e in events for one in e.get("chargeback_ids", []))}
    for day in DAYS:
        head = place.log(day).head()
        assert head
        rows = [
            sorted(json.dumps(row, default=str) for row in some)
            for some in (place.named(head), place.listed(day))
        ]
        assert rows[0] == rows[1]
        assert manifest(place, day) == sorted(file.path for file in head.files)
        found[day] = {"rows": rows[0], "counts": head.counts, "covered": head.landing_files}
        summaries = [e["commit"] for e in events if e["partition_date"] == day and "slice" not in e]
        assert sorted(summaries) == [entry.commit for entry in place.log(day).entries()]
        assert place.log(day).unpublished() == []
    assert not list((Path(place.root) / "_state/out/pending").rglob("*.json"))
    rejected = (Path(place.root) / "_quarantine").rglob("*.jsonl")
    found["rejected"] = sorted(line for path in rejected for line in path.read_text().splitlines())
    return found


def manifest(place: Place, day: str) -> list[str]:
    """The files that Athena is told to read, below the state root."""
    state = Path(place.root) / "_state/out"
    told = (state / "symlink_manifest" / hive(parse_date(day)) / "manifest").read_text().splitlines()
    return sorted(one.removeprefix(f"{state}/") for one in told)


def stopped_and_woken(story: Story, ending: Ending, step: Step, messages: Path) -> dict[str, Any]:
    """What a job tells that was stopped at that step, while another ran from end to end. Readers look at it wake."""
    same = ending.commits[2]  # what every entry holds from the second on
    readers = Readers(story.place, {1: ending.commits[1], 2: same, 3: same, 4: same}, seen_whole=2)
    given = {"execution_time": f"{DAY}T12:30:00", **GIVEN, **SWEEPING}
    with runs(story.place, messages, f"{step.nth}:{step.call}", given) as [zombie]:
        zombie.go()
        zombie.hear()
        zombie.await_stop()
        another(story.place, messages)
        zombie.wake()
        while zombie.runs():
            with suppress(FileNotFoundError):  # swept at once here, not a day later
                readers.look()
        return zombie.end()


def check(story: Story, ending: Ending, step: Step, messages: Path, calm: dict[str, Any]) -> None:
    end = stopped_and_woken(story, ending, step, messages)
    assert "report" in end or "\n" not in end["error"]
    assert left(story.place, messages) == calm


@pytest.mark.parametrize("step", TELLING)
def test_a_job_that_wakes_after_another_has_committed_and_swept_does_no_harm(
    story: Story, ending: Ending, calm: dict[str, Any], tmp_path: Path, step: str
) -> None:
    *_, told = (one for one in ending.steps.named() if re.match(step, one.call))
    check(story, ending, told, begin(story, tmp_path), calm)


@pytest.mark.slow
def test_at_whatever_step_a_job_is_stopped_it_does_no_harm(
    story: Story, ending: Ending, calm: dict[str, Any], tmp_path: Path
) -> None:
    for step in (*ending.changes, *ending.reads):
        check(story, ending, step, begin(story, tmp_path), calm)
