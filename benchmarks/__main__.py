"""`make bench`: whole processes in turn, three rounds, medians, and ratios within the same run.

    python -m benchmarks [--size 200000] [--files 500] [--rounds 3]

The machine's speed drifts, so compare the ratios, not the seconds.
"""

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

ROOT = Path(".run/bench")
DAY = "2025-11-20"
FLOOR = "from chargebacks.local.spark import session; session().sparkContext.parallelize([1]).count()"


@click.command()
@click.option("--size", default=200_000, show_default=True, help="Chargebacks.")
@click.option("--files", default=500, show_default=True, help="Landing files, about.")
@click.option("--rounds", default=3, show_default=True)
def main(size: int, files: int, rounds: int) -> None:
    """Time the job beside a Spark session that only starts and runs one trivial job."""
    shutil.rmtree(ROOT, ignore_errors=True)
    landing = ROOT / "landing"
    _run([*_ours("sample"), "--to", str(landing), "--size", str(size), "--files", str(files), "--date", DAY])
    contestants = {
        "a Spark session and one trivial job": [sys.executable, "-c", FLOOR],
        "chargebacks consolidate": [
            *_ours("consolidate", "--landing-path", str(landing), "--output-path", "OUT/chargebacks"),
            *("--partition-date", DAY, "--execution-time", f"{DAY}T18:30:00", "--lookback-days", "0"),
        ],
    }
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds):
        for n, (name, command) in enumerate(contestants.items()):
            out = str(ROOT / f"out-{turn}-{n}")
            seconds[name].append(_run([word.replace("OUT", out) for word in command]))
    _show(seconds, size, rounds)


def _ours(*words: str) -> list[str]:
    return [sys.executable, "-m", "chargebacks", *words]


def _run(command: list[str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return time.perf_counter() - started


def _show(seconds: dict[str, list[float]], size: int, rounds: int) -> None:
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    floor = min(medians.values())
    table = Table(title=f"{size:,} chargebacks, medians of {rounds} rounds")
    for heading in ("whole process", "seconds", "times the floor"):
        table.add_column(heading, justify="left" if heading == "whole process" else "right")
    for name, median in medians.items():
        table.add_row(name, f"{median:.1f}", f"{median / floor:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
