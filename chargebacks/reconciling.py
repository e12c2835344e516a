"""What the table must have reached, by what the commit log says was announced: the two sides held together."""

from collections.abc import Iterator

from chargebacks.adapters.store import Store
from chargebacks.consolidation.announce.messages import slice_events
from chargebacks.consolidation.announce.publishing import announced_ids
from chargebacks.consolidation.announce.replaying import expired, living_ids
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.errors import StorageError
from chargebacks.projection.decide import position
from chargebacks.projection.standing import Expected


def announced(log: CommitLog, store: Store) -> Iterator[tuple[str, Iterator[Expected]]]:
    """What each entry of a partition announced, in words and by chargeback.

    Of entries whose ids have expired, all that the newest holds. Raises StorageError when ids are deleted meanwhile.
    """
    every = [entry for entry in log.entries() if entry.announcement.ids]
    gone = [entry for entry in every if expired(store, entry)]
    for entry in every:
        if entry not in gone:
            yield f"entry {entry.commit}{_debt(log, entry)}", _expected(store, entry)
    if gone and (head := log.head()):
        numbers = ", ".join(str(entry.commit) for entry in gone)
        # Which of them named a chargeback is forgotten, so any message of the day will do.
        least = f"{head.partition_date}|"
        yield (
            f"all of entry {head.commit}, for the ids of {numbers} have expired",
            (Expected(one, least) for one in living_ids(store, head)),
        )


def _debt(log: CommitLog, entry: Entry) -> str:
    return "" if log.is_published(entry) else " (not published yet)"


def _expected(store: Store, entry: Entry) -> Iterator[Expected]:
    try:
        for event in slice_events(entry, announced_ids(store, entry)):
            reached = position(event)
            yield from (Expected(one, reached) for one in event["chargeback_ids"])
    except FileNotFoundError as error:
        raise StorageError(
            f"partition {entry.partition_date}: of what entry {entry.commit} announced {error} any more, deleted by a "
            "run or by chargebacks expire: ask again"
        ) from error
