"""One execution of the job, as a scheduler starts it: `chargebacks consolidate` in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from chargebacks.errors import ConsolidationError
from chargebacks.local.day.places import Places
from chargebacks.local.day.plan import Execution

Report = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """The job's arguments that stay the same all day."""

    places: Places
    bootstrap_servers: str
    topic: str
    output_format: str

    def execute(self, execution: Execution) -> list[Report]:
        """Run it to its end. Its reports, one a partition. Raises ConsolidationError when it fails."""
        log = self.places.job_log(execution.number)
        with log.open("wb") as errors:
            done = subprocess.run(self.command(execution), stdout=subprocess.PIPE, stderr=errors, check=False)
        if done.returncode:
            lines = log.read_text(errors="replace").splitlines() or ["it said nothing"]
            raise ConsolidationError(f"execution {execution.number} failed: {lines[-1]}; see {log}")
        reports: list[Report] = json.loads(done.stdout)
        with self.places.reports.open("a", encoding="utf-8") as kept:
            kept.writelines(f"{json.dumps(report)}\n" for report in reports)
        return reports

    def command(self, execution: Execution) -> list[str]:
        """The command line."""
        given = {
            "--landing-path": self.places.landing,
            "--output-path": self.places.output,
            "--partition-date": execution.partition_date,
            "--execution-time": execution.execution_time.isoformat(),
            "--output-format": self.output_format,
            "--kafka-bootstrap-servers": self.bootstrap_servers,
            "--kafka-topic": self.topic,
        }
        options = [str(word) for option in given.items() for word in option]
        return [sys.executable, "-m", "chargebacks", "consolidate", *options, "--json"]
