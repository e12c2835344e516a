"""A run dies, or fails, while another is at work on the same partition: nothing of it is left undone for good.

The other run announces what the first committed. With that its marker goes, so all else must be done before.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.commits import recovery
from chargebacks.consolidation.commits.converge import manifest_path, quarantine_name
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import ChargebacksError, StorageError
from tests.fixtures.places import DAY, NOW, Place
from tests.fixtures.stepping import Died, Fault, Step, SteppedBroker, Steps, stepping
from tests.fixtures.story import ELEVEN, records
from tests.unit.consolidation.running import Broker, Interrupted


def run(place: Place, broker: Broker, at: str, engine: Any = None) -> None:
    settings = place.settings(execution_time=f"{DAY}T{at}:00")
    job.run(settings, engine or InProcessEngine(), broker, lambda: NOW).raise_failures()


def left_undone(place: Place) -> list[str]:
    """What of the newest entry is not in view, and what of any entry neither announced nor in the quarantine."""
    log, written = place.log(), place.written()
    head = log.head()
    assert head
    problems = []
    if place.listed() != place.named(head):
        problems.append("the view is not what the newest entry holds")
    manifest = written[f"_state/out/{manifest_path(head.partition_date)}"].decode().split()
    if manifest != [Store(f"{place.root}/_state/out").url(file.path) for file in head.files]:
        problems.append("the manifest names other files")
    for entry in log.entries():
        copy = written.get(f"_quarantine/out/{quarantine_name(entry.partition_date, entry.commit)}")
        if entry.rejects and copy != written[f"_state/out/{entry.rejects}"]:
            problems.append(f"the rejects of entry {entry.commit} are not in the quarantine")
    problems += [f"entry {entry.commit} is not announced" for entry in log.unpublished()]
    return problems + [f"{path} is left" for path in written if "/pending/" in path]


def made(root: Path) -> Place:
    place = Place(str(root))
    place.land("a.json", [*records(*"abc"), {"status": "no id"}])
    return place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return made(tmp_path)


def second_run(place: Place, broker: Broker, steps: Steps) -> None:
    """Another job's execution, with news and a reject of its own."""
    place.land("b.json", [*records("a", updated_at=ELEVEN), *records("d"), {"status": "no id"}])
    with stepping(steps):
        try:
            run(place, broker, "12:30")
        except (Died, ChargebacksError):
            return


def before_announcing(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> None:
    """Something happens when a run has committed and brought into view, and is about to announce."""
    real = job._announced

    def announced(*given: Any) -> Any:
        monkeypatch.setattr(job, "_announced", real)
        meanwhile()
        return real(*given)

    monkeypatch.setattr(job, "_announced", announced)


def after_the_commit(tmp_path: Path, commit: int) -> list[Step]:
    """The steps of the second run, when it commits that entry, from its commit to its last."""
    place, steps, broker = made(tmp_path / "alone"), Steps(), SteppedBroker()
    if commit == 2:
        run(place, Broker(), "06:30")
    broker.steps = steps
    second_run(place, broker, steps)
    calls = [step.call for step in steps.named()]
    return steps.named()[calls.index(f"create log/{DAY}/{commit:08d}.json") + 1 :]


@pytest.mark.parametrize("fault", [Fault.KILLED, Fault.FAILS])
@pytest.mark.parametrize(("met", "commit"), [("before it announces", 2), ("before it commits", 1)])
def test_a_run_that_ends_at_any_step_after_its_commit_while_another_is_at_work_leaves_nothing_undone(
    met: str, commit: int, fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = after_the_commit(tmp_path, commit)
    assert len(steps) > 10
    for number, step in enumerate(steps):
        place, broker = made(tmp_path / f"{number}"), SteppedBroker()
        broker.steps = Steps(step, fault)

        def meanwhile(place: Place = place, broker: SteppedBroker = broker) -> None:
            second_run(place, broker, broker.steps)

        if met == "before it commits":
            run(place, Broker(), "06:30", Interrupted(lambda _, go=meanwhile: go()))
        else:
            before_announcing(monkeypatch, meanwhile)
            run(place, Broker(), "06:30")
        assert broker.steps.reached, step
        job.recover(place.settings(), Broker())
        assert left_undone(place) == [], step


def test_what_cannot_be_brought_into_view_is_not_announced_by_others_either(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = after_the_commit(tmp_path, 2)

    def meanwhile() -> None:
        second_run(place, Broker(), Steps(first))
        monkeypatch.setattr(recovery, "converge", refusing)

    before_announcing(monkeypatch, meanwhile)
    broker = Broker()
    report = job.run(place.settings(), InProcessEngine(), broker, lambda: NOW)
    assert "copying is refused" in str(report.publish_problem)
    assert (broker.sent, len(place.log().unpublished())) == ([], 2)
    monkeypatch.undo()
    job.recover(place.settings(), broker)
    assert left_undone(place) == []


def refusing(*_: Any) -> list[str]:
    raise StorageError("copying is refused: by the test")


def test_without_a_broker_a_run_asks_the_store_little_more_of_days_that_owe_messages(place: Place) -> None:
    calls = []
    for number in range(8):
        place.land(f"{number}.json", records(f"new-{number}"))
        steps = Steps()
        with stepping(steps):
            settings = place.settings(execution_time=f"{DAY}T{number + 1:02d}:30:00")
            job.run(settings, InProcessEngine(), None, lambda: NOW).raise_failures()
        calls.append(len(steps.taken))
    growth = [later - earlier for earlier, later in pairwise(calls[2:])]
    assert max(growth) <= 5, calls
