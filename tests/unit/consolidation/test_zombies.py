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
from tests.fixtures.stepping import SteppedBroker, Steps, stepping
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
            if len(self.taken) != self.stop_at:
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
    steps: list[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(Place(str(tmp_path_factory.mktemp("zombies")))).prepare()


@pytest.fixture(scope="module")
def ending(story: Story) -> Ending:
    """Where the others end alone, and the steps of the run that will be stopped."""
    broker, steps = story.begin(), Steps()
    with stepping(steps):
        story.run(SteppedBroker(), "12:30")
    broker = story.begin()
    story.others(broker)
    story.finish(broker)
    return Ending(story.place.projection(), anonymous(broker), story.kinds(), steps.taken)


def woken(story: Story, stop_at: int, meanwhile: Callable[[SteppedBroker], None]) -> SteppedBroker:
    """A run, stopped at that step until the others are done. It may fail, but must say why in one line."""
    broker, steps, failed = story.begin(), Stopping(stop_at), list[BaseException]()
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
        assert isinstance(error, ChargebacksError), steps.taken[-1]
        assert "\n" not in str(error)
    return broker


def harm(story: Story, ending: Ending, stop_at: int) -> list[str]:
    """What differs from what the others would have come to alone."""
    broker = woken(story, stop_at, story.others)
    story.finish(broker)
    step, found = ending.steps[stop_at - 1], story.place.projection()
    differing = {path for path in found | ending.projection if found.get(path) != ending.projection.get(path)}
    problems = [f"{step}: {path} differs" for path in sorted(differing)]
    if anonymous(broker) != ending.events:
        problems.append(f"{step}: the messages differ")
    if story.kinds() != ending.generations:
        problems.append(f"{step}: the generations hold {story.kinds()}")
    return problems


def telling(ending: Ending) -> list[int]:
    """The steps that change something, and the reads of what a sweep may have deleted."""
    steps = Steps(taken=ending.steps)
    reads = [n for n, step in enumerate(ending.steps, 1) if step.startswith("get generations/")]
    return sorted({*steps.changes(), *reads})


def test_whatever_step_a_run_is_stopped_at_it_does_no_harm_when_it_is_woken(
    story: Story, ending: Ending
) -> None:
    assert [problem for n in telling(ending) for problem in harm(story, ending, n)] == []


def test_a_run_that_sleeps_through_a_sweep_alone_loses_nothing(story: Story, ending: Ending) -> None:
    """Its number is free yet, so what it wrote for it stays, however old that looks."""
    steps = Steps(taken=ending.steps)
    for stop_at in steps.changes():
        broker = woken(story, stop_at, lambda _: story.sweep())
        head = story.place.log().head()
        assert head
        assert head.commit == 2, ending.steps[stop_at - 1]
        assert {row["chargeback_id"] for row in story.place.named(head)} == set("abcdefg")
        assert len(story.place.listed()) == 7
        assert story.place.log().unpublished() == []
        assert broker.distinct()


@pytest.mark.slow
def test_stopped_at_any_call_at_all_it_does_none_either(story: Story, ending: Ending) -> None:
    others = sorted({*range(1, len(ending.steps) + 1)} - {*telling(ending)})
    assert [problem for n in others for problem in harm(story, ending, n)] == []
