"""A run that is stopped at any step, and woken after others have committed and swept, does no harm.

Stopped it is as a process is by SIGSTOP: whatever it has read by then is old when it goes on. Meanwhile its
execution is run again, as a scheduler does that takes it for dead, then the next one, and then all that is
superseded is deleted. Everything must end as if the stopped run had never been.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.commits.sweeping import sweep
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import ChargebacksError
from chargebacks.schedule import parse_date
from tests.fixtures.places import DAY, NOW, Place
from tests.fixtures.stepping import Step, SteppedBroker, Steps, stepping
from tests.fixtures.story import ELEVEN, records
from tests.unit.consolidation.running import anonymous

LATER = datetime(2100, 1, 1, tzinfo=UTC)
PATIENCE = 30


@dataclass
class Stopping(Steps):
    """Lets whoever reaches the step wait there, and counts no step from then on."""

    stopped: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def _reach(self, what: str) -> None:
        with self._lock:
            if self.stopped.is_set():
                return
            self.taken.append(what)
            if self.named()[-1] != self.stop_at:
                return
            self.stopped.set()
        assert self.go_on.wait(PATIENCE)


@dataclass
class Story:
    """A place with one consolidation, and landing files for the next; more land before the one after it."""

    place: Place
    kept: dict[str, bytes] = field(default_factory=dict)
    first: SteppedBroker = field(default_factory=SteppedBroker)

    def prepare(self) -> "Story":
        self.place.land("a.json", [*records(*"abcdef"), {"status": "no id"}])
        self.run(self.first, "06:30")
        self.kept = self.place.written()
        self.place.land("b.json", [*records("a", updated_at=ELEVEN), *records("g"), {"status": "no id"}])
        return self

    def begin(self) -> SteppedBroker:
        self.place.restore(self.kept)
        Store(self.place.root).delete("landing/2025/11/20/c.json")
        return SteppedBroker(list(self.first.sent))

    def run(self, broker: SteppedBroker, at: str) -> None:
        settings = self.place.settings(execution_time=f"{DAY}T{at}:00", output_files="2")
        job.run(settings, InProcessEngine(), broker, lambda: NOW).raise_failures()

    def others(self, broker: SteppedBroker) -> None:
        """The stopped run's execution once more, the next one, and a sweep."""
        self.run(broker, "12:30")
        self.place.land("c.json", records("b", "h", updated_at=ELEVEN))
        self.run(broker, "18:30")
        self.sweep()

    def sweep(self) -> None:
        state = Store(f"{self.place.root}/_state/out")
        assert sweep(state, [parse_date(DAY)], LATER, timedelta(0)).problem is None

    def finish(self, broker: SteppedBroker) -> None:
        job.recover(self.place.settings(), broker)
        self.sweep()

    def kinds(self) -> list[str]:
        """What the generations hold, run ids and attempts apart."""
        paths = Store(f"{self.place.root}/_state/out").walk(f"generations/{DAY}")
        return sorted(f"{one.path.split('/')[2][:8]} {one.path.split('/', 3)[3]}" for one in paths)


@dataclass
class Ending:
    projection: dict[str, bytes]
    events: list[str]
    generations: list[str]
    steps: Steps


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(Place(str(tmp_path_factory.mktemp("zombies")))).prepare()


@pytest.fixture(scope="module")
def ending(story: Story) -> Ending:
    """Where the others end alone, and the steps of the run that will be stopped."""
    broker, steps = story.begin(), Steps()
    broker.steps = steps
    with stepping(steps):
        story.run(broker, "12:30")
    broker = story.begin()
    story.others(broker)
    story.finish(broker)
    return Ending(story.place.projection(), anonymous(broker), story.kinds(), steps)


def woken(story: Story, step: Step, meanwhile: Callable[[SteppedBroker], None]) -> SteppedBroker:
    """A run, stopped at that step until the others are done. It may fail, but must say why in one line."""
    broker, steps, failed = story.begin(), Stopping(step), list[BaseException]()
    broker.steps = steps

    def zombie() -> None:
        try:
            story.run(broker, "12:30")
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    with stepping(steps):
        thread = threading.Thread(target=zombie)
        thread.start()
        try:
            assert steps.stopped.wait(PATIENCE)
            others = SteppedBroker(broker.sent)
            meanwhile(others)
        finally:
            steps.go_on.set()
            thread.join()
    for error in failed:
        assert isinstance(error, ChargebacksError), step
        assert "\n" not in str(error)
    return broker


def harm(story: Story, ending: Ending, step: Step) -> list[str]:
    """What differs from what the others would have come to alone."""
    broker = woken(story, step, story.others)
    story.finish(broker)
    found = story.place.projection()
    differing = {path for path in found | ending.projection if found.get(path) != ending.projection.get(path)}
    problems = [f"{step}: {path} differs" for path in sorted(differing)]
    if anonymous(broker) != ending.events:
        problems.append(f"{step}: the messages differ")
    if story.kinds() != ending.generations:
        problems.append(f"{step}: the generations hold {story.kinds()}")
    return problems


def changes(ending: Ending) -> list[Step]:
    """The steps that change something outside the process."""
    return ending.steps.pick(ending.steps.changes())


def telling(ending: Ending) -> list[Step]:
    """Those, and the reads of what a sweep may have deleted."""
    reads = [step for step in ending.steps.named() if step.call.startswith("get generations/")]
    return [*changes(ending), *reads]


def test_whatever_step_a_run_is_stopped_at_it_does_no_harm_when_it_is_woken(
    story: Story, ending: Ending
) -> None:
    assert len(telling(ending)) > 20
    assert [problem for step in telling(ending) for problem in harm(story, ending, step)] == []


def test_a_run_that_sleeps_through_a_sweep_alone_loses_nothing(story: Story, ending: Ending) -> None:
    """Its number is free yet, so what it wrote for it stays, however old that looks."""
    for step in changes(ending):
        broker = woken(story, step, lambda _: story.sweep())
        head = story.place.log().head()
        assert head
        assert head.commit == 2, step
        assert {row["chargeback_id"] for row in story.place.named(head)} == set("abcdefg")
        assert len(story.place.listed()) == 7
        assert story.place.log().unpublished() == []
        assert broker.distinct()


@pytest.mark.slow
def test_stopped_at_any_call_at_all_it_does_none_either(story: Story, ending: Ending) -> None:
    others = [step for step in ending.steps.named() if step not in telling(ending)]
    assert [problem for step in others for problem in harm(story, ending, step)] == []
