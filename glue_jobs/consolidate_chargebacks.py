"""The script that AWS Glue runs: arguments by getResolvedOptions, then the code of `chargebacks consolidate`."""

import os
import sys
from datetime import UTC, datetime

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

from chargebacks.bootstrap import run_job
from chargebacks.settings import ARGUMENTS, JobSettings


def arguments(argv: list[str]) -> dict[str, str]:
    """The job's arguments among what Glue passes; those not given keep their defaults."""
    given = {word.removeprefix("--").split("=")[0] for word in argv if word.startswith("--")}
    found = getResolvedOptions(argv, [argument.name for argument in ARGUMENTS if argument.name in given])
    return {argument.name: found[argument.name] for argument in ARGUMENTS if argument.name in given}


def main(argv: list[str]) -> None:
    """Run the job. An error leaves as an exception, by which Glue marks the run as failed."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers run what the driver runs
    settings = JobSettings.parse(arguments(argv), datetime.now(UTC))
    report = run_job(settings, spark=SparkSession.builder.getOrCreate())
    print("\n".join(report.lines()))
    report.raise_failures()


if __name__ == "__main__":
    main(sys.argv)
