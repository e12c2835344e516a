"""The crash matrix of tests/unit/consolidation/test_crashes.py on S3 as moto speaks it."""

import pytest

from tests.fixtures.places import Place
from tests.fixtures.s3 import new_bucket
from tests.fixtures.stepping import Fault
from tests.fixtures.story import Ending, Story, ends_well

# The steps around the commit, each with the fault that hurts it most; make test-all takes every one with every.
SAMPLE = [
    ("create log/2025-11-20/00000002.json", Fault.FAILS),
    ("create log/2025-11-20/00000002.json", Fault.ANSWER_LOST),
    ("copy_to generations/2025-11-20", Fault.KILLED),
    ("delete part-", Fault.KILLED),
    ("message", Fault.ANSWER_LOST),
    ("00000002.published.json", Fault.ANSWER_LOST),
]


@pytest.fixture(scope="module")
def story(s3_environment: None) -> Story:
    return Story(Place(new_bucket())).prepare()


@pytest.fixture(scope="module")
def ending(story: Story) -> Ending:
    return story.undisturbed()


@pytest.mark.parametrize(("step", "fault"), SAMPLE)
def test_on_s3_a_run_with_a_fault_and_the_same_run_again_end_as_if_there_was_none(
    story: Story, ending: Ending, step: str, fault: Fault
) -> None:
    told = next(change for change in ending.changes if step in change.call)
    assert ends_well(story, ending, told, fault) == []


@pytest.mark.slow
def test_on_s3_every_fault_at_every_step_ends_as_if_there_was_none(story: Story, ending: Ending) -> None:
    cases = [(step, fault) for step in ending.changes for fault in Fault]
    cases += [(step, Fault.FAILS) for step in ending.reads]
    assert [p for step, fault in cases for p in ends_well(story, ending, step, fault)] == []
