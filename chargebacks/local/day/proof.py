"""The proof: the oracle reads what the day left behind, in a process of its own that knows nothing of us."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from chargebacks.errors import SettingsError
from chargebacks.local.day.places import CHECKOUT, Places
from chargebacks.local.day.plan import Execution

ORACLE: Final = "tests.oracle.oracle"
LOOKBACK_DAYS: Final = 1  # the job's default
OUTPUT_FILES: Final = 10  # the job's default


@dataclass(frozen=True)
class Verdict:
    """Whether everything agrees, and what the oracle said."""

    agrees: bool
    said: str


def check_oracle() -> None:
    """Raises SettingsError when the oracle is not there: it belongs to a checkout, not to the package."""
    if not (CHECKOUT / "tests" / "oracle" / "oracle.py").is_file():
        raise SettingsError(f"no tests/oracle below {CHECKOUT}: run the day from a checkout")


def prove(places: Places, executions: list[Execution], endpoint_url: str, table: str) -> Verdict:
    """Run the oracle on the day."""
    described = describe(places, executions) | {"endpoint_url": endpoint_url, "table": table}
    places.description.write_text(json.dumps(described, indent=1))
    done = subprocess.run(
        [sys.executable, "-m", ORACLE, str(places.description)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Verdict(done.returncode == 0, done.stdout)


def describe(places: Places, executions: list[Execution]) -> dict[str, object]:
    """What the oracle is told of the files."""
    return {
        "landing": str(places.landing),
        "output": str(places.output),
        "state": str(places.state),
        "lookback_days": LOOKBACK_DAYS,
        "output_files": OUTPUT_FILES,
        "reports": str(places.reports),
        "messages": str(places.messages),
        "items_before": str(places.items_before),
        "executions": [
            {
                "partition_date": execution.partition_date.isoformat(),
                "execution_time": execution.execution_time.isoformat(),
                "arrived": execution.arrived,
            }
            for execution in executions
        ],
    }
