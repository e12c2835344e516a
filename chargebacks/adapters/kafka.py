"""What every Kafka client of ours is configured with: where the brokers are and how to prove who we are."""

import re
from typing import Any, Final

from aws_msk_iam_sasl_signer import MSKAuthTokenProvider

from chargebacks.defaults import REGION
from chargebacks.errors import SettingsError

# MSK's brokers are named so: boot-1a2b3c4d.c1.kafka-serverless.us-east-1.amazonaws.com:9098.
BROKER: Final = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:[.:]|$)")


def client_config(bootstrap_servers: str, auth: str = "none") -> dict[str, Any]:
    """librdkafka settings common to producers, consumers and admin clients.

    `auth` is `none` or `iam` (MSK IAM: SASL/OAUTHBEARER over TLS, token by AWS's signer for the brokers' region).
    Raises SettingsError for another.
    """
    plain = {"bootstrap.servers": bootstrap_servers}
    match auth:
        case "none":
            return plain
        case "iam":
            return plain | {
                "security.protocol": "SASL_SSL",
                "sasl.mechanisms": "OAUTHBEARER",
                "oauth_cb": lambda _: _iam_token(region_of(bootstrap_servers)),
            }
    raise SettingsError(f"kafka_auth {auth!r} is unknown: give none or iam")


def region_of(bootstrap_servers: str) -> str:
    """The region in the name of the first of MSK's brokers that has one."""
    found = BROKER.search(bootstrap_servers.split(",")[0])
    return found[1] if found else REGION


def _iam_token(region: str) -> tuple[str, float]:
    token, expires_ms = MSKAuthTokenProvider.generate_auth_token(region)
    return token, expires_ms / 1000
