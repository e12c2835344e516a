"""Conditional writes on S3 when answers are lost or refused, and copies of any size: through the store and the job."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import pytest

from chargebacks.adapters import client, copies
from chargebacks.adapters.store import Store
from chargebacks.consolidation import job, metrics
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import StorageError
from tests.fixtures.places import DAY, NOW, Place
from tests.fixtures.s3 import new_bucket
from tests.fixtures.s3_faults import Asked, S3Fault, S3Proxy, s3_proxy
from tests.unit.consolidation.running import Broker

MIB = 1024**2
ENTRY = f"log/{DAY}/00000001.json"


@pytest.fixture
def proxy(bucket: str, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Proxy]:
    """Before the stand-in: what this process opens from here on goes through it."""
    with s3_proxy(s3_endpoint) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", running.url)
        yield running


def on(method: str, path_end: str, *faults: S3Fault) -> Callable[[Asked, int], S3Fault | None]:
    """Those faults, one after the other, befall such requests."""

    def plan(request: Asked, number: int) -> S3Fault | None:
        matching = request.method == method and request.path.split("?")[0].endswith(path_end)
        return faults[number] if matching and number < len(faults) else None

    return plan


@pytest.mark.parametrize("lost", [S3Fault.BROKEN_AFTER, S3Fault.CUT_AFTER])
def test_a_create_whose_answer_was_lost_is_refused_by_its_own_success(
    bucket: str, proxy: S3Proxy, lost: S3Fault
) -> None:
    """The client sends it again and finds the object there: who creates must look whose it is."""
    proxy.plan = on("PUT", "log/1.json", lost)
    assert Store(f"{bucket}/a").create("log/1.json", b"ours") is False
    assert proxy.faults == [lost]
    assert Store(f"{bucket}/a").get("log/1.json") == b"ours"


def test_a_create_that_is_refused_by_a_conflict_leaves_nothing_and_may_be_tried_again(
    bucket: str, proxy: S3Proxy
) -> None:
    proxy.plan = on("PUT", "log/1.json", S3Fault.CONFLICT)
    store = Store(f"{bucket}/a")
    assert store.create("log/1.json", b"ours") is False
    assert store.stat("log/1.json") is None
    assert store.create("log/1.json", b"ours") is True


@pytest.mark.parametrize(
    "faults",
    [
        (S3Fault.BROKEN_AFTER,),
        (S3Fault.CUT_AFTER,),
        (S3Fault.CONFLICT,),
        (S3Fault.CONFLICT, S3Fault.CONFLICT),
        (S3Fault.CONFLICT, S3Fault.BROKEN_AFTER),
        (S3Fault.UNAVAILABLE, S3Fault.CUT_BEFORE, S3Fault.CUT_AFTER),
    ],
    ids=lambda faults: " ".join(fault.name for fault in faults),
)
def test_whatever_befalls_the_commit_the_run_knows_that_it_won(
    bucket: str, proxy: S3Proxy, faults: tuple[S3Fault, ...]
) -> None:
    place, broker = Place(f"{bucket}/job"), Broker()
    place.land("a.json", [{"chargeback_id": "a"}])
    proxy.plan = on("PUT", ENTRY, *faults)
    report = job.run(place.settings(), InProcessEngine(), broker, lambda: NOW)
    report.raise_failures()
    assert tuple(proxy.faults) == faults
    [one] = report.partitions
    assert (one.status, one.published, len(place.log().entries())) == ("consolidated", True, 1)
    assert broker.announced == ["a"]
    assert len(place.listed()) == 1


@pytest.mark.parametrize("lost", [S3Fault.BROKEN_AFTER, S3Fault.CUT_AFTER])
def test_an_execution_counts_as_completed_though_the_answer_to_its_confirmation_is_lost(
    bucket: str, proxy: S3Proxy, lost: S3Fault
) -> None:
    place = Place(f"{bucket}/job")
    place.land("a.json", [{"chargeback_id": "a"}])
    proxy.plan = on("PUT", ".published.json", lost)
    report = job.run(place.settings(), InProcessEngine(), Broker(), lambda: NOW)
    assert proxy.faults == [lost]
    assert metrics.values(report, place.settings())["ExecutionsCompleted"] == 1


def test_a_store_that_conflicts_for_ever_fails_the_run_and_nothing_was_committed(
    bucket: str, proxy: S3Proxy
) -> None:
    place = Place(f"{bucket}/job")
    place.land("a.json", [{"chargeback_id": "a"}])
    proxy.plan = on("PUT", ENTRY, *[S3Fault.CONFLICT] * 99)
    [one] = job.run(place.settings(), InProcessEngine(), Broker(), lambda: NOW).partitions
    assert one.error
    assert "the store refuses entry 1 and yet holds none" in one.error
    assert place.log().entries() == []


def test_of_many_who_create_at_once_one_is_told_that_it_did(bucket: str) -> None:
    stores = [Store(f"{bucket}/a") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: stores[n].create("x", b"%d" % n), range(8)))
    assert won.count(True) == 1
    assert stores[0].get("x") == b"%d" % won.index(True)


def test_a_replacement_is_for_that_very_version(bucket: str) -> None:
    store = Store(f"{bucket}/a")
    assert store.get_with_etag("m") == (b"", "")
    assert store.replace("m", b"one", "")
    assert not store.replace("m", b"two", "")
    data, etag = store.get_with_etag("m")
    assert data == b"one"
    assert store.replace("m", b"two", etag)
    assert not store.replace("m", b"three", etag)
    assert store.get("m") == b"two"
    store.delete("m")
    assert not store.replace("m", b"four", etag)
    assert store.stat("m") is None


def test_a_replacement_whose_answer_was_lost_tells_that_another_is_there(bucket: str, proxy: S3Proxy) -> None:
    """It is our own: who replaces looks again, and finds what it wanted."""
    store = Store(f"{bucket}/a")
    store.put("m", b"one")
    proxy.asked.clear()
    proxy.plan = on("PUT", "/m", S3Fault.BROKEN_AFTER)
    assert not store.replace("m", b"two", store.get_with_etag("m")[1])
    assert store.get("m") == b"two"


def run_at(place: Place, at: str) -> None:
    settings = place.settings(execution_time=f"{DAY}T{at}:00")
    job.run(settings, InProcessEngine(), Broker(), lambda: NOW).raise_failures()


def test_a_manifest_of_an_outdated_head_is_refused_by_the_store_and_never_seen(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a process was stopped just before it writes the manifest, and others committed meanwhile."""
    place, answers = Place(f"{bucket}/job"), list[bool]()
    place.land("a.json", [{"chargeback_id": "a"}])
    run_at(place, "00:30")
    place.land("b.json", [{"chargeback_id": "b"}])
    real, once = Store.replace, [1]

    def replace(self: Store, path: str, data: bytes, etag: str) -> bool:
        if not once:
            return real(self, path, data, etag)
        once.pop()
        place.land("c.json", [{"chargeback_id": "c"}])
        run_at(place, "12:30")
        newest = self.get(path)
        answers.append(real(self, path, data, etag))
        assert self.get(path) == newest
        return answers[-1]

    monkeypatch.setattr(Store, "replace", replace)
    run_at(place, "06:30")
    assert answers == [False]
    head = place.log().head()
    assert head
    assert head.commit == 3
    assert len(place.listed()) == 3


