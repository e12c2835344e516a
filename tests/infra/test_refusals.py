"""The refusals refuse: each rule is shown a resource that breaks it, and one that does not."""

from typing import Any

import pytest

from tests.infra.refusals import findings

SHUT = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)


def plan(kind: str, values: dict[str, Any], unknown: dict[str, Any] | None = None) -> dict[str, Any]:
    change = {"after": values, "after_unknown": unknown or {}}
    return {
        "resource_changes": [{"address": f"{kind}.this", "type": kind, "mode": "managed", "change": change}]
    }


BAD = [
    ("aws_cloudwatch_log_group", {"retention_in_days": 0, "kms_key_id": "key"}),
    ("aws_cloudwatch_log_group", {"retention_in_days": 7, "kms_key_id": None}),
    ("aws_dynamodb_table", {"server_side_encryption": [{"enabled": False}]}),
    ("aws_dynamodb_table", {"server_side_encryption": []}),
    ("aws_internet_gateway", {}),
    (
        "aws_iam_role_policy",
        {"policy": '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'},
    ),
    ("aws_kinesis_stream", {"encryption_type": "NONE"}),
    ("aws_lambda_function_url", {"authorization_type": "NONE"}),
    ("aws_msk_cluster", {"client_authentication": [{"unauthenticated": True}]}),
    (
        "aws_msk_cluster",
        {"encryption_info": [{"encryption_in_transit": [{"client_broker": "TLS_PLAINTEXT"}]}]},
    ),
    ("aws_s3_bucket", {}),
    ("aws_s3_bucket_policy", {"policy": '{"Statement": [{"Effect": "Allow", "Principal": "*"}]}'}),
    ("aws_s3_bucket_public_access_block", {**SHUT, "block_public_policy": False}),
    ("aws_security_group", {"ingress": [{"cidr_blocks": ["0.0.0.0/0"]}]}),
    ("aws_sns_topic", {"kms_master_key_id": None}),
    ("aws_sqs_queue", {}),
    ("aws_subnet", {"map_public_ip_on_launch": True}),
    ("aws_vpc_security_group_ingress_rule", {"cidr_ipv6": "::/0"}),
]


@pytest.mark.parametrize(("kind", "values"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_public_unencrypted_or_kept_for_ever_is_refused(kind: str, values: dict[str, Any]) -> None:
    assert findings(plan(kind, values))


GOOD = [
    ("aws_cloudwatch_log_group", {"retention_in_days": 7, "kms_key_id": "key"}),
    ("aws_dynamodb_table", {"server_side_encryption": [{"enabled": True}]}),
    (
        "aws_s3_bucket_policy",
        {"policy": '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]}'},
    ),
    ("aws_s3_bucket_public_access_block", SHUT),
    ("aws_vpc_security_group_ingress_rule", {"cidr_ipv4": "10.40.0.0/16"}),
]


@pytest.mark.parametrize(("kind", "values"), GOOD, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_closed_and_encrypted_passes(kind: str, values: dict[str, Any]) -> None:
    assert findings(plan(kind, values)) == []


def test_a_key_that_the_apply_will_tell_counts_as_given() -> None:
    values = {"retention_in_days": 7}
    assert findings(plan("aws_cloudwatch_log_group", values, {"kms_key_id": True})) == []


@pytest.mark.parametrize("kind", ["aws_sns_topic", "aws_sqs_queue"])
def test_what_takes_messages_without_a_policy_would_take_them_in_the_clear(kind: str) -> None:
    alone = plan(kind, {"kms_master_key_id": "key", "policy": ""})
    assert findings(alone) == [f"{kind}.this: has no policy"]
    policy = plan(f"{kind}_policy", {})["resource_changes"]
    assert findings({"resource_changes": alone["resource_changes"] + policy}) == []
