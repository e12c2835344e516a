"""Compute how much of each priced thing the system uses in a month, for a number of chargebacks a day.

What is measured elsewhere has its source beside it; the rest are assumptions, each a field that can be changed.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

HOURS: Final = 730  # a month, as AWS's calculator has it
DAYS: Final = 30
GB: Final = 1e9
SLICE: Final = 500  # ids a slice, the contract's limit
BATCH: Final = 100  # messages an invocation
CORE_SECONDS_PER_MILLION: Final = (
    19.3  # a day's four executions (docs/scale.md, "A day of 5, 50 and 500 million")
)
CORES_PER_WORKER: Final = 4  # G.1X, one DPU
USED: Final = 0.5  # share of the workers' time that is work (docs/scale.md)
LEAST_SECONDS: Final = 60  # Glue bills no less of a run


POLLERS_PER_UNIT: Final = 10  # "Enhanced EPU Utilization", AWS Lambda Developer Guide
BROKERS: Final = ("kafka.t3.small", "kafka.m5.large", "kafka.m7g.large", "kafka.m7g.xlarge")
GLUE_PRICES: Final = {"6.0": "glue_6_dpu_hour", "5.1": "glue_dpu_hour"}
LAMBDA_PRICES: Final = {"arm64": "lambda_arm64_gb_second", "x86_64": "lambda_gb_second"}


@dataclass(frozen=True)
class Scenario:
    """A day and a deployment; counts of fixed parts are what Terraform deploys in sa-east-1. Sizes are bytes."""

    chargebacks_a_day: int
    executions: int = 4
    workers: int = 2
    glue_version: str = "6.0"
    architecture: str = "arm64"
    cluster_type: str = "provisioned"
    brokers_per_zone: int = 1
    broker_type: str = "kafka.t3.small"
    broker_disk_gb: int = 100
    partitions: int = 10
    zones: int = 3
    interface_endpoints: int = 4
    keys: int = 1
    alarms: int = 26  # the metrics that 19 alarms look at: AWS bills those
    metrics: int = 23
    pollers: int = 1
    log_shards: int = 1
    retention_days: int = 7
    updater_memory_mb: int = 256
    updater_start_seconds: float = 0.3
    updates_a_second: float = 1000.0  # of one invocation; on one machine 3,500 were measured
    landing_bytes: int = 400
    records_a_file: int = 500
    output_bytes: int = 250
    output_files: int = 10
    id_bytes: int = 40
    summary_bytes: int = 900
    item_bytes: int = 700
    log_bytes_a_message: int = 500
    job_log_bytes: int = 200_000  # a run: Spark's own lines, most of them


@dataclass(frozen=True)
class Usage:
    """One line of a month's bill: how many units of the price `price`, and whether it moves with the chargebacks."""

    what: str
    price: str
    amount: float
    moves: bool


def usages(of: Scenario) -> list[Usage]:
    """Return every line of a month, fixed parts first."""
    return [*_fixed(of), *_moving(of)]


def _fixed(of: Scenario) -> list[Usage]:
    parts = {
        **_cluster(of),
        "Lambda's provisioned pollers": ("lambda_poller_hour", HOURS * ceil(of.pollers / POLLERS_PER_UNIT)),
        "interface endpoints": ("endpoint_hour", HOURS * of.interface_endpoints * of.zones),
        "log stream": ("log_stream_hour", HOURS * of.log_shards),
        "KMS key": ("kms_key_month", of.keys),
        "alarms": ("alarm_month", of.alarms),
        "dashboard": ("dashboard_month", 1),
        "custom metrics": ("metric_month", of.metrics),
    }
    return [Usage(what, price, amount, moves=False) for what, (price, amount) in parts.items()]


def _cluster(of: Scenario) -> dict[str, tuple[str, float]]:
    """Return the cluster's hours, which do not move with the chargebacks."""
    if of.cluster_type == "serverless":
        return {
            "MSK Serverless: cluster": ("msk_cluster_hour", HOURS),
            "MSK Serverless: partitions": ("msk_partition_hour", HOURS * of.partitions),
        }
    brokers = of.zones * of.brokers_per_zone
    return {
        "MSK: brokers": (broker_price(of.broker_type), HOURS * brokers),
        "MSK: disks": ("msk_disk_gb_month", brokers * of.broker_disk_gb),
    }


