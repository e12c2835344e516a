"""Local folders are listed and read by rules of our own: the same for every name, and with obstore's etags."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore

from chargebacks.adapters import local_files
from chargebacks.adapters.store import Store
from chargebacks.errors import StorageError, WithheldError

NOBODY = 65534
ODD = [
    "tab\tb.json",
    "new\nline.json",
    "del\x7f.json",
    "part#12",
    "a#b.json",
    "50%25.json",
    "a\\b",
    "~",
    "é 😡",
]


def put(path: Path, data: bytes = b"data") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def listed(folder: Path, *, foreign: bool = True) -> dict[str, int]:
    """Sizes by path."""
    found = list(Store(str(folder), foreign=foreign).walk(""))
    by_path = {one.path: one.size for one in found}
    assert len(by_path) == len(found)
    return by_path


@contextmanager
def unprivileged() -> Iterator[None]:
    """Permissions do not bind root: become nobody for a while."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may look into, unlike pytest's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_file_is_described_as_obstore_describes_it(tmp_path: Path) -> None:
    """Coverage of earlier releases names files by the etags that obstore gave."""
    put(tmp_path / "a.json")
    put(tmp_path / "deep/er/ü b.json", b"")
    put(tmp_path / "outside.json")
    for name, seconds in {"old": -1.5, "zero": 0.0, "exact": 1763620000.1234567}.items():
        os.utime(put(tmp_path / name), (seconds, seconds))
    put(tmp_path / "other/x")
    (tmp_path / "deep/file").symlink_to(tmp_path / "outside.json")
    (tmp_path / "deep/folder").symlink_to(tmp_path / "other")
    (tmp_path / "empty").mkdir()
    prefix = str(tmp_path)[1:]
    told = [one for page in obstore.list(LocalStore(), prefix=prefix) for one in page]
    found = {one.path: one for one in local_files.walk(prefix)}
    assert len(found) == len(told) == 9
    for one in told:
        ours = found[one["path"]]
        assert (ours.size, ours.etag) == (one["size"], one["e_tag"])
        assert abs((ours.modified - one["last_modified"]).total_seconds()) < 1e-5


@pytest.mark.parametrize("name", ODD)
def test_whatever_a_file_is_called_it_is_listed_and_read_and_hides_no_other(
    tmp_path: Path, name: str
) -> None:
    put(tmp_path / "x/plain.json")
    os.utime(put(tmp_path / f"x/{name}", b"odd!"), (1, 1))
    put(tmp_path / "linked/far.json")
    (tmp_path / "x/link").symlink_to(tmp_path / "linked")
    store = Store(str(tmp_path), foreign=True)
    found = {one.path: one for one in store.walk("x")}
    assert set(found) == {"x/plain.json", f"x/{name}", "x/link/far.json"}
    odd = found[f"x/{name}"]
    assert store.get_version(odd.path, odd.etag) == b"odd!"
    assert store.stat(odd.path) == odd
    assert store.get_version(odd.path, '"another"') is None
    assert store.stat(f"x/no{name}") is None
    with pytest.raises(FileNotFoundError):
        store.get_version(f"x/no{name}", odd.etag)


def test_in_folders_of_our_own_unfinished_files_of_obstore_are_not_there(tmp_path: Path) -> None:
    for name in ("a.json", "a.json#1", "#2", "a#b", "folder#3/b.json"):
        put(tmp_path / name)
    assert set(listed(tmp_path, foreign=False)) == {"a.json", "a#b", "folder#3/b.json"}
    assert set(listed(tmp_path)) == {"a.json", "a.json#1", "#2", "a#b", "folder#3/b.json"}


def test_a_staged_file_that_is_finished_meanwhile_is_never_taken_for_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = put(tmp_path / "a.json#1", b'{"chargeback_id": "a", "amount": "1')
    store = Store(str(tmp_path), foreign=True)
    [found] = store.walk("")
    waited = []

    def finish(seconds: float) -> None:
        waited.append(seconds)
        staged.rename(tmp_path / "a.json")

    monkeypatch.setattr(local_files.time, "sleep", finish)
    with pytest.raises(FileNotFoundError):
        store.get_version(found.path, found.etag)
    assert 0 < waited[0] <= local_files.SETTLE_SECONDS


def test_only_fresh_files_with_a_staging_name_are_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []
    monkeypatch.setattr(local_files.time, "sleep", naps.append)
    now = time.time()
    for name, age in {"old#1": 3600.0, "fresh.json": 0.0, "ahead#2": -3600.0}.items():
        os.utime(put(tmp_path / name), (now - age, now - age))
    store = Store(str(tmp_path), foreign=True)
    for one in store.walk(""):
        assert store.get_version(one.path, one.etag) == b"data"
    assert sorted(naps) == [0.0, local_files.SETTLE_SECONDS]


