"""The one door to object storage: S3 and a local folder behind the same few calls, by obstore.

A `Store` is rooted at a bucket URL or an absolute folder; every path given to it or got from it is relative
to that root. Objects are written whole or not at all. Failures other than "not there" and "exists" are
StorageErrors: obstore has retried them (S3: 5xx, throttling, connection errors) before it gives up.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    InvalidPathError,
    NotFoundError,
    PreconditionError,
)
from obstore.store import LocalStore, ObjectStore, S3Store

from chargebacks.adapters import aws_credentials, copies, in_flight
from chargebacks.adapters.odd_names import AnyNames, Bucket, Folder
from chargebacks.adapters.stored import Stored
from chargebacks.errors import StorageError

T = TypeVar("T")
R = TypeVar("R")
ODD_NAME: Final = (InvalidPathError, ValueError)  # the latter when we are who says it
RETRIES: Final[Any] = {"max_retries": 8, "retry_timeout": timedelta(seconds=90)}


@contextmanager
def _explained(action: str, where: str) -> Iterator[None]:
    """Turn what the store's client raises into one line of our own; "not there" stays FileNotFoundError.

    Nothing can be missing for a write or a listing, though: then it is the bucket that is not there.
    """
    try:
        yield
    except (BaseError, OSError) as error:
        if isinstance(error, FileNotFoundError) and action not in ("write", "create", "list"):
            raise FileNotFoundError(f"{where} is not there") from error
        cause = next(iter(str(error).splitlines()), type(error).__name__)
        raise StorageError(f"{action} of {where} failed: {cause}") from error


class Store:
    """Objects below one root."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        self.local = "://" not in self.root
        self._inner, self._prefix = _open(self.root)
        self._any_names: AnyNames = Folder() if self.local else Bucket(_bucket(self.root))
        self._kept: dict[str, bytes] = {}

    def get(self, path: str) -> bytes:
        """The object's bytes. Raises FileNotFoundError."""
        with _explained("read", self.url(path)):
            return bytes(obstore.get(self._inner, self._full(path)).bytes())

    def get_with_etag(self, path: str) -> tuple[bytes, str]:
        """The object's bytes and its version's etag; nothing and "" when there is none."""
        with _explained("read", self.url(path)):
            try:
                found = obstore.get(self._inner, self._full(path))
                return bytes(found.bytes()), found.meta["e_tag"] or ""
            except (FileNotFoundError, NotFoundError):
                return b"", ""

    def get_kept(self, paths: Iterable[str]) -> list[bytes]:
        """The bytes of objects that never change once they are there, in order; each is read once.

        Raises FileNotFoundError.
        """
        wanted = list(paths)
        missing = [path for path in dict.fromkeys(wanted) if path not in self._kept]
        self._kept |= zip(missing, self.each(self.get, missing), strict=True)
        return [self._kept[path] for path in wanted]

    def get_ahead(self, paths: Iterable[str]) -> Iterator[bytes]:
        """The bytes of the objects, in order, the next few being read meanwhile. Raises FileNotFoundError."""
        return map(self.get, paths) if self.local else in_flight.ahead(self.get, paths)

    def each(self, action: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What `action` returns for each item, in order; on a bucket many are in flight."""
        return in_flight.each(action, items, 1 if self.local else 16)

    def get_version(self, path: str, etag: str) -> bytes | None:
        """The bytes of that version, or None when the object has another by now. Raises FileNotFoundError."""
        with _explained("read", self.url(path)):
            try:
                return bytes(obstore.get(self._inner, self._full(path), options={"if_match": etag}).bytes())
            except PreconditionError:
                return None
            except ODD_NAME:
                return self._any_names.read(self._full(path), etag)

    def stat(self, path: str) -> Stored | None:
        """What is stored at `path` now, or None."""
        with _explained("stat", self.url(path)):
            try:
                return self._stored(obstore.head(self._inner, self._full(path)))
            except (FileNotFoundError, NotFoundError):
                return None
            except ODD_NAME:
                found = self._any_names.look(self._full(path))
                return self._found(found) if found else None

    def put(self, path: str, data: bytes) -> None:
        """Write the object, over another if there is one."""
        with _explained("write", self.url(path)):
            obstore.put(self._inner, self._full(path), data)

    def put_file(self, path: str, source: Path) -> None:
        """Write the object from a local file of any size; it is there whole or not at all."""
        if source.stat().st_size <= copies.PART:
            self.put(path, source.read_bytes())
            return
        with _explained("write", self.url(path)), source.open("rb") as file:
            obstore.put(
                self._inner, self._full(path), file, chunk_size=copies.part_size(source.stat().st_size)
            )

    def get_file(self, path: str, target: Path) -> None:
        """Write the object's bytes to a local file. Raises FileNotFoundError."""
        with _explained("read", self.url(path)), target.open("wb") as file:
            size = obstore.head(self._inner, self._full(path))["size"]
            for part in copies.parts(self._inner, self._full(path), size):
                file.write(part)

    def create(self, path: str, data: bytes) -> bool:
        """Write the object unless one is there. False: one was there, which may be our own, its answer lost."""
        with _explained("create", self.url(path)):
            try:
                obstore.put(self._inner, self._full(path), data, mode="create")
            except (AlreadyExistsError, PreconditionError):
                return False
            return True

    def replace(self, path: str, data: bytes, etag: str) -> bool:
        """Write the object over that very version ("": over none). False: another is there; nothing was written.

        A local folder cannot promise it: between the look and the write another may come, and is overwritten.
        """
        if not etag:
            return self.create(path, data)
        if self.local:
            found = self.stat(path)
            if found is None or found.etag != etag:
                return False
            self.put(path, data)
            return True
        with _explained("write", self.url(path)):
            try:
                obstore.put(self._inner, self._full(path), data, mode={"e_tag": etag})
            except (AlreadyExistsError, PreconditionError, NotFoundError):
                return False
            return True

    def walk(self, prefix: str) -> Iterator[Stored]:
        """Everything below the folder `prefix`, in no promised order, page by page, whatever it is called."""
        told = set()
        with _explained("list", self.url(prefix)):
            try:
                for page in obstore.list(self._inner, prefix=self._full(prefix)):
                    for meta in page:
                        stored = self._stored(meta)
                        told.add(stored.path)
                        yield stored
            except InvalidPathError:
                folder = f"{self._full(prefix).rstrip('/')}/"
                for found in self._any_names.walk(folder):
                    stored = self._found(found)
                    if stored.path not in told:
                        yield stored

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below the folder `prefix`, sorted."""
        with _explained("list", self.url(prefix)):
            found = obstore.list_with_delimiter(self._inner, prefix=self._full(prefix))
        return sorted(path.rstrip("/").rsplit("/", 1)[-1] for path in found["common_prefixes"])

    def copy_to(self, path: str, target: "Store", target_path: str) -> None:
        """Copy an object to a store of the same kind, over another: on S3 by the server, here by a hard link.

        Between buckets, and above what S3 copies in one request, it passes through this process in parts.
        Raises FileNotFoundError.
        """
        with _explained("copy", self.url(path)):
            if self.local:
                copies.link(f"{self.root}/{path}", f"{target.root}/{target_path}")
                return
            near = _bucket(self.root) == _bucket(target.root)
            copies.copy(
                self._inner, self._full(path), target._inner, target._full(target_path), same_bucket=near
            )

    def delete_all(self, paths: Iterable[str]) -> None:
        """Delete the objects, a thousand a request where the store can; those that are not there are no error."""
        doomed = list(paths)
        if self.local:
            for path in doomed:
                self.delete(path)
        elif doomed:
            with _explained("delete", self.url(doomed[0])):
                obstore.delete(self._inner, [self._full(path) for path in doomed])

    def delete(self, path: str) -> None:
        """Delete the object; one that is not there is no error."""
        with _explained("delete", self.url(path)), suppress(FileNotFoundError, NotFoundError):
            obstore.delete(self._inner, self._full(path))

    def url(self, path: str) -> str:
        """Where `path` is, for a message or a manifest."""
        return f"{self.root}/{path}"

    def _full(self, path: str) -> str:
        return f"{self._prefix}{path}"

    def _found(self, found: Stored) -> Stored:
        return replace(found, path=found.path.removeprefix(self._prefix))

    def _stored(self, meta: Any) -> Stored:
        path = meta["path"].removeprefix(self._prefix)
        return Stored(path, meta["size"], meta["e_tag"] or "", meta["last_modified"])


def _open(root: str) -> tuple[ObjectStore, str]:
    """The store and the prefix that `root` stands for in it."""
    if "://" not in root:
        return LocalStore(), f"{root.strip('/')}/"
    bucket, _, prefix = root.removeprefix("s3://").partition("/")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    options: dict[str, Any] = {"retry_config": RETRIES}
    if endpoint:
        options |= {"endpoint": endpoint, "client_options": {"allow_http": endpoint.startswith("http:")}}
    if "AWS_ACCESS_KEY_ID" not in os.environ and (provider := aws_credentials.found()):
        options["credential_provider"] = provider
    return S3Store(bucket, **options), f"{prefix}/" if prefix else ""


def _bucket(root: str) -> str:
    return root.removeprefix("s3://").partition("/")[0]
