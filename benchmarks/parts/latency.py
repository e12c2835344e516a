"""Ten thousand tiny files on object storage that takes 40 ms for every answer."""

from collections.abc import Callable
from pathlib import Path

import obstore
from obstore.store import S3Store

from benchmarks import data
from benchmarks.contestants import (
    MODULES,
    OURS,
    SESSION,
    USUAL,
    Options,
    consolidate,
    floor_session,
    script,
    spark_environment,
    with_jars,
)
from benchmarks.data import Data
from benchmarks.harness import ROOT, Contestant, fresh, measure
from benchmarks.results import Part
from benchmarks.s3.running import BUCKET, KEYS, client, serving
from benchmarks.truth import checked

WAIT_SECONDS = 0.040
GOAL = 10
ENOUGH = GOAL * 1.1  # times the job: a usual script that takes longer has shown what there is to show


def tiny_parquet_latency(options: Options) -> Part:
    """The job beside the usual script, both reading and writing through the late store."""
    day = data.ensure("parquet", options.size, options.tiny_files)
    title = (
        f"{options.size:,} chargebacks in {options.tiny_files:,} parquet files, to ten csv files, "
        f"{WAIT_SECONDS * 1000:.0f} ms before every answer of the store"
    )
    part = Part("tiny-parquet-latency", title, {}, on_spark=True)
    with serving(day.landing, WAIT_SECONDS) as endpoint:
        ours = _ours(options, day, endpoint)
        usual = _usual(options, day, endpoint, lambda: ENOUGH * part.seconds(OURS))
        wanted = [floor_session(options), ours, *([usual] if usual else [])]
        measure(options.wanted(wanted), options.rounds, part.timings, options.until)
    over = USUAL in part.timings and part.timings[USUAL].stopped
    part.goal(
        "the usual script, times the job",
        lambda: part.seconds(USUAL) / part.seconds(OURS),
        GOAL,
        at_least=True,
        open_ended=over,
    )
    beyond = part.seconds(OURS) - part.seconds(SESSION)
    one_by_one = options.tiny_files * WAIT_SECONDS
    part.notes.append(
        f"Reading the files one after the other would wait {one_by_one:.0f} s; the job took {beyond:.0f} s "
        "beyond the session for everything."
    )
    return part


def _ours(options: Options, day: Data, endpoint: str) -> Contestant:
    return Contestant(
        OURS,
        consolidate(f"s3://{BUCKET}/landing", f"s3://{BUCKET}/out"),
        {**spark_environment(options), **KEYS, "AWS_ENDPOINT_URL_S3": endpoint},
        before=_emptied(endpoint, "out/"),
        check=_downloaded_and_checked(OURS, day, endpoint, "out/chargebacks/year=2025/month=11/day=20/"),
        required=True,
    )


def _usual(options: Options, day: Data, endpoint: str, enough: Callable[[], float]) -> Contestant | None:
    settings = {
        "endpoint": endpoint,
        "path.style.access": "true",
        "connection.ssl.enabled": "false",
        "access.key": KEYS["AWS_ACCESS_KEY_ID"],
        "secret.key": KEYS["AWS_SECRET_ACCESS_KEY"],
    }
    told = {f"spark.hadoop.fs.s3a.{name}": value for name, value in settings.items()}
    environment = with_jars(options, "s3a", told)
    if environment is None:
        return None
    words = ["--landing", f"s3a://{BUCKET}/landing", "--landing-format", "parquet"]
    return Contestant(
        USUAL,
        script(MODULES[USUAL], f"s3a://{BUCKET}/usual", *words),
        environment,
        before=_emptied(endpoint, "usual/"),
        check=_downloaded_and_checked(USUAL, day, endpoint, "usual/"),
        rounds=1,
        stop_after=enough,
    )


def _downloaded_and_checked(name: str, day: Data, endpoint: str, prefix: str) -> Callable[[], None]:
    """A check of what lies in the store below the prefix."""
    local = ROOT / "out" / "from-s3"
    rows_agree = checked(name, day.truth, local, "csv", in_order=name == OURS)

    def check() -> None:
        _download(client(endpoint), prefix, local)
        rows_agree()

    return check


def _emptied(endpoint: str, prefix: str) -> Callable[[], None]:
    def empty() -> None:
        store = client(endpoint)
        for page in obstore.list(store, prefix):
            obstore.delete(store, [one["path"] for one in page])

    return empty


def _download(store: S3Store, prefix: str, folder: Path) -> None:
    fresh(folder)()
    folder.mkdir(parents=True)
    for page in obstore.list(store, prefix):
        for one in page:
            name = one["path"].rsplit("/", 1)[-1]
            (folder / name).write_bytes(bytes(obstore.get(store, one["path"]).bytes()))
