"""Explain S3's errors for archived objects, which it lists and gives only once they are restored."""

import re
from shlex import quote
from typing import Final

INVALID_STATE: Final = "InvalidObjectState"  # S3's error code ("Error responses", Amazon S3 API reference)
_CLASS: Final = re.compile(r"<StorageClass>(\w+)</StorageClass>|'StorageClass': '(\w+)'")


def reason(error: str, url: str) -> str | None:
    """Return what to do about an archived object, or None for any other error.

    `error` is the client's text, which contains S3's response. Objects of INTELLIGENT_TIERING are restored permanently,
    others as a copy for some days ("Restoring an archived object", Amazon S3 user guide).
    """
    if INVALID_STATE not in error:
        return None
    found = _CLASS.search(error)
    kind = next(filter(None, found.groups()), "") if found else ""
    request = "'{}'" if kind == "INTELLIGENT_TIERING" else "Days=7"
    bucket, _, key = url.removeprefix("s3://").partition("/")
    place = f"--bucket {quote(bucket)} --key {quote(key)}"
    return (
        f"archived in S3 Glacier{f' (storage class {kind})' if kind else ''}: restore it with "
        f"aws s3api restore-object {place} --restore-request {request}, then run the job again"
    )
