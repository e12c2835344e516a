"""One contract, two object stores: a local folder and S3 as moto speaks it, over real HTTP."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.records import datafile
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import StorageError
from chargebacks.schedule import parse_date
from chargebacks.settings import JobSettings
from tests.fixtures.places import Place
from tests.unit.consolidation.builders import DAY, NOW, json_lines, newer, records
from tests.unit.consolidation.running import Broker

NAMES = [
    "plain.json",
    "with space.json",
    "year=2025/a=b.json",
    "Ünï/cödé 😡.json",
    "a+b&c~d'e(f)!.json",
    "50%25.json",
    "a#b?c.json",
]


@pytest.fixture(params=["folder", "bucket", "whole bucket"])
def store_at(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Store]:
    """Makes stores of one kind by name: roots beside each other, or (whole bucket) the first at its root."""
    if request.param == "folder":
        return lambda name: Store(str(tmp_path / name))
    bucket = request.getfixturevalue("bucket")
    if request.param == "whole bucket":
        return lambda name: Store(bucket if name == "a" else f"{bucket}/{name}")
    return lambda name: Store(f"{bucket}/some/{name}")


@pytest.fixture
def store(store_at: Callable[[str], Store]) -> Store:
    return store_at("a")


ODD = "tab\tb.json"  # obstore cannot say these
ODD_KEYS = ["a//b.json", "a/./b.json"]  # nor these, which a file system folds


def put_odd(store: Store, name: str, data: bytes) -> None:
    """An upstream's own writing; on a folder only names that a file system has."""
    if store.local:
        path = Path(f"{store.root}/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    else:
        bucket, _, prefix = store.root.removeprefix("s3://").partition("/")
        boto3.client("s3").put_object(Bucket=bucket, Key=f"{prefix}/{name}".lstrip("/"), Body=data)


def test_an_odd_name_hides_no_other_and_is_read_itself(store: Store) -> None:
    hides_nothing(store, ODD)


@pytest.mark.parametrize("name", ODD_KEYS)
def test_an_odd_key_hides_no_other_and_is_read_itself(bucket: str, name: str) -> None:
    hides_nothing(Store(f"{bucket}/a"), name)


def test_many_odd_keys_are_read_at_once(bucket: str) -> None:
    store = Store(f"{bucket}/a")
    for number in range(32):
        put_odd(store, f"x//{number}", b"%d" % number)
    found = list(store.walk("x"))
    with ThreadPoolExecutor(32) as pool:
        read = list(pool.map(lambda one: store.get_version(one.path, one.etag), found))
    assert dict(zip((one.path for one in found), read, strict=True)) == {
        f"x//{number}": b"%d" % number for number in range(32)
    }


def hides_nothing(store: Store, name: str) -> None:
    """Beside an object of that name all others are listed as before, and it can be read like them."""
    plain = ["x/a.json", "x/z.json", "xy/not-in-x.json"]
    for path in plain:
        store.put(path, b"data")
    before = {one.path: one for one in store.walk("x")}
    put_odd(store, f"x/{name}", b"odd!")
    found = {one.path: one for one in store.walk("x")}
    assert set(found) == {*plain[:2], f"x/{name}"}
    assert {path: found[path] for path in before} == before
    assert store.stat(f"x/{name}") == found[f"x/{name}"]
    for path, one in found.items():
        assert store.get_version(path, one.etag) == (b"data" if path in plain else b"odd!")
    put_odd(store, f"x/{name}", b"changed")
    assert store.get_version(f"x/{name}", found[f"x/{name}"].etag) is None
    with pytest.raises(FileNotFoundError):
        store.get_version(f"x/no{name}", '"0"')
    assert store.stat(f"x/no{name}") is None


def test_files_of_odd_names_are_consolidated_like_any_other(store_at: Callable[[str], Store]) -> None:
    place = Place(store_at("a").root)
    place.land("plain.json", [{"chargeback_id": "plain"}])
    put_odd(Store(place.root), "landing/2025/11/20/tab\tb.json", b'{"chargeback_id":"odd"}\nbroken\n')
    [one] = job.run(place.settings(), InProcessEngine(), Broker(), lambda: NOW).partitions
    assert (one.error, {row["chargeback_id"] for row in place.listed()}) == (None, {"plain", "odd"})
    again = job.run(
        place.settings(execution_time=f"{DAY}T12:30:00"), InProcessEngine(), Broker(), lambda: NOW
    )
    assert again.partitions[0].landing.new == []


def test_a_name_that_is_no_utf_8_is_listed_and_hides_no_other(tmp_path: Path) -> None:
    Path(tmp_path, "good.json").write_bytes(b"data")
    Path(tmp_path, "caf\udce9.json").write_bytes(b"data")
    assert {one.path for one in Store(str(tmp_path)).walk("")} == {"good.json", "caf\ufffd.json"}


@pytest.mark.parametrize("path", NAMES)
def test_what_is_put_is_got_listed_and_deleted_under_its_name(store: Store, path: str) -> None:
    store.put(f"x/{path}", b"data")
    assert store.get(f"x/{path}") == b"data"
    [listed] = store.walk("x")
    assert (listed.path, listed.size) == (f"x/{path}", 4)
    assert store.get_version(listed.path, listed.etag) == b"data"
    found = store.stat(f"x/{path}")
    assert found
    assert (found.path, found.size, found.etag) == (listed.path, 4, listed.etag)
    store.delete(listed.path)
    assert list(store.walk("x")) == []


def test_an_empty_object_is_an_object(store: Store) -> None:
    store.put("empty", b"")
    assert store.get("empty") == b""
    assert [(one.path, one.size) for one in store.walk("")] == [("empty", 0)]


def test_creating_is_for_the_first_alone_and_leaves_what_is_there(store: Store) -> None:
    assert store.create("log/1.json", b"first")
    assert not store.create("log/1.json", b"second")
    assert store.get("log/1.json") == b"first"


def test_putting_overwrites_and_the_old_version_is_gone(store: Store) -> None:
    store.put("a", b"one")
    before = store.stat("a")
    store.put("a", b"other")
    assert before
    assert store.get("a") == b"other"
    assert store.get_version("a", before.etag) is None


def test_what_is_not_there_is_told_as_such(store: Store) -> None:
    assert store.stat("x/none") is None
    with pytest.raises(FileNotFoundError):
        store.get("x/none")
    with pytest.raises(FileNotFoundError):
        store.get_version("x/none", '"e"')
    store.delete("x/none")
    assert list(store.walk("x")) == []
    assert store.folders("x") == []


def test_walking_a_folder_takes_all_below_it_and_no_neighbour_that_begins_alike(store: Store) -> None:
    for path in ("log/1/a", "log/1/b/c", "log/10/a", "log/1.json", "other/1/a"):
        store.put(path, b"")
    assert sorted(one.path for one in store.walk("log/1")) == ["log/1/a", "log/1/b/c"]
    assert len(list(store.walk("log"))) == 4
    assert len(list(store.walk(""))) == 5


def test_walking_goes_past_a_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    for n in range(25):
        store.put(f"many/{n:04d}", b"")
        store.put(f"days/{n:04d}/x", b"")
    assert sorted(one.path for one in store.walk("many")) == [f"many/{n:04d}" for n in range(25)]
    assert store.folders("days") == [f"{n:04d}" for n in range(25)]


def test_folders_are_the_names_directly_below(store: Store) -> None:
    for path in ("log/2025-11-20/1.json", "log/2025-11-19/deep/1.json", "log/file.json"):
        store.put(path, b"")
    assert store.folders("log") == ["2025-11-19", "2025-11-20"]


def test_a_copy_goes_to_another_store_of_the_kind_over_what_is_there(
    store_at: Callable[[str], Store],
) -> None:
    source, target = store_at("a"), store_at("b")
    source.put("g e n/ö=1.csv", b"data")
    source.copy_to("g e n/ö=1.csv", target, "view/part 1.csv")
    assert target.get("view/part 1.csv") == source.get("g e n/ö=1.csv") == b"data"
    target.put("view/part 1.csv", b"damaged")
    assert source.get("g e n/ö=1.csv") == b"data"
    source.copy_to("g e n/ö=1.csv", target, "view/part 1.csv")
    assert target.get("view/part 1.csv") == b"data"
    assert [one.path for one in target.walk("view")] == ["view/part 1.csv"]


def test_copying_what_is_not_there_is_told_as_such(store_at: Callable[[str], Store]) -> None:
    with pytest.raises(FileNotFoundError):
        store_at("a").copy_to("none", store_at("b"), "x")
    assert list(store_at("b").walk("x")) == []


def test_an_object_goes_from_one_bucket_to_another(bucket: str) -> None:
    boto3.client("s3").create_bucket(Bucket="second")
    source, target = Store(f"{bucket}/a"), Store("s3://second/b")
    source.put("x", b"data")
    source.copy_to("x", target, "y")
    assert target.get("y") == b"data"


def test_urls_are_where_other_tools_find_the_object(store: Store, bucket: str) -> None:
    assert Store(f"{bucket}/some/a/").url("x/y.csv") == f"{bucket}/some/a/x/y.csv"
    store.put("x", b"data")
    if store.local:
        assert Path(store.url("x")).read_bytes() == b"data"


@pytest.mark.parametrize("write", [Store.put, Store.create])
def test_a_write_without_its_bucket_is_a_storage_error_of_one_line(
    bucket: str, write: Callable[[Store, str, bytes], object]
) -> None:
    with pytest.raises(StorageError, match=f"{bucket}-gone/a/x failed: ") as refused:
        write(Store(f"{bucket}-gone/a"), "x", b"")
    assert "\n" not in str(refused.value)


def test_a_listing_without_its_bucket_is_a_storage_error_and_no_empty_folder(bucket: str) -> None:
    with pytest.raises(StorageError, match=f"list of {bucket}-gone/a/x failed: "):
        list(Store(f"{bucket}-gone/a").walk("x"))
    with pytest.raises(StorageError):
        Store(f"{bucket}-gone/a").folders("x")


def test_a_folder_that_is_a_file_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        Store(str(tmp_path)).put("file/x", b"")


def test_the_job_runs_on_a_bucket_from_landing_file_to_message(bucket: str) -> None:
    landing, state, broker = Store(f"{bucket}/landing/cb"), Store(f"{bucket}/out/_state/cb"), Broker()
    landing.put("2025/11/20/a.json", json_lines(*records("a", "b")) + b"broken\n")

    def run(time: str) -> None:
        given = {"landing_path": landing.root, "output_path": f"{bucket}/out/cb", "partition_date": DAY}
        told = JobSettings.parse(given | {"execution_time": f"{DAY}T{time}", "output_files": "2"}, NOW)
        job.run(told, InProcessEngine(), broker, lambda: NOW).raise_failures()

    run("06:30")
    landing.put("year=2025/month=11/day=20/b.json", json_lines(*newer("a", status="won"), *records("c")))
    for folder in ("2025/11/20/", "2025/11/20/sub/", "2025/11/19/"):  # as S3's console makes them
        boto3.client("s3").put_object(
            Bucket=bucket.removeprefix("s3://"), Key=f"landing/cb/{folder}", Body=b""
        )
    for _ in range(2):  # the same execution twice
        run("12:30")

    view = Store(f"{bucket}/out/cb/year=2025/month=11/day=20")
    frames = [datafile.read(view.get(one.path), "csv") for one in view.walk("")]
    found = {row["chargeback_id"]: row["status"] for frame in frames for row in frame.to_dicts()}
    assert found == {"a": "won", "b": None, "c": None}
    assert len(frames) <= 2
    head = CommitLog(state, parse_date(DAY)).head()
    assert head
    assert (head.commit, head.counts.records_read, head.counts.records_rejected) == (2, 5, 1)
    manifest = state.get("symlink_manifest/year=2025/month=11/day=20/manifest").decode().splitlines()
    assert manifest == [state.url(file.path) for file in head.files]
    [rejected] = Store(f"{bucket}/out/_quarantine/cb").walk("")
    assert rejected.path == "year=2025/month=11/day=20/rejected-c00000001.jsonl"
    assert (sorted(broker.announced), len(broker.events)) == (["a", "a", "b", "c"], 4)
    assert list(state.walk("pending")) == []
    assert json.loads(state.get("log/2025-11-20/00000002.published.json"))["run"] == head.run
