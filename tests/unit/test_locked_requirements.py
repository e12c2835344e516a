"""The lock file's pins for a Python that is not the running one."""

import pytest
from packaging.requirements import Requirement

from scripts.locked_requirements import applies, blocks, closure, locked, main

LOCK = """\
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:aa
numpy==2.2.0 ; python_full_version < '3.12' \\
    --hash=sha256:bb
numpy==2.4.0 ; python_full_version >= '3.12' \\
    --hash=sha256:cc \\
    --hash=sha256:dd
tzdata==2026.6 \\
    --hash=sha256:ee
"""


@pytest.mark.parametrize(("python", "pin"), [("3.11", "numpy==2.2.0"), ("3.13", "numpy==2.4.0")])
def test_a_pin_is_that_of_the_target_s_python(python: str, pin: str) -> None:
    assert blocks(LOCK, [python])["numpy"].splitlines()[0] == f"{pin} \\"


def test_a_block_has_its_pin_without_marker_and_every_hash() -> None:
    assert blocks(LOCK, ["3.13"]) == {
        "numpy": "numpy==2.4.0 \\\n    --hash=sha256:cc \\\n    --hash=sha256:dd\n",
        "tzdata": "tzdata==2026.6 \\\n    --hash=sha256:ee\n",
    }


def test_two_versions_of_a_package_are_refused_for_several_pythons() -> None:
    with pytest.raises(ValueError, match=r"two versions of numpy for Python 3\.11, 3\.13: name one Python"):
        blocks(LOCK, ["3.11", "3.13"])


@pytest.mark.parametrize(
    ("marker", "python", "needed"),
    [
        ("python_version < '3.13'", "3.12", True),
        ("python_version < '3.13'", "3.13", False),
        ("python_full_version >= '3.13.0'", "3.13", True),
        ("sys_platform == 'win32'", "3.13", False),
        ("platform_python_implementation != 'PyPy'", "3.13", True),
        ("extra == 'test'", "3.13", False),
    ],
)
def test_a_marker_is_evaluated_for_the_target_and_not_for_the_running_python(
    marker: str, python: str, needed: bool
) -> None:
    assert applies(Requirement(f"a; {marker}"), [python]) is needed


def test_dependencies_are_those_of_the_target_s_python() -> None:
    """obstore needs typing-extensions before Python 3.13."""
    assert set(closure(["obstore"], pythons=["3.11"])) == {"obstore", "typing-extensions"}
    assert set(closure(["obstore"], pythons=["3.13"])) == {"obstore"}


def test_a_dependency_that_is_not_installed_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"no-such-package is not installed in .*: run make setup"):
        list(closure(["no-such-package"]))


def test_a_package_that_the_lock_file_lacks_is_an_error_that_names_it() -> None:
    with pytest.raises(
        ValueError, match=r"requirements.lock has no no-such-package for Python 3.13: run make lock"
    ):
        locked(["obstore", "no-such-package"], ["3.13"])


def test_an_unknown_extra_ends_in_one_line_and_prints_no_requirements(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match=r": 'jobs' is not an extra of pyproject.toml: name one of .*job"):
        main(["job", "jobs"])
    assert capsys.readouterr().out == ""
