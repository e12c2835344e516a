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
    part = Part("tiny-parquet-latency", title, {})
    with serving(day.landing, WAIT_SECONDS) as endpoint:
        ours = _ours(options, day, endpoint)
        enough = lambda: ENOUGH * part.seconds(OURS)  # noqa: E731
        usual = _usual(options, endpoint, enough)
        wanted = [floor_session(options), ours, *([usual] if usual else [])]
        measure(options.wanted(wanted), options.rounds, part.timings)
    over = USUAL in part.timings and part.timings[USUAL].stopped
    ratio = lambda: part.seconds(USUAL) / part.seconds(OURS)  # noqa: E731
    part.goal("the usual script, times the job", ratio, GOAL, at_least=True, open_ended=over)
    beyond = part.seconds(OURS) - part.seconds(SESSION)
    one_by_one = options.tiny_files * WAIT_SECONDS
    part.notes.append(
        f"Reading the files one after the other would wait {one_by_one:.0f} s; the job took {beyond:.0f} s "
        "beyond the session for everything."
    )
    return part


def _ours(options: Options, day: Data, endpoint: str) -> Contestant:
    local = ROOT / "out" / "ours-from-s3"
    view = "out/chargebacks/year=2025/month=11/day=20/"
    environment = {**spark_environment(options), **KEYS, "AWS_ENDPOINT_URL_S3": endpoint}
    rows_agree = checked(OURS, day.truth, local, "csv")

    def check() -> None:
        _download(client(endpoint), view, local)
        rows_agree()

    command = consolidate(f"s3://{BUCKET}/landing", f"s3://{BUCKET}/out")
    return Contestant(
        OURS, command, environment, before=_emptied(endpoint, "out/"), check=check, required=True
    )


def _usual(options: Options, endpoint: str, enough: Callable[[], float]) -> Contestant | None:
    environment = with_jars(
        options,
        "s3a",
        {
            "spark.hadoop.fs.s3a.endpoint": endpoint,
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
            "spark.hadoop.fs.s3a.access.key": KEYS["AWS_ACCESS_KEY_ID"],
            "spark.hadoop.fs.s3a.secret.key": KEYS["AWS_SECRET_ACCESS_KEY"],
        },
    )
    if environment is None:
        return None
    words = ["--landing", f"s3a://{BUCKET}/landing", "--landing-format", "parquet"]
    command = script(MODULES[USUAL], f"s3a://{BUCKET}/usual", *words)
    return Contestant(
        USUAL, command, environment, before=_emptied(endpoint, "usual/"), rounds=1, stop_after=enough
    )


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
