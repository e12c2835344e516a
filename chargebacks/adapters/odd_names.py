"""Objects whose names obstore's paths cannot hold: an empty segment, `.` or `..` for one, a control character.

Upstreams make them (a prefix that ends in a slash, joined by another), and one of them would hide its whole folder:
obstore ends a listing at it. So the listing is made anew, and such an object read, by boto3 or the file system.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol

from chargebacks.adapters.stored import Stored

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
STAGED: Final = re.compile(r"#\d+$")  # unfinished files of obstore's own, which its listings leave out, too


class AnyNames(Protocol):
    """Lists and reads objects of any name; a path is the whole one, in the bucket or the file system."""

    def walk(self, prefix: str) -> Iterator[Stored]:
        """Everything whose name begins so."""

    def look(self, name: str) -> Stored | None:
        """What is there, or None."""

    def read(self, name: str, etag: str) -> bytes | None:
        """The bytes of that version, or None when there is another. Raises FileNotFoundError."""


class Folder:
    """The file system, names being paths from its root."""

    def walk(self, prefix: str) -> Iterator[Stored]:
        for folder, _, names in os.walk(f"/{prefix}"):
            for name in names:
                found = None if STAGED.search(name) else self.look(os.path.join(folder, name)[1:])  # noqa: PTH118 - "//"
                if found:
                    yield found

    def look(self, name: str) -> Stored | None:
        try:
            return _found(name, os.stat(f"/{name}"))  # noqa: PTH116 - a Path would fold "//" and "."
        except FileNotFoundError:
            return None

    def read(self, name: str, etag: str) -> bytes | None:
        with Path(f"/{name}").open("rb") as file:
            return file.read() if _found(name, os.fstat(file.fileno())).etag == etag else None


def _found(name: str, told: os.stat_result) -> Stored:
    """As obstore tells it, so that a file has one etag whoever lists it."""
    etag = f'"{told.st_ino:x}-{told.st_mtime_ns // 1000:x}-{told.st_size:x}"'
    shown = name.encode(errors="surrogateescape").decode(errors="replace")  # bytes that are no UTF-8
    return Stored(shown, told.st_size, etag, _EPOCH + timedelta(microseconds=told.st_mtime_ns // 1000))


class Bucket:
    """S3, by boto3, which Glue brings. Threads share it, and its one client, made when a first odd name is met."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._client: Any = None
        self._making = Lock()

    def walk(self, prefix: str) -> Iterator[Stored]:
        with self._asked() as client:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in pages:
                for one in page.get("Contents", []):
                    yield Stored(one["Key"], one["Size"], one["ETag"], one["LastModified"])

    def look(self, name: str) -> Stored | None:
        try:
            with self._asked() as client:
                told = client.head_object(Bucket=self._bucket, Key=name)
        except FileNotFoundError:
            return None
        return Stored(name, told["ContentLength"], told["ETag"], told["LastModified"])

    def read(self, name: str, etag: str) -> bytes | None:
        try:
            with self._asked() as client:
                return bytes(client.get_object(Bucket=self._bucket, Key=name, IfMatch=etag)["Body"].read())
        except _ChangedError:
            return None

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        """The client; its refusals become OSErrors, as the file system's are."""
        try:
            import boto3
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise OSError("a name that only boto3 can read: install boto3, or rename the object") from None
        try:
            with (
                self._making
            ):  # a session makes one client at a time ("Multithreading and multiprocessing", boto3)
                self._client = self._client or boto3.Session().client("s3")
            yield self._client
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            kinds: dict[Any, type[OSError]] = {404: FileNotFoundError, 412: _ChangedError}
            raise kinds.get(status, OSError)(str(error)) from error
        except BotoCoreError as error:
            raise OSError(str(error)) from error


class _ChangedError(OSError):
    """Another version is there."""
