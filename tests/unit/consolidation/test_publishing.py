"""Publishing what is owed, when what it needs has gone meanwhile."""

from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation.announce.publishing import Sent, publish_partition
from chargebacks.consolidation.commits.converge import Places
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.errors import StorageError
from chargebacks.schedule import parse_date
from tests.unit.consolidation.builders import DAY, land, newer, records
from tests.unit.consolidation.running import Broker, log, run_day


def state(root: Path) -> Store:
    return Store(str(root / "_state/out"))


def places(root: Path) -> Places:
    return Places(state(root), Store(str(root / "_quarantine/out")))


def published(root: Path, broker: Broker) -> Sent:
    """Publish all that the day owes."""
    return sum(publish_partition(places(root), parse_date(DAY), broker), Sent())


@pytest.fixture
def owing(tmp_path: Path) -> Path:
    """Two entries, neither published."""
    land(tmp_path, "a.json", records("a", "b"))
    run_day(tmp_path)
    land(tmp_path, "b.json", newer("a"))
    run_day(tmp_path, at="12:30")
    return tmp_path


def test_ids_that_expired_after_another_run_had_sent_them_all_are_passed_over(
    owing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was stopped between reading the log and publishing, and woken after months."""
    old = log(owing).unpublished()
    published(owing, Broker())
    state(owing).delete_all(old[0].announcement.chunks)
    monkeypatch.setattr(CommitLog, "unpublished", lambda _: old)
    broker = Broker()
    again = published(owing, broker)
    assert (again.messages, again.confirmed) == (2, ())  # the other run counts them as published
    assert broker.announced == ["a"]


def test_ids_that_are_gone_before_they_were_sent_are_told_and_the_entry_stays_owed(owing: Path) -> None:
    first = log(owing).entries()[0]
    state(owing).delete(first.announcement.chunks[-1])
    told = (
        "partition 2025-11-20: entry 1 cannot be published, for of the ids that it announces .* is not there"
    )
    with pytest.raises(StorageError, match=told):
        published(owing, Broker())
    assert log(owing).unpublished() == log(owing).entries()
