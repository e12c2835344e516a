"""Who runs: the floor, the job, and its peers, as commands. All on Spark get one session's settings and memory."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import install
from benchmarks.data import DAY
from benchmarks.harness import ROOT, Contestant, fresh
from benchmarks.truth import Truth, checked

SESSION = "a Spark session and one trivial job"
OURS = "chargebacks consolidate"
USUAL = "usual Glue script"
CAREFUL = "careful DataFrames"
DUCKDB = "DuckDB, one process"
POLARS = "Polars, one process"
TRIVIAL = "from chargebacks.local.spark import session; session().sparkContext.parallelize([1]).count()"
MODULES = {
    USUAL: "usual_glue",
    CAREFUL: "careful_dataframes",
    DUCKDB: "duckdb_alone",
    POLARS: "polars_alone",
}
# The Spark of Glue 5.1, for peers that are not published for a newer one: `make .venv-glue-5.1/.ready`.
SPARK_3_5 = Path(__file__).parents[1] / ".venv-glue-5.1/bin/python"
SORTED = (OURS, CAREFUL, DUCKDB, POLARS)


@dataclass(frozen=True)
class Options:
    """What `python -m benchmarks` was asked for."""

    size: int = 1_250_000
    files: int = 500
    tiny_files: int = 10_000
    rounds: int = 3
    memory: str = "2g"  # the driver's heap, of everyone on Spark
    plain_jvm: bool = True  # peers get the JVM's own defaults instead of the session's flags for short lives
    minutes: float = 30.0  # for all parts; a part whose share is used up begins no further round
    until: float = math.inf  # the end of this part's share, by time.perf_counter
    only: tuple[str, ...] = ()  # contestants whose names hold one of these words; none: all

    def wanted(self, contestants: Sequence[Contestant]) -> list[Contestant]:
        """Those asked for. The floor and the job always run: the others are compared with them."""
        words = [word.lower() for word in self.only]
        always = (SESSION, OURS)
        return [
            one
            for one in contestants
            if not words or one.name.startswith(always) or any(word in one.name.lower() for word in words)
        ]


def spark_environment(options: Options, *words: str) -> dict[str, str]:
    """What every process on Spark finds in its environment; `words` more for spark-submit."""
    flags = ["--driver-memory", options.memory, *words, "pyspark-shell"]
    return {"PYSPARK_SUBMIT_ARGS": " ".join(flags)}


def peer_environment(options: Options, *words: str) -> dict[str, str]:
    """The same for a peer, but with the JVM's own compiler and collector: its work is done in there."""
    plain = ("--conf", "spark.driver.extraJavaOptions=-Djava.awt.headless=true") if options.plain_jvm else ()
    return spark_environment(options, *plain, *words)


def with_jars(options: Options, peer: str, settings: Mapping[str, str]) -> dict[str, str] | None:
    """The environment of a peer that needs jars, or None when they cannot be had."""
    jars = install.classpath(peer)
    if jars is None:
        return None
    told = {"spark.driver.extraClassPath": jars, **settings}
    return peer_environment(
        options, *(word for name, value in told.items() for word in ("--conf", f"{name}={value}"))
    )


def floor_session(options: Options) -> Contestant:
    """A Spark session that runs one trivial job: what no job on Spark can do without."""
    return Contestant(SESSION, [sys.executable, "-c", TRIVIAL], spark_environment(options), required=True)


def consolidate(landing: Path | str, out: Path | str, *words: str, time: str = "18:30") -> list[str]:
    """The job's command line. Its output is below `out`."""
    command = [sys.executable, "-m", "chargebacks", "consolidate", "--landing-path", str(landing)]
    command += ["--output-path", f"{out}/chargebacks", "--partition-date", DAY, "--lookback-days", "0"]
    return [*command, "--execution-time", f"{DAY}T{time}:00", *words]


def ours(
    options: Options, landing: Path, truth: Truth, output_format: str = "csv", name: str = OURS
) -> Contestant:
    """The job from an empty log: every landing file, ten files, the commit, the view."""
    out = ROOT / "out" / "ours"
    view = out / "chargebacks" / "year=2025" / "month=11" / "day=20"
    return Contestant(
        name,
        consolidate(landing, out, "--output-format", output_format),
        spark_environment(options),
        before=fresh(out),
        check=checked(name, truth, view, output_format),
        required=True,
    )


def peer(
    options: Options, name: str, landing: Path, landing_format: str, truth: Truth, output_format: str = "csv"
) -> Contestant:
    """One of MODULES, on the same files, to ten files of the same format."""
    out = ROOT / "out" / MODULES[name]
    words = ["--landing", str(landing), "--landing-format", landing_format]
    return Contestant(
        name,
        script(MODULES[name], out, *words, "--output-format", output_format),
        peer_environment(options),
        before=fresh(out),
        check=checked(name, truth, out, output_format, in_order=name in SORTED),
    )


def script(module: str, out: Path | str, *words: str, python: Path | str = sys.executable) -> list[str]:
    """Return the command of a peer's script, on that Python's Spark."""
    return [str(python), "-m", f"benchmarks.peers.{module}", "--out", str(out), *words]