def test_a_fourth_execution_reads_each_entry_once_and_looks_at_the_log_few_times(
    bucket: str, proxy: S3Proxy
) -> None:
    """Each request waits 40 ms on S3."""
    place = Place(f"{bucket}/job")
    for n, at in enumerate(("00:30", "06:30", "12:30", "18:30")):
        place.land(f"{n}.json", [{"chargeback_id": f"c{n}"}])
        proxy.asked.clear()
        run_at(place, at)
    asked = [f"{one.method} {unquote(one.path)}" for one in proxy.asked]
    entries = [line for line in asked if line.startswith("GET") and f"/log/{DAY}/0" in line]
    assert len(entries) == len(set(entries)) == 4
    listings = [line for line in asked if "list-type" in line and f"/log/{DAY}/" in line]
    assert len(listings) <= 8


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if S3 copied at most 6 MiB in one request, and parts were as small as S3 takes them."""
    monkeypatch.setattr(copies, "COPY_LIMIT", 6 * MIB)
    monkeypatch.setattr(copies, "PART", 5 * MIB)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("size", [6 * MIB, 6 * MIB + 1, 10 * MIB, 17 * MIB])
@pytest.mark.parametrize("far", [False, True], ids=["within the bucket", "to another bucket"])
def test_a_copy_of_any_size_is_whole(bucket: str, proxy: S3Proxy, size: int, far: bool) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    source = Store(f"{bucket}/a")
    target = Store(f"{new_bucket() if far else bucket}/b")
    source.put("x", data[:size])
    proxy.asked.clear()
    source.copy_to("x", target, "y")
    asked = [one for one in proxy.asked if one.method in ("GET", "PUT", "POST")]
    assert target.get("y") == data[:size]
    by_the_server = [one for one in asked if "x-amz-copy-source" in one.headers]
    assert bool(by_the_server) == (not far and size <= 6 * MIB)
    parts = [one.headers["range"] for one in asked if one.method == "GET"]
    assert len(parts) == (0 if by_the_server else -(-size // (5 * MIB)))


@pytest.mark.usefixtures("small_parts")
def test_a_copy_in_parts_that_fails_leaves_nothing_to_be_seen(
    bucket: str, proxy: S3Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "RETRIES", {"max_retries": 0})
    source = Store(f"{bucket}/a")
    source.put("x", b"x" * 11 * MIB)

    def plan(request: Asked, number: int) -> S3Fault | None:
        return S3Fault.UNAVAILABLE if "partNumber=3" in request.path else None

    proxy.plan = plan
    with pytest.raises(StorageError, match=r"copy of .*/a/x failed"):
        source.copy_to("x", Store(f"{bucket}/b"), "y")
    assert proxy.faults
    assert Store(f"{bucket}/b").stat("y") is None


def test_many_are_deleted_in_one_request_and_those_not_there_are_no_error(
    bucket: str, proxy: S3Proxy
) -> None:
    store = Store(f"{bucket}/a")
    for n in range(5):
        store.put(f"g/{n}", b"")
    store.put("kept", b"")
    proxy.asked.clear()
    store.delete_all([*(f"g/{n}" for n in range(5)), "g/none"])
    assert [one.method for one in proxy.asked] == ["POST"]
    assert [one.path for one in store.walk("")] == ["kept"]
    store.delete_all([])
