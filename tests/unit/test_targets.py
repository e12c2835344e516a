"""The list of runtimes that a release is built for."""

from pathlib import Path

import pytest

from scripts.targets import FUNCTIONS, function_zip

README = Path(__file__).parents[2] / "consumers/consolidation_updater/README.md"


def test_the_updater_s_page_has_every_zip_with_its_runtimes() -> None:
    page = README.read_text()
    for target in FUNCTIONS["consolidation-updater"]:
        runtimes = ", ".join(f"`{runtime}`" for runtime in target.runtimes)
        assert f"| `{target.file}` | `{target.architecture}` | {runtimes} |\n" in page


def test_a_new_deployment_runs_python_3_13_on_arm64() -> None:
    first, *_ = FUNCTIONS["consolidation-updater"]
    assert (first.architecture, first.runtimes[0]) == ("arm64", "python3.13")


def test_a_zip_for_two_runtimes_may_need_the_glibc_of_the_older() -> None:
    assert function_zip("consolidation-updater.zip").glibc == (2, 26)
    assert function_zip("consolidation-updater-arm64.zip").glibc == (2, 34)


def test_another_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(
        ValueError, match=r"'other\.zip' is not a zip of a release: name one of consolidation-u"
    ):
        function_zip("other.zip")
