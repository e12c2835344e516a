"""Every step of a run is where it may die, or where store or broker may fail: the next run ends where none had.

All the while one reader lists the output folder afresh, and another reads what the log's newest entry names.
The same on S3: tests/integration/test_crashes_on_s3.py; with Spark and real signals: tests/e2e/test_killed_job.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.commits.recovery import Finished
from chargebacks.settings import FORMATS
from tests.fixtures.places import Place
from tests.fixtures.stepping import Died, Fault, Step, SteppedBroker, Steps, stepping
from tests.fixtures.story import Ending, Story, ends_well
from tests.unit.consolidation.running import anonymous, log, view

LONG_AGO = {"partition_date": "2025-10-01", "execution_time": "2025-10-01T06:30:00"}  # no day of the story


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(Place(str(tmp_path_factory.mktemp("story")))).prepare()


@pytest.fixture(scope="module")
def ending(story: Story) -> Ending:
    return story.undisturbed()


def root(story: Story) -> Path:
    return Path(story.place.root)


def after_commit(ending: Ending) -> list[Step]:
    """The changes that come after the second consolidation's commit."""
    return ending.changes[ending.changes.index(Step("create log/2025-11-20/00000002.json")) + 1 :]


def test_the_undisturbed_run_takes_every_kind_of_step(ending: Ending) -> None:
    """The measure of the tests below: were a step not counted, they would prove nothing about it."""
    taken = "\n".join(ending.steps.taken)
    for step in (
        *("put pending/", "/data/part-", "/announced/ids-", "coverage.jsonl", "rejects.jsonl"),
        *("create log/", "copy_to generations/", "put symlink_manifest/", "delete part-", "message"),
        *(".published.json", "delete pending/", "walk log/", "walk 2025/11/20"),
    ):
        assert step in taken
    assert len(ending.changes) > 25
    assert len(ending.reads) > 25


@pytest.mark.parametrize("fault", Fault)
def test_whatever_befalls_a_change_the_same_run_again_ends_as_if_nothing_had(
    story: Story, ending: Ending, fault: Fault
) -> None:
    problems = [p for step in ending.changes for p in ends_well(story, ending, step, fault)]
    assert problems == []


def test_whatever_read_fails_the_same_run_again_ends_as_if_none_had(story: Story, ending: Ending) -> None:
    """Killed at a read is killed before the change that follows, for all that the world can see."""
    problems = [p for step in ending.reads for p in ends_well(story, ending, step, Fault.FAILS)]
    assert problems == []


@pytest.mark.slow
@pytest.mark.parametrize("output_format", FORMATS)
def test_in_every_format_every_fault_at_every_step_ends_as_if_there_was_none(
    tmp_path: Path, output_format: str
) -> None:
    story = Story(Place(str(tmp_path)), output_format).prepare()
    ending = story.undisturbed()
    steps = ending.steps.named()
    assert [p for step in steps for fault in Fault for p in ends_well(story, ending, step, fault)] == []


@contextmanager
def killed(story: Story, ending: Ending, stop_at: Step) -> Iterator[SteppedBroker]:
    broker, _ = story.tell(stop_at, Fault.KILLED, ending)
    broker.steps = Steps()
    yield broker


def test_a_run_killed_at_any_step_is_finished_by_a_run_for_another_day_if_it_committed(
    story: Story, ending: Ending
) -> None:
    """What was committed reaches view, quarantine and broker; what was not is as if it had never run."""
    seen = set()
    for stop_at in ending.changes:
        with killed(story, ending, stop_at) as broker:
            entries = len(log(root(story)).entries())
            story.run(broker, **LONG_AGO)
            assert len(log(root(story)).entries()) == entries
            assert set(view(root(story))) == set("abcdef" if entries == 1 else "abcdefg")
            told = {
                one["commit"] for one in broker.distinct().values() if one["partition_date"] == "2025-11-20"
            }
            assert told == set(range(1, entries + 1))
            assert log(root(story)).unpublished() == []
            seen.add(entries)
    assert seen == {1, 2}


def test_what_a_killed_run_committed_is_finished_by_recovering_alone(story: Story, ending: Ending) -> None:
    for stop_at in after_commit(ending):
        with killed(story, ending, stop_at) as broker:
            story.recover(broker)
            assert story.place.projection() == ending.projection
            assert anonymous(broker) == ending.events


def test_runs_killed_one_after_another_at_any_step_end_there_too(story: Story, ending: Ending) -> None:
    """Each try gets some steps further than the one before."""
    broker = story.begin()
    for stop_at in ending.changes[::3]:
        broker.steps = Steps(stop_at)
        with stepping(broker.steps), suppress(Died):
            story.run(broker)
            break
    broker.steps = Steps()
    story.run(broker)
    story.recover(broker)
    assert story.place.projection() == ending.projection
    assert anonymous(broker) == ending.events


def test_without_recovery_a_killed_run_stays_unfinished(
    story: Story, ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests above notice when recovery is switched off."""
    monkeypatch.setattr(job, "finish", lambda *_: Finished())
    with killed(story, ending, after_commit(ending)[0]) as broker:
        story.run(broker, **LONG_AGO)
        assert "g" not in view(root(story))
        assert log(root(story)).unpublished() != []


def test_readers_notice_a_view_whose_old_copies_go_before_the_new_ones_come(
    story: Story, ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests above notice when a fresh listing would miss a record."""

    def hasty(self: Store, path: str, target: Store, name: str) -> None:
        for stored in list(target.walk("")):
            target.delete(stored.path)
        real(self, path, target, name)

    real = Store.copy_to
    monkeypatch.setattr(Store, "copy_to", hasty)
    with pytest.raises(AssertionError, match="was not there, or was old"):
        story.tell(ending.changes[-1], Fault.FAILS, ending)
