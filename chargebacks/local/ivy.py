"""Fetching an exact list of files with Apache Ivy, run as a program.

Ivy's `ibiblio` resolver knows where the public Maven repository is. `usepoms="false"` makes it fetch
the named files alone: no descriptors, nothing resolved, so nothing but the list decides what arrives.
"""

import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol
from xml.sax.saxutils import quoteattr

from chargebacks.errors import LocalStackError
from chargebacks.local import truststore
from chargebacks.local.java import java
from chargebacks.local.processes import JVM_FLAGS

FILES: Final = "files"
FETCHED: Final = "[SUCCESSFUL ]"
UNTRUSTED: Final = "PKIX"  # how Java says that it does not know a certificate's authority
TROUBLE: Final = (UNTRUSTED, "Exception", "[FAILED", "not found")  # the most telling first
SIDE_BY_SIDE: Final = 6
SETTINGS: Final = """<ivysettings>
  <settings defaultResolver="public"/>
  <resolvers>
    <ibiblio name="public" m2compatible="true" usepoms="false" useMavenMetadata="false"/>
  </resolvers>
</ivysettings>
"""


class Artifact(Protocol):
    """What Ivy must know of a file."""

    @property
    def organisation(self) -> str: ...
    @property
    def module(self) -> str: ...
    @property
    def revision(self) -> str: ...


def fetch(artifacts: Sequence[Artifact], ivy_jar: Path, folder: Path, arrived: Callable[[int], None]) -> None:
    """Fetch the files into `folder/files`; `arrived` is told how many came so far. Raises LocalStackError.

    A failure is tried once more; with the authorities that Python trusts when Java's own did not do.
    """
    program = [str(java()), *JVM_FLAGS, "-jar", str(ivy_jar)]
    reason = _fetch_all(artifacts, program, folder / "first", folder / FILES, arrived)
    if reason:
        program[1:1] = truststore.write(folder / "trusted.jks") if UNTRUSTED in reason else []
        reason = _fetch_all(artifacts, program, folder / "second", folder / FILES, arrived)
    if reason:
        raise LocalStackError(
            f"the download of jars failed ({reason}): check that this machine is online, then run again"
        )


def _fetch_all(
    artifacts: Sequence[Artifact], ivy: list[str], work: Path, files: Path, arrived: Callable[[int], None]
) -> str | None:
    """Several Ivys share the work, since each fetches one file after the other. None, or a reason why not."""
    count = _Count(arrived)
    shares = [share for n in range(SIDE_BY_SIDE) if (share := artifacts[n::SIDE_BY_SIDE])]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        runs = [
            pool.submit(_fetch, share, ivy, work / str(n), files, count.one) for n, share in enumerate(shares)
        ]
    return next((reason for run in runs if (reason := run.result()) is not None), None)


class _Count:
    """Counts what arrives, from several threads."""

    def __init__(self, arrived: Callable[[int], None]) -> None:
        self._arrived, self._lock, self._here = arrived, threading.Lock(), 0

    def one(self) -> None:
        with self._lock:
            self._here += 1
            self._arrived(self._here)


def _fetch(
    share: Sequence[Artifact], ivy: list[str], own: Path, files: Path, arrived: Callable[[], None]
) -> str | None:
    """One Ivy's run, in a folder of its own. None when it went well, else the reason that it gave."""
    own.mkdir(parents=True)
    (own / "settings.xml").write_text(SETTINGS)
    (own / "ivy.xml").write_text(module_file(share))
    given = {"-settings": own / "settings.xml", "-cache": own / "cache", "-ivy": own / "ivy.xml"}
    options = [str(word) for option in given.items() for word in option]
    pattern = f"{files}/[artifact]-[revision].[ext]"
    return _run([*ivy, *options, "-confs", "files", "-retrieve", pattern], arrived)


def module_file(artifacts: Sequence[Artifact]) -> str:
    """The Ivy file that asks for exactly these files."""
    wanted = "\n".join(_dependency(artifact) for artifact in artifacts)
    return (
        '<ivy-module version="2.0">\n<info organisation="chargebacks" module="local"/>\n'
        f'<configurations><conf name="files"/></configurations>\n<dependencies>\n{wanted}\n</dependencies>\n'
        "</ivy-module>\n"
    )


def _dependency(artifact: Artifact) -> str:
    organisation, module = quoteattr(artifact.organisation), quoteattr(artifact.module)
    return (
        f"<dependency org={organisation} name={module} rev={quoteattr(artifact.revision)}"
        ' transitive="false" conf="files->default"/>'
    )


def _run(command: list[str], arrived: Callable[[], None]) -> str | None:
    """Run Ivy and tell what arrives. None when it went well, else the line that says most about why not."""
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as ivy:
        for line in ivy.stdout or ():
            lines.append(line.strip())
            if FETCHED in line:
                arrived()
    return _reason(lines) if ivy.returncode else None


def _reason(lines: Sequence[str]) -> str:
    told = (line for word in TROUBLE for line in lines if word in line)
    return next(told, None) or next(filter(None, reversed(lines)), "Ivy said nothing")
