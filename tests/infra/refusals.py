"""What no plan of ours may hold: public access, stores that are not encrypted, logs that are kept for ever.

Works on what `terraform show -json` tells of a plan, of any phase. A value that is not known before the apply counts as
given: it comes from another resource.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

UNKNOWN = "(known after apply)"
Values = Mapping[str, Any]


def findings(plan: Mapping[str, Any]) -> list[str]:
    """One line for each thing that is refused; empty for a good plan."""
    planned = list(resources(plan))
    found = [
        f"{address}: {reason}"
        for address, kind, values in planned
        for reason in [*RULES.get(kind, _nothing)(values), *_policy(values), *_open_to_all(values)]
    ]
    return found + list(_bare(planned))


def resources(plan: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Address, type and values of each resource that the plan makes."""
    for change in plan["resource_changes"]:
        if change["mode"] == "managed" and change["change"]["after"] is not None:
            after, unknown = change["change"]["after"], change["change"].get("after_unknown", {})
            yield change["address"], change["type"], _merged(after, unknown)


def _merged(after: Any, unknown: Any) -> Any:
    """`after`, with UNKNOWN for what the apply will tell."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict):
        return {
            name: _merged((after or {}).get(name), unknown.get(name)) for name in {**(after or {}), **unknown}
        }
    if isinstance(unknown, list) and isinstance(after, list):
        return [_merged(value, unknown[i] if i < len(unknown) else None) for i, value in enumerate(after)]
    return after


def _nothing(_: Values) -> Iterator[str]:
    return iter(())


def _needs(*names: str, because: str) -> Callable[[Values], Iterator[str]]:
    def rule(values: Values) -> Iterator[str]:
        for name in names:
            if not values.get(name):
                yield f"{name} is not set: {because}"

    return rule


def _never(because: str) -> Callable[[Values], Iterator[str]]:
    return lambda _: iter([because])


def _table(values: Values) -> Iterator[str]:
    if not any(block.get("enabled") for block in values.get("server_side_encryption") or []):
        yield "server_side_encryption is off: items are not encrypted by our key"


def _bucket_key(values: Values) -> Iterator[str]:
    for rule in values["rule"]:
        for default in rule["apply_server_side_encryption_by_default"]:
            if default["sse_algorithm"] != "aws:kms":
                yield f"objects are encrypted by {default['sse_algorithm']}, not by our key"


def _access_block(values: Values) -> Iterator[str]:
    for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
        if not values.get(name):
            yield f"{name} is off: the bucket could be opened to all"


def _function_url(values: Values) -> Iterator[str]:
    if values["authorization_type"] != "AWS_IAM":
        yield "anybody may call the function"


def _kinesis(values: Values) -> Iterator[str]:
    if values.get("encryption_type") != "KMS":
        yield "records are not encrypted by our key"


def _msk(values: Values) -> Iterator[str]:
    for encryption in values.get("encryption_info") or [{}]:
        if not encryption.get("encryption_at_rest_kms_key_arn"):
            yield "disks are not encrypted by our key"
        for transit in encryption.get("encryption_in_transit") or [{}]:
            if transit.get("client_broker") != "TLS":
                yield "messages may travel in the clear"
    for authentication in values.get("client_authentication") or [{"unauthenticated": True}]:
        if authentication.get("unauthenticated"):
            yield "anybody may connect"


def _subnet(values: Values) -> Iterator[str]:
    if values.get("map_public_ip_on_launch"):
        yield "the subnet gives out public addresses"


RULES: Mapping[str, Callable[[Values], Iterator[str]]] = {
    "aws_cloudwatch_log_group": _needs(
        "retention_in_days", "kms_key_id", because="lines would be kept for ever, or unencrypted"
    ),
    "aws_db_instance": _never("there is no such store in this system"),
    "aws_dynamodb_table": _table,
    "aws_eip": _never("a public address"),
    "aws_internet_gateway": _never("a way to the internet"),
    "aws_kinesis_stream": _kinesis,
    "aws_lambda_function_url": _function_url,
    "aws_msk_cluster": _msk,
    "aws_nat_gateway": _never("a way to the internet"),
    "aws_s3_bucket_public_access_block": _access_block,
    "aws_s3_bucket_server_side_encryption_configuration": _bucket_key,
    "aws_sns_topic": _needs("kms_master_key_id", because="messages are not encrypted by our key"),
    "aws_sqs_queue": _needs("kms_master_key_id", because="messages are not encrypted by our key"),
    "aws_subnet": _subnet,
}


def _policy(values: Values) -> Iterator[str]:
    """Statements of a resource's policy that let everybody in, of a role's that let it do everything."""
    for name in ("policy", "assume_role_policy"):
        text = values.get(name)
        if not isinstance(text, str) or text in (
            "",
            UNKNOWN,
        ):  # "": the queue's policy is a resource of its own
            continue
        for statement in json.loads(text)["Statement"]:
            allows = statement["Effect"] == "Allow"
            if (
                allows
                and statement.get("Principal") in ("*", {"AWS": "*"})
                and not statement.get("Condition")
            ):
                yield f"{name} lets everybody in"
            if allows and statement.get("Action") == "*":
                yield f"{name} allows everything"


def _open_to_all(values: Values) -> Iterator[str]:
    """Security group rules that let the internet in."""
    ours = values.get("ingress")
    blocks = [values, *(ours if isinstance(ours, list) else [])]
    everywhere = {"0.0.0.0/0", "::/0"}
    for block in blocks:
        sources = {block.get("cidr_ipv4"), block.get("cidr_ipv6"), *_listed(block.get("cidr_blocks"))}
        if sources & everywhere:
            yield "the security group names every address"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else []


def _bare(planned: list[tuple[str, str, dict[str, Any]]]) -> Iterator[str]:
    """What lacks the resources beside it, in the same module, that close, encrypt and clean it."""
    there = {address for address, _, _ in planned}
    for address, kind, _ in planned:
        for needed in BESIDE.get(kind, ()):
            if address.replace(f"{kind}.", f"{kind}_{needed}.") not in there:
                yield f"{address}: has no {needed}"


# The policies are those that refuse what does not come over TLS.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "aws_s3_bucket": (
        "public_access_block",
        "server_side_encryption_configuration",
        "lifecycle_configuration",
        "policy",
    ),
    "aws_sns_topic": ("policy",),
    "aws_sqs_queue": ("policy",),
}
