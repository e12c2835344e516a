"""A SPARK_HOME that pyspark cannot use is refused before Spark starts."""

from pathlib import Path

import pytest
from pyspark import __version__
from pyspark.find_spark_home import _find_spark_home

from chargebacks.errors import LocalStackError
from chargebacks.local.spark import check_spark_home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a Spark 3.5.6, as far as its version goes."""
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars/spark-core_2.12-3.5.6.jar").touch()
    return tmp_path


@pytest.mark.parametrize("version", ["3.5.6", "3.5.1"])
def test_a_spark_of_the_same_major_and_minor_version_is_used(home: Path, version: str) -> None:
    check_spark_home({"SPARK_HOME": str(home)}, version)


def test_a_vendor_s_suffix_is_not_part_of_the_version(tmp_path: Path) -> None:
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars/spark-core_2.13-4.1.1-amzn-0.jar").touch()
    check_spark_home({"SPARK_HOME": str(tmp_path)}, "4.1.1")


def test_another_spark_is_refused_with_both_versions_and_what_to_do(home: Path) -> None:
    with pytest.raises(LocalStackError, match=r"has Spark 3\.5\.6, and pyspark is 4\.1\.1: unset SPARK_HOME"):
        check_spark_home({"SPARK_HOME": str(home)}, "4.1.1")


def test_a_folder_without_spark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match=r"gone has no Spark, and pyspark is 4\.1\.1: unset SPARK_HOME"):
        check_spark_home({"SPARK_HOME": str(tmp_path / "gone")}, "4.1.1")


@pytest.mark.parametrize("environment", [{}, {"SPARK_HOME": ""}, {"SPARK_HOME": _find_spark_home()}], ids=str)
def test_pyspark_s_own_spark_is_used(environment: dict[str, str]) -> None:
    check_spark_home(environment, __version__)
