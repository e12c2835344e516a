"""A Spark session of this machine: quiet, on the loopback address, its workers running this Python."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chargebacks.local.processes import JVM_FLAGS
from chargebacks.local.spark_java import spark_java_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def session(master: str = "local[*]") -> "SparkSession":
    """The session, new or the one that this process has already. Raises LocalStackError without Java 17."""
    from pyspark.sql import SparkSession

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
