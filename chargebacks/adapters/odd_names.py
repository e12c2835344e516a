"""Objects of a bucket whose keys obstore's paths cannot hold: an empty segment, `.` or `..`, a control character.

Upstreams make them (a prefix that ends in a slash, joined by another), and one of them would hide its whole folder:
obstore ends a listing at it. So boto3 lists the folder again, and reads such objects.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from chargebacks.adapters import archived
from chargebacks.adapters.stored import Level, Stored
from chargebacks.errors import WithheldError


class Bucket:
    """S3, by boto3, which Glue brings. Threads share it, and its one client, made when a first odd name is met."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._client: Any = None
        self._making = Lock()

    def walk(self, prefix: str) -> Iterator[Stored]:
        """Yield every object whose key begins with `prefix`."""
        with self._asked() as client:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in pages:
                for one in page.get("Contents", []):
                    yield Stored(one["Key"], one["Size"], one["ETag"], one["LastModified"])

    def level(self, prefix: str) -> Level:
        """Return the names directly below the folder; `prefix` is empty or ends in a slash."""
        folders, files = list[str](), list[str]()
        with self._asked() as client:
            pages = client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix, Delimiter="/"):
                folders += [one["Prefix"] for one in page.get("CommonPrefixes", [])]
                files += [one["Key"] for one in page.get("Contents", [])]
        return Level(
            sorted(name.removeprefix(prefix).removesuffix("/") for name in folders),
            sorted(name.removeprefix(prefix) for name in files if name != prefix),
        )

    def look(self, name: str) -> Stored | None:
        """Return the object, or None."""
        try:
            with self._asked() as client:
                told = client.head_object(Bucket=self._bucket, Key=name)
        except FileNotFoundError:
            return None
        return Stored(name, told["ContentLength"], told["ETag"], told["LastModified"])

    def read(self, name: str, etag: str) -> bytes | None:
        """Return the bytes of that version, or None when there is another. Raises FileNotFoundError, WithheldError."""
        try:
            with self._asked() as client:
                return bytes(client.get_object(Bucket=self._bucket, Key=name, IfMatch=etag)["Body"].read())
        except _ChangedError:
            return None
        except OSError as error:
            answer = getattr(error.__cause__, "response", "")
            if reason := archived.reason(f"{error} {answer}", f"{self._bucket}/{name}"):
                raise WithheldError(reason) from error
            raise

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
