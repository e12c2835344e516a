"""The job on two executors, each a process of its own: they share the store and nothing else.

They are Spark's own on this machine, working on the S3 stand-in.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyspark
import pytest

from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.local.processes import HOST, Server, free_port
from chargebacks.local.spark_java import spark_java_home
from tests.e2e.on_a_cluster import outcome
from tests.fixtures.places import DAY, Place

# Executors that start fast, and do not wait long for blocks of one that is dead.
QUICK = {
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.shuffle.io.maxRetries": "1",
    "spark.shuffle.io.retryWait": "100ms",
}
SPECULATE = {
    "spark.speculation": "true",
    "spark.speculation.interval": "100ms",
    "spark.speculation.quantile": "0.5",
}
AGREED = ("rows", "listed", "counts", "announced")


def land(root: str) -> None:
    """Eight files with duplicates, a newer version and a broken record in each."""
    for n in range(8):
        ids = [f"cb-{n * i}" for i in range(20)]
        rows = [{"chargeback_id": one, "updated_at": f"{DAY}T01:00:00Z", "status": "open"} for one in ids]
        rows.append({"chargeback_id": f"cb-{n}", "updated_at": f"{DAY}T0{n + 1}:30:00Z", "status": "won"})
        lines = "".join(json.dumps(row) + "\n" for row in rows) + ("broken\n" if n < 2 else "")
        Place(root).land(f"{n}.json", lines.encode())


@pytest.fixture
def spark_home(tmp_path: Path) -> Path:
    """Pyspark's own Spark, but the executors' working folders are the test's."""
    home = tmp_path / "spark"
    home.mkdir()
    for name in ("bin", "jars", "sbin"):
        (home / name).symlink_to(Path(pyspark.__file__).parent / name)
    return home


def run_on_cluster(
    spark_home: Path, master: str, place: str, *troubles: str, **conf: str
) -> dict[str, dict[str, Any]]:
    """What each trouble came to."""
    for trouble in troubles:
        land(f"{place}/{trouble.replace(' ', '-')}")
    given = " ".join(f"--conf {name}={value}" for name, value in (QUICK | conf).items())
    environment = os.environ | {
        "SPARK_HOME": str(spark_home),
        "PYSPARK_SUBMIT_ARGS": f"{given} pyspark-shell",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.on_a_cluster", master, place, *troubles],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {one["trouble"]: one for one in map(json.loads, done.stdout.splitlines())}


@pytest.fixture
def expected(bucket: str) -> dict[str, Any]:
    """What one process without Spark comes to."""
    land(f"{bucket}/expected")
    return outcome(f"{bucket}/expected", InProcessEngine())


def check(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert {name: found[name] for name in AGREED} == {name: expected[name] for name in AGREED}
    assert len(found["named"]) == 3
    assert set(found["named"]) <= set(found["written"])


def executors(found: dict[str, Any]) -> set[str]:
    return {note.rsplit("-", 1)[1] for note in found["notes"] if note != "killed"}


def test_two_executors_one_of_which_is_killed_give_what_one_process_gives(
    spark_home: Path, bucket: str, expected: dict[str, Any]
) -> None:
    """It is killed in the second stage, with the rows in it that it had read for both."""
    [found] = run_on_cluster(spark_home, "local-cluster[2,1,1024]", bucket, "executor dies writing").values()
    check(found, expected)
    assert len(executors(found)) >= 2, "one was killed, the other or its successor did the rest"
    assert "killed" in found["notes"]
    assert len(found["written"]) > 3, "the killed task had written its file"


@pytest.fixture
def master(spark_home: Path, s3_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A standalone master with two workers on addresses of their own: Spark speculates on another host only."""
    places = {"SPARK_HOME": spark_home, "JAVA_HOME": spark_java_home(), "SPARK_LOCAL_IP": HOST}
    for name, value in places.items():
        monkeypatch.setenv(name, str(value))
    port, ui = free_port(), ("--webui-port", "0")
    url = f"spark://{HOST}:{port}"

    def server(name: str, *arguments: str) -> Server:
        log, kind = spark_home / f"{name}.log", name.split("-")[0]
        program = (str(spark_home / "bin/spark-class"), f"org.apache.spark.deploy.{kind.lower()}.{kind}", *ui)
        ready = {"Master": "I have been elected leader", "Worker": "Successfully registered with master"}
        return Server(
            name, (*program, *arguments), log, lambda: log.exists() and ready[kind] in log.read_text()
        )

    with ExitStack() as stack:
        stack.enter_context(server("Master", "--host", HOST, "--port", str(port)))
        for number in (2, 3):
            one = ("--host", f"127.0.0.{number}", "--cores", "1", "--memory", "1g", url)
            stack.enter_context(server(f"Worker-{number}", "--work-dir", str(spark_home / "work"), *one))
        yield url


@pytest.mark.slow
def test_on_two_executors_no_trouble_changes_rows_counts_or_announcements(
    spark_home: Path, master: str, bucket: str, expected: dict[str, Any]
) -> None:
    troubles = ("none", "tasks fail", "executor dies reading", "speculation")
    found = run_on_cluster(spark_home, master, bucket, *troubles, **SPECULATE)
    for trouble in troubles:
        check(found[trouble], expected)
    assert len(executors(found["none"])) == 2
    assert len(found["tasks fail"]["written"]) == 6
    assert "killed" in found["executor dies reading"]["notes"]
    assert len(found["speculation"]["written"]) == 4, "both tries of one task wrote a file of their own"
    assert any(note.startswith("write/1-1-") for note in found["speculation"]["notes"])
