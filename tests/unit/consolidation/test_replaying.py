"""Replaying: an entry's messages again, equal; all of the head's chargebacks when the entry's ids have expired."""

from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation.announce import replaying
from chargebacks.consolidation.announce.replaying import Replayed
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.contract.message import Message
from chargebacks.errors import StorageError
from tests.unit.consolidation.builders import land, newer, records
from tests.unit.consolidation.running import Broker, log, run_day, snapshot

TOPIC = "chargeback-consolidation-events"


def state(root: Path) -> Store:
    return Store(str(root / "_state/out"))


@pytest.fixture
def told(tmp_path: Path) -> Broker:
    """Two executions: c0 … c9, then c0 newer, c1 removed. What the broker got."""
    broker = Broker()
    land(tmp_path, "a.json", records(*(f"c{n}" for n in range(10))))
    run_day(tmp_path, broker)
    land(tmp_path, "b.json", [*newer("c0"), *newer("c1", event_type="REMOVE")])
    run_day(tmp_path, broker, at="12:30")
    return broker


def replay(root: Path, commit: int, topic: str | None = None) -> tuple[list[Message], Replayed]:
    broker, entries = Broker(), log(root).entries()
    [done] = replaying.replay(state(root), [entries[commit - 1]], entries[-1], broker, topic)
    assert done.messages == len(broker.sent)
    return broker.sent, done


def events(sent: list[Message]) -> list[dict[str, object]]:
    return Broker(sent).events


def of_commit(broker: Broker, commit: int) -> list[Message]:
    return [one for one, event in zip(broker.sent, broker.events, strict=True) if event["commit"] == commit]


def expire(root: Path, entry: Entry, how_many: int | None = None) -> None:
    state(root).delete_all(entry.announcement.chunks[:how_many])


@pytest.mark.parametrize("commit", [1, 2])
def test_an_entry_is_replayed_equal_byte_for_byte(tmp_path: Path, told: Broker, commit: int) -> None:
    before = snapshot(tmp_path)
    sent, done = replay(tmp_path, commit)
    assert sent == of_commit(told, commit)
    assert (done.topic, done.expired) == (TOPIC, False)
    assert snapshot(tmp_path) == before


def test_another_topic_may_be_named(tmp_path: Path, told: Broker) -> None:
    assert replay(tmp_path, 2, "other")[1].topic == "other"


def test_an_entry_that_announced_nothing_is_its_summary_alone(tmp_path: Path, told: Broker) -> None:
    run_day(tmp_path, told, at="18:30")
    sent, done = replay(tmp_path, 3)
    assert (sent, len(sent), done.expired) == (of_commit(told, 3), 1, False)


def test_an_expired_entry_announces_all_that_are_not_removed_with_the_heads_fields(
    tmp_path: Path, told: Broker
) -> None:
    first, head = log(tmp_path).entries()
    expire(tmp_path, first)
    sent, done = replay(tmp_path, 1)
    *slices, summary = events(sent)
    assert done.expired
    ids = [one for event in slices for one in event["chargeback_ids"]]  # type: ignore[attr-defined]
    assert sorted(ids) == ["c0", *(f"c{n}" for n in range(2, 10))]
    [head_slice] = [one for one in told.events if one["commit"] == 2 and "slice" in one]
    same = set(head_slice) - {"event_id", "chargeback_ids", "slice", "slices"}
    assert [{name: event[name] for name in same} for event in slices] == [
        {name: head_slice[name] for name in same}
    ]
    assert sent[-1] == of_commit(told, 1)[-1]
    assert summary["event_type"] == "consolidation_completed"
    assert head.commit == slices[0]["commit"]


def test_replaying_an_expired_entry_again_sends_equal_messages_with_event_ids_of_their_own(
    tmp_path: Path, told: Broker
) -> None:
    first, head = log(tmp_path).entries()
    expire(tmp_path, first)
    sent, _ = replay(tmp_path, 1)
    assert replay(tmp_path, 1)[0] == sent
    used = {event["event_id"] for event in told.events}
    assert not {event["event_id"] for event in events(sent[:-1])} & used
    assert log(tmp_path).head() == head


def test_an_entry_of_which_some_ids_expired_counts_as_expired(tmp_path: Path, told: Broker) -> None:
    first = log(tmp_path).entries()[0]
    assert len(first.announcement.chunks) > 1
    expire(tmp_path, first, 1)
    sent, done = replay(tmp_path, 1)
    assert done.expired
    assert [event["commit"] for event in events(sent)] == [2, 1]


def test_a_whole_day_is_replayed_as_it_was_announced(tmp_path: Path, told: Broker) -> None:
    broker, entries = Broker(), log(tmp_path).entries()
    done = list(replaying.replay(state(tmp_path), entries, entries[-1], broker))
    assert broker.sent == told.sent
    assert [one.entry.commit for one in done] == [1, 2]


def test_of_several_expired_entries_all_chargebacks_are_announced_once(tmp_path: Path, told: Broker) -> None:
    broker, entries = Broker(), log(tmp_path).entries()
    for entry in entries:
        expire(tmp_path, entry)
    done = list(replaying.replay(state(tmp_path), entries, entries[-1], broker))
    kinds = [event["event_type"] for event in broker.events]
    assert kinds == ["chargebacks_consolidated", "consolidation_completed", "consolidation_completed"]
    assert [one.expired for one in done] == [True, True]


def test_slices_of_all_are_cut_at_500_and_tell_how_many_there_are(tmp_path: Path) -> None:
    land(tmp_path, "a.json", records(*(f"c{n:04d}" for n in range(1100))))
    run_day(tmp_path, Broker(), output_files="7")
    run_day(tmp_path, Broker(), at="12:30", output_files="7")
    expire(tmp_path, log(tmp_path).entries()[0])
    *slices, _ = events(replay(tmp_path, 1)[0])
    sizes = [len(event["chargeback_ids"]) for event in slices]  # type: ignore[arg-type]
    assert (sizes, [event["slice"] for event in slices], {event["slices"] for event in slices}) == (
        [500, 500, 100],
        [1, 2, 3],
        {3},
    )


def test_one_data_file_at_a_time_is_read(
    tmp_path: Path, told: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = log(tmp_path).entries()[-1]
    read: list[str] = []
    real = Store.get
    monkeypatch.setattr(Store, "get", lambda self, path: (read.append(path), real(self, path))[1])
    ids = replaying.living_ids(state(tmp_path), head)
    next(ids)
    assert read == [head.files[0].path]


def test_what_is_swept_while_it_is_replayed_is_told_in_one_line(tmp_path: Path, told: Broker) -> None:
    first, head = log(tmp_path).entries()
    expire(tmp_path, first)
    state(tmp_path).delete(head.files[-1].path)
    with pytest.raises(StorageError, match="is not there any more, deleted by a run") as failed:
        replay(tmp_path, 1)
    assert "\n" not in str(failed.value)
