"""The composition root: settings in, real parts wired together. Tests swap parts by argument instead."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

from chargebacks.settings import REGION_NAMES, JobSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from chargebacks.consolidation.announce.publishing import Publisher
    from chargebacks.consolidation.report import RunReport


def run_job(
    settings: JobSettings, master: str = "local[*]", spark: "SparkSession | None" = None
) -> "RunReport":
    """One run of the job on Spark: a session given (Glue's) or one of this machine, which lives as the process does.

    Its JVM takes seconds to start, so it begins before the libraries that the job needs are loaded. It stops by
    itself when the process ends; waiting for that would cost another second.
    """
    _ask_aws_in(settings.aws_region)
    session = _starting(master) if spark is None else lambda: spark
    from chargebacks.consolidation import job
    from chargebacks.consolidation.stages.engine import SparkEngine

    return observed(settings, lambda: job.run(settings, SparkEngine(session), publisher(settings)))


def _ask_aws_in(region: str) -> None:
    """Every AWS client takes it from the environment, those of Spark's workers too (see `SparkEngine`)."""
    for name in REGION_NAMES if region else ():
        os.environ.setdefault(name, region)


def _starting(master: str) -> "Callable[[], SparkSession]":
    """Begin to start a session; what is returned waits for it, and raises what starting it raised."""
    found: Future[SparkSession] = Future()

    def start() -> None:
        try:
            from chargebacks.local.spark import session

            found.set_result(session(master))
        except BaseException as error:  # noqa: BLE001  (raised where the session is asked for)
            found.set_exception(error)

    Thread(target=start, daemon=True).start()
    return found.result


def recover(settings: JobSettings) -> "RunReport":
    """Finish what earlier runs left undone; needs no Spark."""
    _ask_aws_in(settings.aws_region)
    from chargebacks.consolidation import job

    return observed(settings, lambda: job.recover(settings, publisher(settings)))


def observed(settings: JobSettings, work: "Callable[[], RunReport]") -> "RunReport":
    """The report of that work; its numbers go to CloudWatch if settings say so, whether it fails or not."""
    if not settings.publish_metrics or settings.dry_run:
        return work()
    from chargebacks.adapters.cloudwatch import put_metrics
    from chargebacks.consolidation import metrics
    from chargebacks.metrics import Metrics

    known, dimensions = Metrics.of("job"), {"JobName": settings.job_name}
    try:
        report = work()
    except Exception:
        put_metrics(known, dimensions, metrics.of_failure())
        raise
    put_metrics(known, dimensions, metrics.values(report, settings))
    return report


def publisher(settings: JobSettings) -> "Publisher | None":
    """A Kafka publisher, or None when no brokers are named."""
    if not settings.kafka_bootstrap_servers:
        return None
    return kafka_publisher(
        settings.kafka_bootstrap_servers, settings.kafka_auth, settings.publish_timeout_seconds
    )


def kafka_publisher(bootstrap_servers: str, auth: str, timeout_seconds: float) -> "Publisher":
    """A publisher to those brokers."""
    from chargebacks.adapters.producer import KafkaPublisher

    return KafkaPublisher(bootstrap_servers, auth, timeout_seconds)
