"""The one door to object storage: S3 and a local folder behind the same few calls.

obstore writes everything and reads from S3. `local_files` lists and reads folders; `odd_names` reads keys of S3 that
obstore cannot express. A `Store` is rooted at a bucket URL or an absolute folder; every path given to it or got from
it is relative to that root. Objects are written whole or not at all. Failures other than "not there" and "exists" are
StorageErrors: obstore has retried them (S3: 5xx, throttling, connection errors) before it gives up.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
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

from chargebacks.adapters import archived, copies, in_flight, local_files
from chargebacks.adapters.client import open_root
from chargebacks.adapters.odd_names import Bucket
from chargebacks.adapters.stored import Level, Stored
from chargebacks.errors import StorageError, WithheldError

T = TypeVar("T")
R = TypeVar("R")
ODD_NAME: Final = (InvalidPathError, ValueError)  # the latter when we are who says it
NO_BUCKET: Final = "<Code>NoSuchBucket</Code>"


@contextmanager
def _explained(action: str, where: str) -> Iterator[None]:
    """Turn what the store's client raises into one line of our own; "not there" stays FileNotFoundError.

    Nothing can be missing for a write or a listing, though: then it is the bucket that is not there.
    """
    try:
        yield
    except WithheldError as error:
        raise WithheldError(f"cannot read {where}: {error}") from error
    except (BaseError, OSError) as error:
        if reason := archived.reason(str(error), where):
            raise WithheldError(f"cannot read {where}: {reason}") from error
        if isinstance(error, FileNotFoundError) and action not in ("write", "create", "list"):
            raise FileNotFoundError(f"{where} is not there") from error
        cause = next(iter(str(error).splitlines()), type(error).__name__)
        raise StorageError(f"{action} of {where} failed: {cause}") from error


class Store:
    """Objects below one root.

    Local names that end in `#` and digits are obstore's unfinished files, and listings leave them out. A `foreign` root
    is written by others, so there they are ordinary names.
    """

    def __init__(self, root: str, *, foreign: bool = False) -> None:
        self.root = root.rstrip("/")
        self.local = "://" not in self.root
        self._inner, self._prefix = open_root(self.root)
        self._foreign = foreign
        self._any_key = Bucket(_bucket(self.root))
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
        """Return the bytes of that version, or None when the object has another by now.

        Raises FileNotFoundError, and WithheldError when storage lists the object and does not give it.
        """
        with _explained("read", self.url(path)):
            if self.local:
                return local_files.read(self._full(path), etag)
            try:
                return bytes(obstore.get(self._inner, self._full(path), options={"if_match": etag}).bytes())
            except PreconditionError:
                return None
            except ODD_NAME:
                return self._any_key.read(self._full(path), etag)

    def stat(self, path: str) -> Stored | None:
        """What is stored at `path` now, or None."""
        with _explained("stat", self.url(path)):
            try:
                if not self.local:
                    return self._stored(obstore.head(self._inner, self._full(path)))
                found = local_files.look(self._full(path))
            except (FileNotFoundError, NotFoundError):
                return None
            except ODD_NAME:
                found = self._any_key.look(self._full(path))
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
        with _explained("list", self.url(prefix)):
            if self.local:
                yield from map(self._found, local_files.walk(self._full(prefix), staged=self._foreign))
            else:
                yield from self._walk_bucket(self._full(prefix))

    def _walk_bucket(self, full: str) -> Iterator[Stored]:
        seen = set()
        try:
            for page in obstore.list(self._inner, prefix=full):
                for stored in map(self._stored, page):
                    seen.add(stored.path)
                    yield stored
        except InvalidPathError:
            for found in map(self._found, self._any_key.walk(_folder(full))):
                if found.path not in seen:
                    yield found

    def level(self, prefix: str) -> Level:
        """Return the names of folders and files directly below the folder `prefix`.

        Raises FileNotFoundError when the local folder or the bucket does not exist.
        """
        full = self._full(prefix)
        with _explained("listing", self.url(prefix)):
            if self.local:
                return local_files.level(full)
            try:
                found = obstore.list_with_delimiter(self._inner, prefix=full)
            except InvalidPathError:
                return self._any_key.level(_folder(full))
            except BaseError as error:
                raise (FileNotFoundError if NO_BUCKET in str(error) else type(error))(str(error)) from error
        below = [meta["path"] for meta in found["objects"]]
        return Level(
            _last(found["common_prefixes"]), _last(path for path in below if path != full.rstrip("/"))
        )

    def folders(self, prefix: str) -> list[str]:
        """Return the names of the folders directly below the folder `prefix`, sorted; none when it does not exist."""
        try:
            return self.level(prefix).folders
        except FileNotFoundError as error:
            if self.local:
                return []
            raise StorageError(f"list of {self.url(prefix)} failed: {error.__cause__ or error}") from error

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


def _bucket(root: str) -> str:
    return root.removeprefix("s3://").partition("/")[0]


def _folder(full: str) -> str:
    """Return the prefix of all keys below the folder."""
    return f"{full.rstrip('/')}/".lstrip("/")


def _last(paths: Iterable[str]) -> list[str]:
    return sorted(path.rstrip("/").rsplit("/", 1)[-1] for path in paths)
