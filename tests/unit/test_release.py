"""How a release is named."""

import re
import subprocess
from pathlib import Path

import pytest

from scripts.release_version import version

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A git checkout of a package whose version is 1.2.3, all of it committed."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        subprocess.run([*GIT, tmp_path, *words], check=True)
    return tmp_path


def test_a_release_is_named_by_the_package_s_version_and_the_commit(checkout: Path) -> None:
    told = subprocess.run([*GIT, checkout, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    assert version(checkout) == f"1.2.3-{told.stdout[:12]}"


def test_what_is_not_committed_shows_in_the_name(checkout: Path) -> None:
    clean = version(checkout)
    (checkout / "new.py").touch()
    assert re.fullmatch(f"{re.escape(clean)}-dirty-[0-9a-f]{{12}}", version(checkout))


def test_two_edits_give_two_names_and_the_same_edit_the_same(checkout: Path) -> None:
    names = []
    for file, text in (("new.py", "a"), ("new.py", "b"), ("pyproject.toml", 1), ("pyproject.toml", 2)):
        given = text if isinstance(text, str) else f'[project]\nversion = "1.2.3"\n# {text}\n'
        (checkout / file).write_text(given)
        names.append(version(checkout))
        assert version(checkout) == names[-1]
    assert len(set(names)) == 4


def test_a_folder_within_another_s_checkout_is_named_by_the_version_alone(checkout: Path) -> None:
    (checkout / "copy").mkdir()
    (checkout / "copy/pyproject.toml").write_text('[project]\nversion = "4.5.6"\n')
    assert version(checkout / "copy") == "4.5.6"


def test_a_release_can_be_named_otherwise(checkout: Path) -> None:
    assert version(checkout, "friday_1") == "friday_1"


@pytest.mark.parametrize("name", ["..", "a/b", "-x", "a b", "a\n"])
def test_a_name_that_is_no_folder_s_is_refused(checkout: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a folder's name"):
        version(checkout, name)
