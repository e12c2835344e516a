"""The metrics of both sides, as `schemas/metrics.json` names them: what the code sends, and what alarms look at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from chargebacks.packaged import schemas_text

Side = Literal["updater", "job"]


@dataclass(frozen=True)
class Metrics:
    """One side's metrics: their namespace, their dimensions' names, and each metric's unit by its name.

    Units are CloudWatch's own words ("MetricDatum", CloudWatch API reference).
    """

    namespace: str
    dimensions: tuple[str, ...]
    units: Mapping[str, str]

    @classmethod
    def of(cls, side: Side) -> Self:
        """Read them from the file that travels with the package: once, where the side is put together."""
        known = json.loads(schemas_text("metrics.json"))[side]
        units = {name: metric["unit"] for name, metric in known["metrics"].items()}
        return cls(known["namespace"], tuple(known["dimensions"]), units)
