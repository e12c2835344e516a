"""HTTP/1.1 as far as the AWS clients speak it: keep-alive, lengths told, Amazon's chunks, `Expect`."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

END = b"\r\n\r\n"
REASONS = {200: "OK", 204: "No Content", 206: "Partial Content", 304: "Not Modified", 404: "Not Found"}
REASONS |= {412: "Precondition Failed", 416: "Range Not Satisfiable", 501: "Not Implemented"}


@dataclass(frozen=True)
class Request:
    """One request; `path` is `bucket/key`, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What goes back. `length` differs from the body's for HEAD alone."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None

    def encode(self) -> bytes:
        """The bytes for the socket."""
        told = {"Content-Length": str(len(self.body) if self.length is None else self.length), **self.headers}
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Error')}"]
        lines += [f"{name}: {value}" for name, value in told.items()]
        return "\r\n".join(lines).encode() + END + self.body


class Connection(asyncio.Protocol):
    """One client's connection: its requests one after the other, each answered `wait` seconds after it came."""

    def __init__(self, answer: Callable[[Request], Answer], wait: float) -> None:
        self._answer, self._wait = answer, wait
        self._held, self._head_end = bytearray(), -1
        self._expected = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (request := self._taken()) is not None:
            asyncio.get_running_loop().call_later(self._wait, self._reply, request)

    def _reply(self, request: Request) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._answer(request).encode())

    def _taken(self) -> Request | None:
        """The next whole request, taken off what is held; None when it is not all here."""
        end = self._held.find(END)
        if end < 0:
            return None
        first, *lines = self._held[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        start, length = end + len(END), int(headers.get("content-length", 0))
        if len(self._held) < start + length:
            if "expect" in headers and not self._expected:
                self._expected = True
                self._transport.write(b"HTTP/1.1 100 Continue" + END)
            return None
        body, self._expected = bytes(self._held[start : start + length]), False
        del self._held[: start + length]
        method, target, _ = first.split(" ")
        return _request(method, target, headers, body)


def _request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    parts = urlsplit(target)
    if headers.get("x-amz-content-sha256", "").startswith("STREAMING"):
        body = _unchunked(body)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Request(method, unquote(parts.path).lstrip("/"), query, headers, body)


def _unchunked(body: bytes) -> bytes:
    """Amazon's own chunks: `<hex length>;chunk-signature=…`, the bytes, and again; the last is empty."""
    pieces, at = [], 0
    while at < len(body):
        line_end = body.index(b"\r\n", at)
        length = int(body[at:line_end].split(b";")[0], 16)
        if not length:
            break
        pieces.append(body[line_end + 2 : line_end + 2 + length])
        at = line_end + 2 + length + 2
    return b"".join(pieces)


def asked_range(told: str | None, size: int) -> tuple[int, int] | None:
    """From and up to, of a `Range` header; None when the whole of `size` bytes is asked for."""
    if not told:
        return None
    first, _, last = told.removeprefix("bytes=").partition("-")
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
