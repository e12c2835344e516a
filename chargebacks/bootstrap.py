"""The composition root: settings in, real parts wired together. Tests swap parts by argument instead."""

from functools import partial
from typing import TYPE_CHECKING

from chargebacks.consolidation import job
from chargebacks.consolidation.report import RunReport
from chargebacks.consolidation.stages.engine import SparkEngine
from chargebacks.settings import JobSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from chargebacks.consolidation.announce.publishing import Publisher


def run_job(
    settings: JobSettings, master: str = "local[*]", spark: "SparkSession | None" = None
) -> RunReport:
    """One run of the job on Spark: a session given (Glue's) or one of this machine."""
    if spark is not None:
        return job.run(settings, SparkEngine(lambda: spark), publisher(settings))
    engine = SparkEngine(partial(_local_session, master))
    try:
        return job.run(settings, engine, publisher(settings))
    finally:
        if engine.session:
            engine.session.stop()


def recover(settings: JobSettings) -> RunReport:
    """Finish what earlier runs left undone; needs no Spark."""
    return job.recover(settings, publisher(settings))


def _local_session(master: str) -> "SparkSession":
    from chargebacks.local.spark import session

    return session(master)


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
