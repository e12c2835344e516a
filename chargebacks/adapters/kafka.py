"""What every Kafka client of ours is configured with: where the brokers are and how to prove who we are."""

from typing import Any

from aws_msk_iam_sasl_signer import MSKAuthTokenProvider

from chargebacks.errors import SettingsError


def client_config(bootstrap_servers: str, auth: str = "none", region: str = "sa-east-1") -> dict[str, Any]:
    """librdkafka settings common to producers, consumers and admin clients.

    `auth` is `none` or `iam` (MSK IAM: SASL/OAUTHBEARER over TLS, token by AWS's signer).
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
                "oauth_cb": lambda _: _iam_token(region),
            }
    raise SettingsError(f"kafka_auth {auth!r} is unknown: give none or iam")


def _iam_token(region: str) -> tuple[str, float]:
    token, expires_ms = MSKAuthTokenProvider.generate_auth_token(region)
    return token, expires_ms / 1000
