"""One page of a listing: pure, over the sorted paths of all objects."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

PAGE = 1000
BEHIND = "\U0010ffff"  # sorts behind whatever a folder holds


@dataclass
class Page:
    """Keys and folders of a page, in order; `token` is where the next one goes on, None: this is the last."""

    keys: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    token: str | None = None


def page(paths: Sequence[str], bucket: str, asked: Mapping[str, str]) -> Page:
    """The page that the query `asked` for: its prefix, delimiter, token and size."""
    prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
    most, start = min(PAGE, int(asked.get("max-keys", PAGE))), f"{bucket}/{prefix}"
    found, at, last = Page(), bisect_left(paths, start), _after(asked)
    if last:
        at = max(at, bisect_right(paths, f"{bucket}/{last}"))
    while at < len(paths) and paths[at].startswith(start):
        if len(found.keys) + len(found.folders) == most:
            found.token = last
            break
        key = paths[at].removeprefix(f"{bucket}/")
        folder = _folder(key, prefix, delimiter)
        if folder:
            found.folders.append(folder)
            last = f"{folder}{BEHIND}"
            at = bisect_left(paths, f"{bucket}/{last}")
        else:
            found.keys.append(key)
            last, at = key, at + 1
    return found


def _after(asked: Mapping[str, str]) -> str:
    token = unquote(asked.get("continuation-token", ""))
    return token or asked.get("start-after", "") or asked.get("marker", "")


def _folder(key: str, prefix: str, delimiter: str) -> str | None:
    """The folder directly below the prefix that the key lies in, or None."""
    if not delimiter:
        return None
    name, found, _ = key[len(prefix) :].partition(delimiter)
    return f"{prefix}{name}{delimiter}" if found else None
