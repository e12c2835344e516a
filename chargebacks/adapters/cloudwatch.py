"""Sending metrics to CloudWatch: one PutMetricData, and never a reason to fail."""

import logging
import os
from collections.abc import Mapping
from typing import Any, Final

from chargebacks.errors import one_line
from chargebacks.metrics import Metrics

log_ = logging.getLogger(__name__)
# One attempt: a call that is sent again because its answer was lost would count everything twice. A network without
# a way to CloudWatch holds a run up for so many seconds at most.
ATTEMPTS: Final = 1
CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 30


def put_metrics(metrics: Metrics, dimensions: Mapping[str, str], values: Mapping[str, float]) -> None:
    """Send the values that there are in one call (it takes 1000: "PutMetricData", CloudWatch API reference).

    What goes wrong is a warning in the log and nothing else: the run that it tells of has happened.
    """
    try:
        _client().put_metric_data(Namespace=metrics.namespace, MetricData=_data(metrics, dimensions, values))
    except Exception as error:  # noqa: BLE001  (whatever it is, the run has happened)
        log_.warning("metrics were not sent to CloudWatch: %s", one_line(error))


def _data(
    metrics: Metrics, dimensions: Mapping[str, str], values: Mapping[str, float]
) -> list[dict[str, Any]]:
    named = [{"Name": name, "Value": dimensions[name]} for name in metrics.dimensions]
    return [
        {"MetricName": name, "Dimensions": named, "Value": values[name], "Unit": unit}
        for name, unit in metrics.units.items()
        if name in values
    ]


def _client() -> Any:
    # Glue brings boto3, so it is no dependency of the job, and is loaded only where metrics are sent.
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return boto3.client("cloudwatch", region_name=os.environ.get("AWS_REGION"), config=config)
