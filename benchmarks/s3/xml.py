"""The bodies of S3's answers, and of the one request that has one."""

import re
from collections.abc import Iterable, Sequence
from html import unescape
from urllib.parse import quote
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
STAMP = "%Y-%m-%dT%H:%M:%S.000Z"
Row = tuple[str, int, str, str]  # key, size, etag, when


def element(name: str, **fields: str) -> bytes:
    """An element with text fields."""
    inner = "".join(f"<{field}>{escape(value)}</{field}>" for field, value in fields.items())
    return f"{HEAD}<{name} {NAMESPACE}>{inner}</{name}>".encode()


def listing(
    bucket: str, prefix: str, rows: Sequence[Row], folders: Iterable[str], token: str | None, encoded: bool
) -> bytes:
    """A page of a listing; `token` says where the next one starts. `encoded`: keys as in a URL."""
    shown = (lambda text: quote(text, safe="/")) if encoded else escape
    inner = [f"<Name>{bucket}</Name><Prefix>{shown(prefix)}</Prefix><KeyCount>{len(rows)}</KeyCount>"]
    inner += [f"<MaxKeys>1000</MaxKeys><IsTruncated>{'true' if token else 'false'}</IsTruncated>"]
    inner += ["<EncodingType>url</EncodingType>"] if encoded else []
    inner += [f"<NextContinuationToken>{quote(token)}</NextContinuationToken>"] if token else []
    for key, size, etag, when in rows:
        inner.append(
            f"<Contents><Key>{shown(key)}</Key><LastModified>{when}</LastModified><ETag>{escape(etag)}</ETag>"
            f"<Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )
    inner += [f"<CommonPrefixes><Prefix>{shown(folder)}</Prefix></CommonPrefixes>" for folder in folders]
    return f"{HEAD}<ListBucketResult {NAMESPACE}>{''.join(inner)}</ListBucketResult>".encode()


def keys(body: bytes) -> list[str]:
    """The keys that a request to delete many names."""
    return [unescape(key) for key in re.findall(r"<Key>(.*?)</Key>", body.decode(), re.DOTALL)]


def deleted(names: Sequence[str]) -> bytes:
    """The answer to it: all gone."""
    inner = "".join(f"<Deleted><Key>{escape(name)}</Key></Deleted>" for name in names)
    return f"{HEAD}<DeleteResult {NAMESPACE}>{inner}</DeleteResult>".encode()


def error(code: str) -> bytes:
    """What a client is told that asked for what cannot be."""
    return element("Error", Code=code, Message=code)
