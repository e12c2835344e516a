"""obstore's client for a root: its endpoint, credentials and retries."""

import os
from datetime import timedelta
from typing import Any, Final

from obstore.store import LocalStore, ObjectStore, S3Store

from chargebacks.adapters import aws_credentials

RETRIES: Final[Any] = {"max_retries": 8, "retry_timeout": timedelta(seconds=90)}


def open_root(root: str) -> tuple[ObjectStore, str]:
    """Return the store and the prefix that `root` stands for in it."""
    if "://" not in root:
        return LocalStore(), f"{root.strip('/')}/"
    bucket, _, prefix = root.removeprefix("s3://").partition("/")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    options: dict[str, Any] = {"retry_config": RETRIES}
    if endpoint:
        options |= {"endpoint": endpoint, "client_options": {"allow_http": endpoint.startswith("http:")}}
    if "AWS_ACCESS_KEY_ID" not in os.environ and (provider := aws_credentials.found()):
        options["credential_provider"] = provider
    return S3Store(bucket, **options), f"{prefix}/" if prefix else ""
