"""The search for another Python."""

import sys
from pathlib import Path

import pytest

from tests.fixtures.interpreters import interpreter

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def pyenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pyenv that has the running Python, and whose shims fail, as they do for versions that are not selected."""
    shim = tmp_path / "shims" / f"python{RUNNING}"
    installed = tmp_path / "versions/any/bin" / shim.name
    for path in (shim, installed):
        path.parent.mkdir(parents=True)
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    installed.symlink_to(Path(sys.executable).resolve())
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(shim.parent))
    monkeypatch.setenv("CI", "1")  # a Python that is not found is then a failure, not a skip
    return installed


def test_a_python_of_pyenv_is_found_behind_a_shim_that_fails(pyenv: Path) -> None:
    assert interpreter(RUNNING).samefile(pyenv)


def test_a_missing_python_skips_the_test_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"no Python 3\.99 on this machine"):
        interpreter("3.99")


def test_a_missing_python_fails_the_test_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match=r"no Python 3\.99 on this machine"):
        interpreter("3.99")
