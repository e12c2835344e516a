"""Clients of moto's server."""

from typing import Any

import boto3

from tests.fixtures.terraform import CREDENTIALS
from tests.infra.given import REGION


def client(service: str, endpoint_url: str, region: str = REGION) -> Any:
    """Return a client of that service."""
    return boto3.client(
        service,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
