"""`make bench`: whole processes in turn, medians, and ratios within the same run.

    python -m benchmarks                                   every part, at full size
    python -m benchmarks tiny-parquet growth --rounds 1    some parts
    python -m benchmarks render                            what was measured last into docs/performance.md

The machine's speed drifts, so compare the ratios, not the seconds.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from benchmarks import results
from benchmarks.contestants import Options
from benchmarks.harness import BenchmarkError, tell
from benchmarks.parts import full
from benchmarks.parts.draining import draining
from benchmarks.parts.growth import growth
from benchmarks.parts.incremental import incremental
from benchmarks.parts.latency import tiny_parquet_latency
from benchmarks.parts.profile import profile
from benchmarks.parts.publishing import publishing
from benchmarks.parts.startup import start_up
from benchmarks.parts.updating import updating
from benchmarks.results import Part
from chargebacks.commands.signals import interrupt_on_sigterm
from chargebacks.errors import ChargebacksError

PARTS: dict[str, Callable[[Options], Part]] = {
    "json-to-csv": full.json_to_csv,
    "json-to-parquet": full.json_to_parquet,
    "tiny-parquet": full.tiny_parquet,
    "tiny-parquet-latency": tiny_parquet_latency,
    "incremental": incremental,
    "growth": growth,
    "publishing": publishing,
    "profile": profile,
    "updating": updating,
    "start-up": start_up,
    "draining": draining,
}
RENDER = "render"


@click.command(help=__doc__.replace("\n    python", "\n\b\n    python", 1))  # its lines stay lines
@click.argument("parts", nargs=-1, type=click.Choice([*PARTS, RENDER]))
@click.option("--size", default=Options.size, show_default=True, help="Chargebacks.")
@click.option("--files", default=Options.files, show_default=True, help="Landing files.")
@click.option(
    "--tiny-files", default=Options.tiny_files, show_default=True, help="Landing files, where they are tiny."
)
@click.option("--rounds", default=Options.rounds, show_default=True)
@click.option(
    "--minutes",
    default=Options.minutes,
    show_default=True,
    help="For all parts; one whose share is used up begins no further round.",
)
@click.option("--memory", default=Options.memory, show_default=True, help="Heap of every Spark driver.")
@click.option(
    "--plain-jvm/--session-jvm",
    default=Options.plain_jvm,
    show_default=True,
    help="Peers on Spark: the JVM's own compiler and collector, or the session's for short lives.",
)
@click.option("--only", multiple=True, help="Peers whose names hold this word; may be given again.")
def main(parts: tuple[str, ...], **given: Any) -> None:
    """Run the parts one after the other; a part that fails does not stop the others."""
    interrupt_on_sigterm()  # so that what runs is ended too
    if RENDER in parts:
        print("docs/performance.md has", ", ".join(results.render(list(PARTS))))
        return
    options, names = Options(**given), parts or tuple(PARTS)
    if failed := [name for name in names if not _run(name, options, len(names))]:
        sys.exit(f"failed: {', '.join(failed)}")


def _run(name: str, options: Options, parts: int) -> bool:
    tell(f"== {name}")
    started = time.perf_counter()
    try:
        part = PARTS[name](replace(options, until=started + options.minutes * 60 / parts))
    except (BenchmarkError, ChargebacksError) as error:
        tell(f"!!! {name} failed: {error}")
        return False
    part.save()
    print(part.markdown(), flush=True)
    tell(f"== {name}: {time.perf_counter() - started:.0f} s")
    return True


if __name__ == "__main__":
    main()
