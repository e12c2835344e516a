"""Fetching an exact list of files with Apache Ivy, run as a program.

Ivy's `ibiblio` resolver knows where the public Maven repository is. `usepoms="false"` makes it fetch
the named files alone: no descriptors, nothing resolved, so nothing but the list decides what arrives.
"""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol
from xml.sax.saxutils import quoteattr

from chargebacks.errors import LocalStackError
from chargebacks.local.java import java

FILES: Final = "files"
FETCHED: Final = "[SUCCESSFUL ]"
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
    @property
    def extension(self) -> str: ...


def fetch(artifacts: Sequence[Artifact], ivy_jar: Path, folder: Path, arrived: Callable[[int], None]) -> None:
    """Fetch the files into `folder/files`; `arrived` is told how many came so far. Raises LocalStackError."""
    folder.mkdir(parents=True)
    (folder / "settings.xml").write_text(SETTINGS)
    (folder / "ivy.xml").write_text(module_file(artifacts))
    said = _run(_command(ivy_jar, folder), arrived)
    if said is not None:
        raise LocalStackError(
            f"the download of jars failed ({said}): check that this machine is online, then run again"
        )


def module_file(artifacts: Sequence[Artifact]) -> str:
    """The Ivy file that asks for exactly these files."""
    wanted = "\n".join(_dependency(artifact) for artifact in artifacts)
    return (
        '<ivy-module version="2.0">\n<info organisation="chargebacks" module="local"/>\n'
        f'<configurations><conf name="files"/></configurations>\n<dependencies>\n{wanted}\n</dependencies>\n'
        "</ivy-module>\n"
    )


def _dependency(artifact: Artifact) -> str:
    module, kind = quoteattr(artifact.module), quoteattr(artifact.extension)
    organisation, revision = quoteattr(artifact.organisation), quoteattr(artifact.revision)
    return (
        f"<dependency org={organisation} name={module} rev={revision}"
        ' transitive="false" conf="files->default">'
        f"<artifact name={module} type={kind} ext={kind}/></dependency>"
    )


def _command(ivy_jar: Path, folder: Path) -> list[str]:
    pattern = f"{folder}/{FILES}/[artifact]-[revision].[ext]"
    given = {"-settings": folder / "settings.xml", "-cache": folder / "cache", "-ivy": folder / "ivy.xml"}
    options = [str(word) for option in given.items() for word in option]
    return [str(java()), "-jar", str(ivy_jar), *options, "-confs", "files", "-retrieve", pattern]


def _run(command: list[str], arrived: Callable[[int], None]) -> str | None:
    """Run Ivy, count what arrives. None when it went well, else the reason that it gave."""
    here, said = 0, "Ivy said nothing"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as ivy:
        for line in ivy.stdout or ():
            if FETCHED in line:
                here += 1
                arrived(here)
            elif any(word in line for word in ("Exception", "[FAILED", "UNRESOLVED", "not found")):
                said = line.strip()
    return said if ivy.returncode else None
