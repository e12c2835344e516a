"""What may be deleted: never what a reader, recovery or a process that sleeps may still need."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chargebacks.adapters.stored import Stored
from chargebacks.consolidation.commits.entry import Announcement, DataFile, Entry
from chargebacks.consolidation.commits.log import History, generation
from chargebacks.consolidation.commits.retention import expired, sweepable
from tests.unit.consolidation.test_entry import sample

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(hours=24)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def folder(commit: int, run: str | None = None) -> str:
    return generation(sample().partition_date, commit, run or f"run{commit}")


def entry(commit: int, hours: float, files: Iterable[str] = ()) -> Entry:
    """An entry completed so long ago; its files are named `<commit that wrote them>/<name>`."""
    named = tuple(DataFile(data(*one.split("/")), int(one.split("/")[0]), 0, 1, 1) for one in files)
    chunks = (f"{folder(commit)}/announced/ids-0.jsonl",)
    return replace(
        sample(),
        commit=commit,
        run=f"run{commit}",
        completed_at=ago(hours),
        files=named,
        announcement=Announcement("t", "changed", 1, chunks),
        coverage=f"{folder(commit)}/0-coverage.jsonl",
        rejects=f"{folder(commit)}/0-rejects.jsonl",
    )


def data(commit: str, name: str) -> str:
    return f"{folder(int(commit))}/data/{name}.csv"


def history(*entries: Entry, published: Iterable[int] | None = None, late: float = 0) -> History:
    """A log; each entry was created `late` hours after it says it was completed."""
    created = {one.commit: one.completed_at + timedelta(hours=late) for one in entries}
    done = created if published is None else published
    return History(list(entries), created, frozenset(done))


def listed(*paths: str, hours: float = 100) -> list[Stored]:
    return [Stored(path, 1, "e", ago(hours)) for path in paths]


def generation_of(one: Entry) -> list[Stored]:
    own = [file.path for file in one.files if file.commit == one.commit]
    return listed(*own, *one.announcement.chunks, str(one.coverage), str(one.rejects))


def gone(log: History, objects: Iterable[Stored], window: timedelta = DAY) -> set[str]:
    doomed = sweepable(log, objects, NOW, window)
    return {one.path for one in (*doomed.superseded, *doomed.abandoned)}


FIRST, SECOND = entry(1, 60, ["1/a", "1/b"]), entry(2, 30, ["1/b", "2/a"])
TWO = [*generation_of(FIRST), *generation_of(SECOND)]


def test_files_that_only_a_superseded_entry_names_go_and_all_else_stays() -> None:
    assert gone(history(FIRST, SECOND), TWO) == {data("1", "a")}


def test_a_file_carried_forward_through_many_generations_stays() -> None:
    entries = [entry(n, 200 - n, ["1/b", f"{n}/x"]) for n in range(2, 50)]
    left = gone(history(FIRST, *entries), [one for e in (FIRST, *entries) for one in generation_of(e)])
    assert data("1", "b") not in left
    assert len(left) == 48


def test_nothing_goes_before_the_window_is_over_since_the_next_entry() -> None:
    log = history(FIRST, SECOND)
    assert gone(log, TWO, timedelta(hours=31)) == set()
    assert gone(log, TWO, timedelta(hours=30)) == {data("1", "a")}


def test_an_entry_that_was_created_long_after_it_says_it_was_completed_counts_from_its_creation() -> None:
    """Its process was stopped in between; readers have found the entry before it until then."""
    assert gone(history(FIRST, SECOND, late=10), TWO) == set()


def test_an_unpublished_entry_keeps_its_files() -> None:
    assert gone(history(FIRST, SECOND, published=[2]), TWO) == set()


def test_the_head_keeps_its_files_published_or_not_however_old() -> None:
    for published in ([], [1], [1, 2]):
        left = gone(history(FIRST, SECOND, published=published), TWO, timedelta(0))
        assert not left & {file.path for file in SECOND.files}


def test_side_objects_of_a_run_whose_clock_was_slow_count_from_their_creation() -> None:
    slow, newest = entry(1, 24 * 365 * 5), entry(2, 0)
    created = {1: ago(1), 2: ago(0)}
    assert expired(History([slow, newest], created, frozenset([1, 2])), NOW, 90 * DAY) == []


def test_side_objects_and_coverage_are_not_swept() -> None:
    left = gone(history(FIRST, SECOND), TWO, timedelta(0))
    assert not [path for path in left if "/data/" not in path]


def test_a_generation_that_lost_its_number_goes_after_a_while() -> None:
    lost = listed(f"{folder(2, 'loser')}/data/a.csv", f"{folder(2, 'loser')}/0-rejects.jsonl", hours=25)
    log = history(FIRST, SECOND)
    assert gone(log, lost) == {one.path for one in lost}
    assert gone(log, lost, timedelta(hours=26)) == set()
    late = listed(f"{folder(2, 'loser')}/data/b.csv", hours=1)
    assert gone(log, [*lost, *late]) == set()


def test_a_generation_whose_number_is_free_stays_however_old() -> None:
    """Its process may have been stopped just before the commit."""
    free = listed(f"{folder(3, 'sleeper')}/data/a.csv", f"{folder(9, 'x')}/data/a.csv", hours=9999)
    assert gone(history(FIRST, SECOND), free, timedelta(0)) == set()
    assert gone(history(), free, timedelta(0)) == set()


def test_what_a_lost_attempt_of_a_task_left_beside_the_committed_files_goes() -> None:
    attempt = listed(f"{folder(2)}/data/a-9.csv", hours=25)
    assert gone(history(FIRST, SECOND), [*TWO, *attempt], DAY) == {data("1", "a"), attempt[0].path}


def test_what_is_none_of_ours_stays() -> None:
    strange = listed(
        "generations/2025-11-20/notes.txt",
        "generations/2025-11-20/old/x",
        "generations/2025-11-20/00000001/x",
    )
    assert gone(history(FIRST, SECOND), strange, timedelta(0)) == set()


@given(
    st.lists(st.tuples(st.floats(0, 100), st.sets(st.integers(0, 3)), st.booleans()), min_size=1, max_size=8),
    st.floats(0, 120),
)
def test_whatever_is_swept_head_unpublished_and_recent_entries_are_whole(
    steps: list[tuple[float, set[int], bool]], hours: float
) -> None:
    """Each entry rewrites some of four buckets; told apart by stepping back through the log one by one."""
    entries: list[Entry] = []
    times = sorted((hours_ago for hours_ago, _, _ in steps), reverse=True)
    for commit, (_, rewritten, _) in enumerate(steps, 1):
        files = [
            f"{commit}/{n}" if not entries or n in rewritten else _name(entries[-1].files[n].path)
            for n in range(4)
        ]
        entries.append(entry(commit, times[commit - 1], files))
    published = [n for n, (_, _, done) in enumerate(steps, 1) if done]
    log = history(*entries, published=published)
    everything = [one for e in entries for one in generation_of(e)]
    kept: set[str] = set()
    window = timedelta(hours=hours)
    superseded_for: timedelta | None = None
    for one in reversed(entries):
        if superseded_for is None or one.commit not in published or superseded_for < window:
            kept |= {file.path for file in one.files}
        superseded_for = timedelta(hours=times[one.commit - 1])
    files = {one.path for one in everything if "/data/" in one.path}
    assert gone(log, everything, window) == files - kept


def _name(path: str) -> str:
    """`<commit>/<name>` of a data file."""
    _, _, generation_folder, _, name = path.split("/")
    return f"{int(generation_folder.split('-')[0])}/{name.removesuffix('.csv')}"


def test_side_objects_expire_with_their_entry_unless_it_is_the_head_or_unpublished() -> None:
    log = history(FIRST, SECOND, entry(3, 1))
    assert [one.commit for one in expired(log, NOW, timedelta(hours=30))] == [1, 2]
    assert [one.commit for one in expired(log, NOW, timedelta(hours=31))] == [1]
    assert [one.commit for one in expired(log, NOW, timedelta(0))] == [1, 2]
    owing = history(FIRST, SECOND, entry(3, 1), published=[2, 3])
    assert [one.commit for one in expired(owing, NOW, timedelta(0))] == [2]
    assert expired(history(), NOW, timedelta(0)) == []
