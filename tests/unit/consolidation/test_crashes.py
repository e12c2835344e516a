"""Every step of a run is where it may die, or where the store may fail: the next run ends where none had.

The run under test is a second execution that reads rejects, a removal, echoes and a late file for the day before.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from chargebacks.consolidation import job
from chargebacks.consolidation.job import recover
from chargebacks.errors import ChargebacksError, StorageError
from tests.unit.consolidation.builders import json_lines, land, newer, records, settings
from tests.unit.consolidation.running import (
    Broker,
    Died,
    Steps,
    anonymous,
    log,
    projection,
    run,
    stepping,
    view,
)

LONG_AGO = {"partition_date": "2025-10-01", "execution_time": "2025-10-01T06:30:00"}  # no day of the story
TWO_FILES = {"output_files": "2"}
PLACES = ("out", "_state", "_quarantine")


@dataclass
class Story:
    """A root where the first execution is done and the second has its files, to be returned to again and again."""

    root: Path
    first_events: Broker

    def begin(self) -> Broker:
        """Everything as it was after the first execution; the broker remembers what it got then."""
        for name in PLACES:
            shutil.rmtree(self.root / name, ignore_errors=True)
            if (self.root / "kept" / name).exists():
                shutil.copytree(self.root / "kept" / name, self.root / name)
        return Broker(list(self.first_events.sent))

    def second(self, broker: Broker, steps: Steps | None = None) -> None:
        """The second execution, by steps if given; a message is a step too."""
        broker.before_each = lambda: steps.tick("message") if steps else None
        with stepping(steps or Steps()):
            run(self.root, broker, None, "12:30", **TWO_FILES).raise_failures()
        broker.before_each = lambda: None


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root, broker = tmp_path_factory.mktemp("story"), Broker()
    land(root, "a.json", json_lines(*records(*"abcdef")) + b"broken\n")
    run(root, broker, None, **TWO_FILES).raise_failures()
    for name in PLACES:
        shutil.copytree(root / name, root / "kept" / name)
    land(
        root,
        "b.json",
        json_lines(*newer("a"), *newer("b", event_type="REMOVE"), *records("g", "c")) + b"broken\n",
    )
    land(root, "2025/11/19/late.json", records("late"))
    return Story(root, broker)


@pytest.fixture(scope="module")
def undisturbed(story: Story) -> tuple[list[str], dict[str, bytes], list[str]]:
    """The steps of a run that nothing disturbs, and where it ends: files and distinct events."""
    steps, broker = Steps(), story.begin()
    story.second(broker, steps)
    return steps.taken, projection(story.root), anonymous(broker)


def test_the_undisturbed_run_takes_every_kind_of_step(
    story: Story, undisturbed: tuple[list[str], ...]
) -> None:
    """The measure of the tests below: were a step not counted, they would prove nothing about it."""
    taken = "\n".join(undisturbed[0])
    for step in (
        "put pending/",
        "/data/part-",
        "/announced/ids-",
        "coverage.jsonl",
        "rejects.jsonl",
        "create log/",
    ):
        assert step in taken
    for step in (
        "copy_to generations/",
        "put symlink_manifest/",
        "delete part-",
        "message",
        ".published.json",
    ):
        assert step in taken
    assert "delete pending/" in taken
    assert len(undisturbed[0]) > 25


def end_as_undisturbed(
    story: Story, broker: Broker, undisturbed: tuple[list[str], dict[str, bytes], list[str]]
) -> None:
    recover(settings(story.root), broker)  # drops the marker of a run whose number another took
    assert projection(story.root) == undisturbed[1]
    assert anonymous(broker) == undisturbed[2]


@contextmanager
def disturbed(story: Story, stop_at: int, error: BaseException, after: bool = False) -> Iterator[Broker]:
    broker, steps = story.begin(), Steps(stop_at, error, after)
    with suppress(Died, ChargebacksError):
        story.second(broker, steps)
    assert len(steps.taken) >= stop_at, "the step was not reached"
    broker.before_each = lambda: None
    yield broker


def test_a_run_killed_at_any_step_is_finished_by_the_same_run_again(
    story: Story, undisturbed: tuple[list[str], dict[str, bytes], list[str]]
) -> None:
    for stop_at in range(1, len(undisturbed[0]) + 1):
        with disturbed(story, stop_at, Died()) as broker:
            story.second(broker)
            end_as_undisturbed(story, broker, undisturbed)


def test_a_store_that_fails_at_any_step_after_its_effect_leaves_nothing_that_a_run_cannot_finish(
    story: Story, undisturbed: tuple[list[str], dict[str, bytes], list[str]]
) -> None:
    """The answer was lost: for all the run knows, nothing happened. It may clean up after itself, wrongly."""
    for stop_at in range(1, len(undisturbed[0]) + 1):
        with disturbed(story, stop_at, StorageError("lost"), after=True) as broker:
            story.second(broker)
            end_as_undisturbed(story, broker, undisturbed)


def test_a_run_killed_at_any_step_is_finished_by_a_run_for_another_day_if_it_committed(
    story: Story, undisturbed: tuple[list[str], dict[str, bytes], list[str]]
) -> None:
    """What was committed reaches view, quarantine and broker; what was not is as if it had never run."""
    seen = set()
    for stop_at in range(1, len(undisturbed[0]) + 1):
        with disturbed(story, stop_at, Died()) as broker:
            entries = len(log(story.root).entries())
            run(story.root, broker, None, **LONG_AGO).raise_failures()
            assert len(log(story.root).entries()) == entries
            assert set(view(story.root)) == set("abcdef" if entries == 1 else "abcdefg")
            told = {
                one["commit"] for one in broker.distinct().values() if one["partition_date"] == "2025-11-20"
            }
            assert told == set(range(1, entries + 1))
            assert log(story.root).unpublished() == []
            seen.add(entries)
    assert seen == {1, 2}


def test_what_a_killed_run_committed_is_finished_by_recovering_alone(
    story: Story, undisturbed: tuple[list[str], dict[str, bytes], list[str]]
) -> None:
    last_commit = max(n for n, step in enumerate(undisturbed[0], 1) if step.endswith("11-20/00000002.json"))
    for stop_at in range(last_commit + 1, len(undisturbed[0]) + 1):
        with disturbed(story, stop_at, Died()) as broker:
            assert recover(settings(story.root), broker).unpublished == {}
            end_as_undisturbed(story, broker, undisturbed)


def test_without_recovery_a_killed_run_stays_unfinished(
    story: Story,
    undisturbed: tuple[list[str], dict[str, bytes], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tests above notice when recovery is switched off."""
    monkeypatch.setattr(job, "finish", lambda _: [])
    last_commit = max(n for n, step in enumerate(undisturbed[0], 1) if step.endswith("11-20/00000002.json"))
    with disturbed(story, last_commit + 1, Died()) as broker:
        run(story.root, broker, None, **LONG_AGO).raise_failures()
        assert "g" not in view(story.root)
        assert log(story.root).unpublished() != []


def test_runs_killed_one_after_another_at_any_step_end_there_too(
    story: Story, undisturbed: tuple[list[str], dict[str, bytes], list[str]]
) -> None:
    """Each try gets three steps further than the one before."""
    broker = story.begin()
    for stop_at in range(1, len(undisturbed[0]) + 1, 3):
        with suppress(Died):
            story.second(broker, Steps(stop_at))
            break
    story.second(broker)
    end_as_undisturbed(story, broker, undisturbed)
