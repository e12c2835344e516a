"""The JAVA_HOME that Spark gets."""

import subprocess
from pathlib import Path

import pytest

from chargebacks.errors import LocalStackError
from chargebacks.local.spark_java import spark_java_home

LISTED = 'JAVA_VERSION="17.0.9"\nMODULES="{}"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A Java that prints its arguments, one a line."""
    program = tmp_path / "a home/bin/java"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho 'openjdk version \"17.0.9\"' >&2\nprintf '%s\\n' \"$@\"\n")
    program.chmod(0o755)
    return tmp_path / "a home"


def found(home: Path, cache: Path) -> Path:
    return spark_java_home({"JAVA_HOME": str(home)}, cache)


@pytest.mark.parametrize("listed", [LISTED.format("java.base jdk.incubator.vector"), LISTED[:22], None])
def test_a_java_with_the_module_that_spark_adds_is_used_as_it_is(
    home: Path, tmp_path: Path, listed: str | None
) -> None:
    if listed is not None:
        (home / "release").write_text(listed)
    assert found(home, tmp_path / "cache") == home
    assert not (tmp_path / "cache").exists()


def test_a_java_without_the_module_is_started_without_the_option_and_with_all_others(
    home: Path, tmp_path: Path
) -> None:
    (home / "release").write_text(LISTED.format("java.base java.sql"))
    made = found(home, tmp_path / "cache")
    given = ["-cp", "a b:*", "--add-modules=jdk.incubator.vector", "--add-opens=java.base/x=ALL-UNNAMED", ""]
    done = subprocess.run([made / "bin/java", *given], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:-1] == ["-cp", "a b:*", "--add-opens=java.base/x=ALL-UNNAMED", ""]
    assert found(home, tmp_path / "cache") == made
    assert found(made, tmp_path / "cache") == made
    assert [path.name for path in (made / "bin").iterdir()] == ["java"]


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(home: Path, tmp_path: Path) -> None:
    (home / "release").write_text(LISTED.format("java.base"))
    (tmp_path / "file").touch()
    with pytest.raises(LocalStackError, match=r"Not a directory.*install a Java 17 that has jdk\.incubator"):
        found(home, tmp_path / "file/cache")
