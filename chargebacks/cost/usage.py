"""How much of everything the system takes in a month, for so many chargebacks a day. Pure arithmetic.

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


@dataclass(frozen=True)
class Scenario:
    """A day and a deployment; counts of fixed parts are Terraform's defaults. Sizes are bytes."""

    chargebacks_a_day: int
    executions: int = 4
    workers: int = 2
    partitions: int = 10
    zones: int = 2
    interface_endpoints: int = 6
    keys: int = 1
    alarms: int = 23  # the metrics that 16 alarms look at: AWS bills those
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
    """Every line, fixed parts first."""
    return [*_fixed(of), *_moving(of)]


def _fixed(of: Scenario) -> list[Usage]:
    parts = {
        "MSK Serverless: cluster": ("msk_cluster_hour", HOURS),
        "MSK Serverless: partitions": ("msk_partition_hour", HOURS * of.partitions),
        "Lambda's provisioned pollers": ("lambda_poller_hour", HOURS * of.pollers),
        "interface endpoints": ("endpoint_hour", HOURS * of.interface_endpoints * of.zones),
        "log stream": ("log_stream_hour", HOURS * of.log_shards),
        "KMS key": ("kms_key_month", of.keys),
        "alarms": ("alarm_month", of.alarms),
        "dashboard": ("dashboard_month", 1),
        "custom metrics": ("metric_month", of.metrics),
    }
    return [Usage(what, price, amount, moves=False) for what, (price, amount) in parts.items()]


def _moving(of: Scenario) -> list[Usage]:
    puts, gets = s3_requests_a_day(of)
    messages, data = kafka_a_day(of)
    invocations = invocations_a_day(of)
    daily = of.chargebacks_a_day
    logs = messages * of.log_bytes_a_message + of.executions * of.job_log_bytes
    stored = daily * (of.landing_bytes + 2 * of.output_bytes)  # landed, in the newest generation, and in view
    parts = {
        "Glue": ("glue_dpu_hour", DAYS * dpu_hours_a_day(of)),
        "Lambda: time": ("lambda_gb_second", DAYS * updater_gb_seconds_a_day(of)),
        "Lambda: requests": ("lambda_request", DAYS * invocations),
        "DynamoDB: writes": ("dynamodb_write", DAYS * daily),
        "DynamoDB: a month's items": ("dynamodb_gb_month", DAYS * daily * of.item_bytes / GB),
        "S3: writes and listings": ("s3_put", DAYS * puts),
        "S3: reads": ("s3_get", DAYS * gets),
        "S3: a month's files": ("s3_gb_month", DAYS * stored / GB),
        "Kafka: in": ("msk_gb_in", DAYS * data / GB),
        "Kafka: out": ("msk_gb_out", DAYS * data / GB),
        "Kafka: kept": ("msk_gb_month", of.retention_days * data / GB),
        "logs": ("log_gb", DAYS * logs / GB),
    }
    return [Usage(what, price, amount, moves=True) for what, (price, amount) in parts.items()]


def run_seconds(of: Scenario) -> float:
    """How long a run takes, as Glue bills it. One of the workers is the driver's and does none of the work."""
    work = CORE_SECONDS_PER_MILLION * of.chargebacks_a_day / 1e6 / of.executions
    return max(LEAST_SECONDS, work / ((of.workers - 1) * CORES_PER_WORKER * USED))


def dpu_hours_a_day(of: Scenario) -> float:
    """Every run has all its workers for as long as it takes."""
    return of.executions * of.workers * run_seconds(of) / 3600


def messages_an_execution(of: Scenario) -> int:
    """Its slices and its summary; every chargeback is announced once."""
    return ceil(of.chargebacks_a_day / of.executions / SLICE) + 1


def invocations_a_day(of: Scenario) -> int:
    """Full batches, except an execution's last."""
    return of.executions * ceil(messages_an_execution(of) / BATCH)


def updater_gb_seconds_a_day(of: Scenario) -> float:
    """What all invocations of a day take of memory and time."""
    seconds = invocations_a_day(of) * of.updater_start_seconds + of.chargebacks_a_day / of.updates_a_second
    return seconds * of.updater_memory_mb / 1024


def kafka_a_day(of: Scenario) -> tuple[int, float]:
    """Messages, and their bytes."""
    messages = of.executions * messages_an_execution(of)
    return messages, of.chargebacks_a_day * of.id_bytes + messages * of.summary_bytes


def s3_requests_a_day(of: Scenario) -> tuple[float, float]:
    """Writes with listings (one price), and reads: each landing file is put and read once, and listed every time.

    An execution writes its data files, copies them into view, and does some fifty small requests (docs/scale.md).
    """
    files = ceil(of.chargebacks_a_day / of.records_a_file)
    listings = of.executions * ceil(files / 1000)
    return (
        files + listings + of.executions * (50 + 3 * of.output_files),
        files + of.executions * (50 + of.output_files),
    )