def test_a_link_that_leads_nowhere_hides_nothing_and_is_withheld(tmp_path: Path) -> None:
    put(tmp_path / "x/plain.json")
    links = {
        "itself": (tmp_path / "x/itself", "it is a link to itself"),
        "gone": (tmp_path / "nowhere", "it is a link to nothing"),
        "through a file": (tmp_path / "x/plain.json/y", "it is a link to nothing"),
        "above": (tmp_path, "it is a link to a folder that contains it"),
        "here": (Path(), "it is a link to a folder that contains it"),
    }
    for name, (target, _) in links.items():
        (tmp_path / "x" / name).symlink_to(target)
    store = Store(str(tmp_path))
    found = {one.path: one for one in store.walk("x")}
    assert set(found) == {"x/plain.json", *(f"x/{name}" for name in links)}
    for name, (_, why) in links.items():
        assert found[f"x/{name}"].size > 0  # or it would be taken for a marker
        with pytest.raises(WithheldError, match=f"^cannot read {tmp_path}/x/{name}: {why}: correct the link"):
            store.get_version(f"x/{name}", found[f"x/{name}"].etag)


def test_two_folders_that_link_to_each_other_end_somewhere(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        put(tmp_path / name / "file.json")
        (tmp_path / name / "other").symlink_to(tmp_path / other)
    assert {"a/file.json", "a/other/file.json", "a/other/other"} <= set(listed(tmp_path))


def test_a_folder_that_may_not_be_listed_is_an_error_with_or_without_an_odd_name(open_folder: Path) -> None:
    put(open_folder / "x/closed/a.json")
    (open_folder / "x/closed").chmod(0)
    for name in ("plain.json", "new\nline.json"):
        put(open_folder / "x" / name)
        with unprivileged(), pytest.raises(StorageError) as refused:
            list(Store(str(open_folder)).walk("x"))
        assert str(refused.value) == (
            f"cannot list {open_folder}/x/closed: permission denied; "
            "grant the job's user permission to read it, and to read and search (r-x) the folders above"
        )
    (open_folder / "x/closed").chmod(0o644)  # names can be seen, nothing behind them
    with unprivileged(), pytest.raises(StorageError, match=r"^cannot look at .*/a\.json: permission denied"):
        list(Store(str(open_folder)).walk("x"))


def test_a_file_that_may_not_be_read_is_an_error_of_storage(open_folder: Path) -> None:
    put(open_folder / "a.json").chmod(0)
    store = Store(str(open_folder))
    [found] = store.walk("")
    with (
        unprivileged(),
        pytest.raises(StorageError, match=r"^cannot read .*/a\.json: permission denied; grant") as refused,
    ):
        store.get_version("a.json", found.etag)
    assert not isinstance(refused.value, WithheldError)


def test_a_folder_that_fails_while_it_is_listed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "x/bad/a.json")
    real = os.scandir

    def failing(path: str) -> object:
        if path.endswith("bad"):
            raise OSError(errno.EIO, "Input/output error", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", failing)
    with pytest.raises(
        StorageError, match=r"^cannot list .*/x/bad: input/output error; correct or remove it$"
    ):
        list(Store(str(tmp_path)).walk("x"))


def test_a_day_whose_folder_is_a_link_to_nothing_is_an_error_and_no_empty_day(tmp_path: Path) -> None:
    (tmp_path / "2025/11").mkdir(parents=True)
    (tmp_path / "2025/11/20").symlink_to("/unmounted")
    (tmp_path / "2026").symlink_to("/unmounted")
    for folder in ("2025/11/20", "2026/01/02"):
        with pytest.raises(StorageError, match="is a link to nothing; correct it or remove it"):
            list(Store(str(tmp_path)).walk(folder))
    assert list(Store(str(tmp_path)).walk("2025/11/21")) == []
    assert Store(str(tmp_path)).level("").folders == ["2025", "2026"]


def test_a_name_that_is_not_utf_8_is_listed_and_says_why_it_cannot_be_read(tmp_path: Path) -> None:
    put(tmp_path / "caf\udce9.json")
    put(tmp_path / "good.json")
    assert set(listed(tmp_path)) == {"caf\ufffd.json", "good.json"}
    with pytest.raises(WithheldError, match="its name is not UTF-8: rename it"):
        Store(str(tmp_path)).get_version("caf\ufffd.json", "")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert listed(tmp_path) == {"pipe": 0}


def test_a_file_in_place_of_a_folder_is_no_folder(tmp_path: Path) -> None:
    put(tmp_path / "2025")
    assert list(Store(str(tmp_path)).walk("2025/11/20")) == []
    assert list(Store(str(tmp_path)).walk("2025")) == []
    with pytest.raises(FileNotFoundError):
        Store(str(tmp_path)).level("2025")
