"""A restart of the log that dies, or whose store fails, at any step: the same run again ends as if nothing had."""

from contextlib import suppress

import pytest

from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import ChargebacksError
from tests.fixtures.places import DAY, NOW, Place
from tests.fixtures.stepping import Died, Fault, SteppedBroker, Steps, stepping
from tests.unit.consolidation.builders import newer, records
from tests.unit.consolidation.running import anonymous

IDS = {f"cb-{n}" for n in range(9)}


def consolidate(place: Place, broker: SteppedBroker, at: str, **given: str) -> None:
    settings = place.settings(execution_time=f"{DAY}T{at}:00", parallel_partitions="1", **given)
    job.run(settings, InProcessEngine(), broker, lambda: NOW).raise_failures()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two executions, then all state is lost, and with it what is published."""
    place = Place(str(tmp_path_factory.mktemp("lost")))
    place.land("a.json", records(*IDS))
    consolidate(place, SteppedBroker(), "00:30")
    place.land("b.json", [*newer("cb-1", "cb-2"), *newer("cb-3", event_type="REMOVE")])
    consolidate(place, SteppedBroker(), "01:30")
    place.restore({path: data for path, data in place.written().items() if not path.startswith("_state")})
    return place


@pytest.mark.parametrize("fault", Fault)
def test_whatever_befalls_a_restart_the_same_run_again_ends_as_if_nothing_had(
    place: Place, fault: Fault
) -> None:
    lost, at = place.written(), {"at": "06:30", "restart_log": "true"}

    def nothing_is_missed() -> None:
        assert {row["chargeback_id"] for row in place.listed()} == IDS

    undisturbed, broker = Steps(), SteppedBroker()
    broker.steps = undisturbed
    with stepping(undisturbed):
        consolidate(place, broker, **at)
    wanted, events = place.projection(), anonymous(broker)
    assert place.log().newest() == 3
    steps = undisturbed.pick(undisturbed.changes())
    assert len(steps) > 12
    for stop_at in steps[::2]:
        place.restore(lost)
        broker = SteppedBroker()
        broker.steps = Steps(stop_at, fault, nothing_is_missed)
        with stepping(broker.steps), suppress(Died, ChargebacksError):
            consolidate(place, broker, **at)
        assert broker.steps.reached, stop_at
        assert not broker.steps.complaints, broker.steps.complaints[0]
        broker.steps = Steps()
        consolidate(place, broker, **at)
        found = {path: data for path, data in place.projection().items() if "/pending/" not in path}
        assert found == wanted, stop_at
        assert anonymous(broker) == events, stop_at
    place.restore(lost)
