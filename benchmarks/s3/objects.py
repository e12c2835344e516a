"""What S3 does with a request, on objects in memory. Paths are `bucket/key`."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote

from benchmarks.s3 import listing, xml
from benchmarks.s3.http import Answer, Request, asked_range


@dataclass(frozen=True)
class Object:
    """An object's bytes, its etag with the quotes, and when it was written."""

    data: bytes
    etag: str
    written: datetime

    @classmethod
    def of(cls, data: bytes) -> "Object":
        """A new one."""
        etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return cls(data, f'"{etag}"', datetime.now(UTC).replace(microsecond=0))


class Objects:
    """All objects; `answer` is S3's side of a request."""

    def __init__(self) -> None:
        self._objects: dict[str, Object] = {}
        self._uploads: dict[str, dict[int, bytes]] = {}
        self._sorted: list[str] | None = None

    def load(self, folder: Path, prefix: str) -> None:
        """Put every file below the folder at `prefix`."""
        for file in folder.rglob("*"):
            if file.is_file():
                self._put(f"{prefix}/{file.relative_to(folder)}", file.read_bytes())

    def answer(self, request: Request) -> Answer:
        """Do what is asked."""
        match request.method:
            case "GET" if "/" not in request.path.rstrip("/"):
                return self._list(request)
            case "HEAD" if "/" not in request.path.rstrip("/"):
                return Answer()  # a bucket: there is every one
            case "GET" | "HEAD":
                return self._get(request)
            case "PUT" if "partNumber" in request.query:
                return self._part(request)
            case "PUT":
                return self._write(request)
            case "POST":
                return self._post(request)
            case "DELETE":
                self._delete(request.path)
                return Answer(204)
        return Answer(501, xml.error("NotImplemented"))

    def _get(self, request: Request) -> Answer:
        found = self._objects.get(request.path)
        if found is None:
            return Answer(404, b"" if request.method == "HEAD" else xml.error("NoSuchKey"))
        if request.headers.get("if-match", found.etag) not in (found.etag, found.etag.strip('"'), "*"):
            return Answer(412, xml.error("PreconditionFailed"))
        told = {
            "ETag": found.etag,
            "Last-Modified": format_datetime(found.written, usegmt=True),
            "Accept-Ranges": "bytes",
            "Content-Type": "application/octet-stream",
        }
        if request.method == "HEAD":
            return Answer(200, b"", told, len(found.data))
        wanted = asked_range(request.headers.get("range"), len(found.data))
        if wanted is None:
            return Answer(200, found.data, told)
        start, end = wanted
        if start >= len(found.data):
            return Answer(416, xml.error("InvalidRange"))
        told["Content-Range"] = f"bytes {start}-{end - 1}/{len(found.data)}"
        return Answer(206, found.data[start:end], told)

    def _write(self, request: Request) -> Answer:
        if request.headers.get("if-none-match") == "*" and request.path in self._objects:
            return Answer(412, xml.error("PreconditionFailed"))
        there = self._objects.get(request.path)
        if (wanted := request.headers.get("if-match")) and (there is None or there.etag != wanted):
            return Answer(412, xml.error("PreconditionFailed"))
        source = unquote(request.headers.get("x-amz-copy-source", "")).lstrip("/")
        if not source:
            return Answer(headers={"ETag": self._put(request.path, request.body).etag})
        if source not in self._objects:
            return Answer(404, xml.error("NoSuchKey"))
        copied = self._put(request.path, self._objects[source].data)
        when = copied.written.strftime(xml.STAMP)
        return Answer(body=xml.element("CopyObjectResult", ETag=copied.etag, LastModified=when))

    def _put(self, path: str, data: bytes) -> Object:
        if path not in self._objects:
            self._sorted = None
        self._objects[path] = Object.of(data)
        return self._objects[path]

    def _delete(self, path: str) -> None:
        if self._objects.pop(path, None):
            self._sorted = None

    def _post(self, request: Request) -> Answer:
        bucket, _, key = request.path.partition("/")
        if "delete" in request.query:
            for name in xml.keys(request.body):
                self._delete(f"{bucket}/{name}")
            return Answer(body=xml.deleted(xml.keys(request.body)))
        if "uploads" in request.query:
            upload = str(len(self._uploads) + 1)
            self._uploads[upload] = {}
            return Answer(
                body=xml.element("InitiateMultipartUploadResult", Bucket=bucket, Key=key, UploadId=upload)
            )
        parts = self._uploads.pop(request.query["uploadId"])
        whole = self._put(request.path, b"".join(parts[n] for n in sorted(parts)))
        return Answer(
            body=xml.element("CompleteMultipartUploadResult", Bucket=bucket, Key=key, ETag=whole.etag)
        )

    def _part(self, request: Request) -> Answer:
        self._uploads[request.query["uploadId"]][int(request.query["partNumber"])] = request.body
        return Answer(headers={"ETag": Object.of(request.body).etag})

    def _list(self, request: Request) -> Answer:
        bucket, asked = request.path.rstrip("/"), request.query
        if self._sorted is None:
            self._sorted = sorted(self._objects)
        page = listing.page(self._sorted, bucket, asked)
        rows = [self._row(bucket, key) for key in page.keys]
        encoded = asked.get("encoding-type") == "url"
        return Answer(
            body=xml.listing(bucket, asked.get("prefix", ""), rows, page.folders, page.token, encoded)
        )

    def _row(self, bucket: str, key: str) -> xml.Row:
        one = self._objects[f"{bucket}/{key}"]
        return key, len(one.data), one.etag, one.written.strftime(xml.STAMP)
