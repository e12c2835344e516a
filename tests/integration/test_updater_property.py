"""The table is a fold of the messages: whatever the order, the batching, the copies, the two at a time."""

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.msk import Event, Handler, batch, failed_offsets, items, record, slice_of, summary
from tests.oracle.fold import fold, named

pytest_plugins = ["tests.fixtures.updater"]

# Each with the UTC day of its creation, by hand.
CREATED = {
    "cb-0": ("2025-11-20T00:00:00Z", "2025-11-20"),
    "cb-1": ("2025-11-20T23:59:59.999999Z", "2025-11-20"),
    "cb-2": ("2025-11-20T21:00:00-03:00", "2025-11-21"),
    "cb-3": ("2025-11-21T12:00:00", "2025-11-21"),
    "cb-4": ("2025-11-22T00:00:00Z", "2025-11-22"),
    "çb 5 'x'": ("2025-11-21T02:00:00+05:30", "2025-11-20"),
}
IDS = (*CREATED, "never-created-1", "never-created-2")
MOMENTS = (
    "06:45:32.123456+00:00",
    "06:45:32.123456Z",
    "03:45:32.123457-03:00",
    "06:45:32Z",
    "18:00:00.5+00:00",
)

days = st.sampled_from(["2025-11-20", "2025-11-21"])
consolidations = st.fixed_dictionaries(
    {
        "partition_date": days,
        "completed_at": st.builds("{}T{}".format, days, st.sampled_from(MOMENTS)),
        "execution_sequence": st.integers(1, 2),
        "records_processed": st.integers(0, 2),
        "job_name": st.sampled_from(["job", "other-job"]),
        "output_format": st.sampled_from(["csv", "parquet"]),
    }
)
slices = st.builds(
    lambda ids, told: slice_of(*ids, **told),
    st.lists(st.sampled_from(IDS), min_size=1, max_size=5, unique=True),
    consolidations,
)
summaries = st.builds(lambda told: summary(**told), consolidations)


BEFORE = {name: {"chargeback_id": name, "created_at": created} for name, (created, _) in CREATED.items()}


def touched(message: Event, keys: Collection[str]) -> Iterable[str]:
    """Whom a slice names; a summary, whom that day saw created."""
    if "slice" in message:
        return named(message, keys)
    return [name for name in keys if CREATED[name][1] == message["partition_date"]]


def reset(table: Any) -> None:
    with table.batch_writer() as writer:
        for name, (created, _) in CREATED.items():
            writer.put_item(Item={"chargeback_id": name, "created_at": created})


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """Messages, and the batches in which all of them arrive twice, in any order."""
    messages = draw(st.lists(slices, min_size=1, max_size=6)) + draw(st.lists(summaries, max_size=2))
    twice = draw(st.permutations([*messages, *messages]))
    cuts = sorted(draw(st.sets(st.integers(1, len(twice)), max_size=4)) | {0, len(twice)})
    partitions = draw(st.lists(st.integers(0, 2), min_size=len(twice), max_size=len(twice)))
    records = [record(m, n, p) for n, (m, p) in enumerate(zip(twice, partitions, strict=True))]
    return messages, [batch(*records[a:b]) for a, b in pairwise(cuts)]


@given(deliveries())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_all_messages_twice_in_any_order_and_batching_give_the_fold(
    handler: Handler, table: Any, delivered: tuple[list[Event], list[Event]]
) -> None:
    messages, batches = delivered
    reset(table)
    for event in batches:
        assert handler(event) == {"batchItemFailures": []}
    assert items(table) == fold(BEFORE, messages, touched)


def test_two_invocations_at_the_same_time_give_the_fold(handler: Handler, table: Any) -> None:
    reset(table)
    moments = [f"2025-11-20T06:{minute:02}:00Z" for minute in range(40)]
    messages = [slice_of(*IDS, completed_at=moment) for moment in moments]
    forth = batch(*(record(m, n) for n, m in enumerate(messages)))
    back = batch(*(record(m, n) for n, m in enumerate(reversed(messages))))
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(handler, [forth, back]))
    assert [failed_offsets(answer) for answer in answers] == [[], []]
    assert items(table) == fold(BEFORE, messages, touched)
