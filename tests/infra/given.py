"""The phases, and what each is given in place of the earlier ones' outputs when it is planned alone."""

from typing import Any, Final

ACCOUNT: Final = "123456789012"
REGION: Final = "sa-east-1"
KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
TABLE: Final = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/poc-chargeback-chargebacks-dev"

PHASE_1: Final[dict[str, Any]] = {
    "vpc_id": "vpc-1",
    "private_subnet_ids": ["subnet-1", "subnet-2", "subnet-3"],
    "endpoint_security_group_id": "sg-1",
    "kms_key_arn": KEY,
    "landing_bucket": f"poc-chargeback-dev-landing-{ACCOUNT}",
    "consolidated_bucket": f"poc-chargeback-dev-consolidated-{ACCOUNT}",
    "quarantine_bucket": f"poc-chargeback-dev-quarantine-{ACCOUNT}",
    "artifacts_bucket": f"poc-chargeback-dev-artifacts-{ACCOUNT}",
    "chargebacks_table_name": "poc-chargeback-chargebacks-dev",
    "chargebacks_table_arn": TABLE,
    "chargebacks_stream_arn": f"{TABLE}/stream/2025-11-20T00:00:00.000",
    "partition_index_name": None,
    "ledger_table_name": "poc-chargeback-ledger-dev",
    "ledger_table_arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/poc-chargeback-ledger-dev",
}
TOPIC: Final = "chargeback-consolidation-events"
BROKERS: Final = ",".join(
    f"b-{number}.pocchargebackdev.1a2b3c.c2.kafka.{REGION}.amazonaws.com:9098" for number in (1, 2, 3)
)
# Every name of a serverless cluster has this part; AWS offers none in REGION yet.
SERVERLESS: Final = f"boot-1a2b3c4d.c1.kafka-serverless.{REGION}.amazonaws.com:9098"
PHASE_3: Final[dict[str, Any]] = {
    "msk_cluster_arn": f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/poc-chargeback-dev/11111111-2222-2",
    "msk_cluster_name": "poc-chargeback-dev",
    "msk_bootstrap_servers": BROKERS,
    "msk_client_security_group_id": "sg-2",
    "topic_name": TOPIC,
}
INDEX: Final = "created_date-index"
RELEASE: Final = "0.1.0-1a2b3c4d5e6f"
EARLIER_RELEASE: Final = "0.1.0-6f5e4d3c2b1a"  # its manifest names no runtimes
FUNCTIONS: Final = {
    "api": {"zip_key": "releases/1.0.0/api.zip", "trigger": "url"},
    "stream-to-landing": {"zip_key": "releases/1.0.0/stream.zip", "trigger": "stream"},
}

# Each with all that its switches can make, so that what is refused is refused in every part.
VARIABLES: Final[dict[str, dict[str, Any]]] = {
    "phases/phase-1": {"partition_index": True, "landing_expire_days": 400},
    "phases/phase-2": {"phase_1": PHASE_1, "functions": FUNCTIONS, "alarm_emails": ["oncall@example.com"]},
    "phases/phase-3": {"phase_1": PHASE_1, "cluster_type": "provisioned"},
    "phases/phase-4": {
        "artifact_version": RELEASE,
        "phase_1": PHASE_1 | {"partition_index_name": INDEX},
        "phase_3": PHASE_3 | {"msk_bootstrap_servers": SERVERLESS},
        "tracing": True,
        "log_level": "DEBUG",
        "schedule_zone": "America/Sao_Paulo",
        "output_compression": "gzip",
        "alarm_emails": ["oncall@example.com"],
    },
    "state": {},
}