def broker_price(broker_type: str) -> str:
    """Return the name of the price of an hour of such a broker."""
    return f"msk_{broker_type.replace('.', '_')}_hour"


def _moving(of: Scenario) -> list[Usage]:
    puts, gets = s3_requests_a_day(of)
    messages, data = kafka_a_day(of)
    invocations = invocations_a_day(of)
    daily = of.chargebacks_a_day
    logs = messages * of.log_bytes_a_message + of.executions * of.job_log_bytes
    stored = daily * (of.landing_bytes + 2 * of.output_bytes)  # landed, in the newest generation, and in view
    serverless = {
        "Kafka: in": ("msk_gb_in", DAYS * data / GB),
        "Kafka: out": ("msk_gb_out", DAYS * data / GB),
        "Kafka: kept": ("msk_gb_month", of.retention_days * data / GB),
    }
    parts = {
        "Glue": (GLUE_PRICES[of.glue_version], DAYS * dpu_hours_a_day(of)),
        "Lambda: time": (LAMBDA_PRICES[of.architecture], DAYS * updater_gb_seconds_a_day(of)),
        "Lambda: requests": ("lambda_request", DAYS * invocations),
        "DynamoDB: writes": ("dynamodb_write", DAYS * daily),
        "DynamoDB: a month's items": ("dynamodb_gb_month", DAYS * daily * of.item_bytes / GB),
        "S3: writes and listings": ("s3_put", DAYS * puts),
        "S3: reads": ("s3_get", DAYS * gets),
        "S3: a month's files": ("s3_gb_month", DAYS * stored / GB),
        **(serverless if of.cluster_type == "serverless" else {}),
        "logs": ("log_gb", DAYS * logs / GB),
    }
    return [Usage(what, price, amount, moves=True) for what, (price, amount) in parts.items()]


def run_seconds(of: Scenario) -> float:
    """Return the billed seconds of a run. One of the workers is the driver's and does none of the work."""
    work = CORE_SECONDS_PER_MILLION * of.chargebacks_a_day / 1e6 / of.executions
    return max(LEAST_SECONDS, work / ((of.workers - 1) * CORES_PER_WORKER * USED))


def dpu_hours_a_day(of: Scenario) -> float:
    """Return the DPU-hours of a day: every run has all its workers for as long as it takes."""
    return of.executions * of.workers * run_seconds(of) / 3600


def messages_an_execution(of: Scenario) -> int:
    """Return an execution's slices and its summary; every chargeback is announced once."""
    return ceil(of.chargebacks_a_day / of.executions / SLICE) + 1


def invocations_a_day(of: Scenario) -> int:
    """Return the updater's invocations of a day: full batches, except an execution's last."""
    return of.executions * ceil(messages_an_execution(of) / BATCH)


def updater_gb_seconds_a_day(of: Scenario) -> float:
    """Return the memory times seconds of all invocations of a day, GB-seconds."""
    seconds = invocations_a_day(of) * of.updater_start_seconds + of.chargebacks_a_day / of.updates_a_second
    return seconds * of.updater_memory_mb / 1024


def kafka_a_day(of: Scenario) -> tuple[int, float]:
    """Return a day's messages, and their bytes."""
    messages = of.executions * messages_an_execution(of)
    return messages, of.chargebacks_a_day * of.id_bytes + messages * of.summary_bytes


def s3_requests_a_day(of: Scenario) -> tuple[float, float]:
    """Return a day's writes with listings (one price), and reads.

    Each landing file is put and read once, and listed by every execution.

    An execution writes its data files, copies them into view, and does some fifty small requests (docs/scale.md).
    """
    files = ceil(of.chargebacks_a_day / of.records_a_file)
    listings = of.executions * ceil(files / 1000)
    return (
        files + listings + of.executions * (50 + 3 * of.output_files),
        files + of.executions * (50 + of.output_files),
    )
