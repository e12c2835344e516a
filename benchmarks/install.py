"""The peers' jars: exact versions, fetched once the way the local servers' are, sums checked.

`benchmarks/peers/<peer>.sha256` pins each file. A set appears in the cache by one rename after all its sums agree.
"""

import shutil
from pathlib import Path

from benchmarks.harness import tell
from chargebacks.errors import LocalStackError
from chargebacks.local import ivy, jars

LISTS = Path(__file__).parent / "peers"


def classpath(peer: str) -> str | None:
    """The jars of a peer as a Java class path; None, and loud about it, when they cannot be had."""
    pinned = jars.read_list((LISTS / f"{peer}.sha256").read_text())
    folder = jars.cache_folder() / "-".join(["bench", peer, *sorted({jar.revision for jar in pinned})])
    try:
        if not folder.is_dir():
            _fetch(peer, pinned, folder)
        jars.verify(folder, pinned)
    except LocalStackError as error:
        tell(f"!!! {peer} is left out: {error}")
        return None
    return ":".join(str(folder.absolute() / jar.file_name) for jar in pinned)


def _fetch(peer: str, pinned: list[jars.Jar], folder: Path) -> None:
    tell(f"fetching the jars of {peer}")
    temporary = folder.with_suffix(".part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        ivy.fetch(pinned, jars.ivy_jar(), temporary, lambda _: None)
        jars.verify(temporary / ivy.FILES, pinned)
        (temporary / ivy.FILES).rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
