"""The updater's AWS clients: one attempt a call, and no more imported for them than they need."""

from typing import Any, Final

from botocore.config import Config
from botocore.session import get_session

from chargebacks.projection.settings import UpdaterSettings

POOL: Final = 10  # connections; botocore's own default


def make(service: str, settings: UpdaterSettings) -> Any:
    """botocore's client. boto3 would hand out the same one, but loads S3's transfers before, which takes a
    fifth of the start."""
    return get_session().create_client(service, config=_config(settings))


def _config(settings: UpdaterSettings) -> Config:
    """One attempt: `Patience` alone tries again, so that pauses keep to the invocation's time and are counted
    (botocore's own default differs by version).

    Nothing is checked before it is sent. That took a third of an update's processor time, and a message decides
    only texts and whole numbers of a request: what is wrong with one, the service says itself.
    """
    return Config(
        region_name=settings.region,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=max(POOL, settings.threads),
        parameter_validation=False,
    )
