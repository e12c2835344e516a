"""A Spark session of this machine: quiet, on the loopback address, its workers running this Python."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from chargebacks.errors import LocalStackError
from chargebacks.local.processes import JVM_FLAGS
from chargebacks.local.spark_java import spark_java_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def session(master: str = "local[*]") -> "SparkSession":
    """Return the session, new or the one that this process has already.

    Raises LocalStackError without Java 17, or when SPARK_HOME has another Spark than pyspark.
    """
    from pyspark import __version__ as version
    from pyspark.sql import SparkSession

    check_spark_home(os.environ, version)
    os.environ["JAVA_HOME"] = str(spark_java_home())
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    quiet = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}"
    return (
        SparkSession.builder.master(master)
        .appName("chargebacks")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", " ".join((*JVM_FLAGS, quiet)))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )


def check_spark_home(environment: Mapping[str, str], version: str) -> None:
    """Raise LocalStackError when SPARK_HOME is set and has no Spark of pyspark's `version`, by major and minor.

    pyspark would start that Spark, and fail on the first class that it lacks.
    """
    home = environment.get("SPARK_HOME")
    if not home:
        return
    jars = Path(home).glob("jars/spark-core_*.jar")
    found = [jar.stem.split("-")[2] for jar in jars]  # spark-core_2.12-3.5.1-amzn-0.jar
    if version.split(".")[:2] not in [one.split(".")[:2] for one in found]:
        raise LocalStackError(
            f"SPARK_HOME {home} has {f'Spark {found[0]}' if found else 'no Spark'}, and pyspark is {version}:"
            " unset SPARK_HOME, pyspark brings its own"
        )
