"""What `build.sh` makes, built once a test run for the tests of this folder that look at it."""

import zipfile
from pathlib import Path

import pytest

from scripts.targets import JOBS, function_zip
from tests.e2e.packages import ZIP, Installed, build, copy_sources
from tests.fixtures.lambda_runtime import Runtime, lay_runtime
from tests.fixtures.whole_run import shared


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources, where nobody edits them."""
    with shared(tmp_path_factory, "source") as folder:
        if not folder.exists():
            copy_sources(tmp_path_factory.mktemp("copied")).rename(folder)
    return folder


@pytest.fixture(scope="session")
def dist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts, built once: that asks the package index for what is in no cache."""
    with shared(tmp_path_factory, "dist") as folder:
        if not folder.exists():
            build(source, tmp_path_factory.mktemp("built")).rename(folder)
    return folder


@pytest.fixture(scope="session")
def release(dist: Path) -> Path:
    """The one release among them."""
    (made,) = (dist / "releases").iterdir()
    return made


@pytest.fixture(scope="session")
def names(dist: Path) -> set[str]:
    """What is in the Lambda's zip."""
    return set(zipfile.ZipFile(dist / ZIP).namelist())


@pytest.fixture(scope="session")
def task(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, unpacked as Lambda unpacks it."""
    folder = tmp_path_factory.mktemp("task")
    zipfile.ZipFile(dist / ZIP).extractall(folder)
    return folder


@pytest.fixture(scope="session", params=function_zip(ZIP).runtimes)
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """A runtime for which the zip is made."""
    return lay_runtime(tmp_path_factory.mktemp("runtime") / "site", request.param)


@pytest.fixture(scope="session", params=JOBS["consolidate_chargebacks"], ids=lambda zip_: zip_.file)
def wheels(
    request: pytest.FixtureRequest, release: Path, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    """What Glue installs, for each of its versions."""
    packed, folder = zipfile.ZipFile(release / request.param.file), tmp_path_factory.mktemp("glue")
    for name in packed.namelist():
        if name.endswith(".whl"):
            with packed.open(name) as wheel:
                zipfile.ZipFile(wheel).extractall(folder)
    return Installed(request.param, folder)
