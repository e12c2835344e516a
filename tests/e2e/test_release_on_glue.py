"""A release, installed from its zip of wheels as Glue installs it, on the Spark and the Python of each Glue version."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from scripts.locked_requirements import closure, locked
from scripts.targets import JOBS, WheelsZip
from tests.e2e.packages import SCRIPT
from tests.fixtures.interpreters import ROOT, UV, interpreter, make_environment, outer_environment

pytestmark = pytest.mark.slow

LINES = (
    '{"chargeback_id": "cb-1", "amount": 10.50, "updated_at": "2025-11-20T01:00:00Z", "event_type": "INSERT"}',
    '{"chargeback_id": "cb-1", "amount": 11.00, "updated_at": "2025-11-20T02:00:00Z", "event_type": "MODIFY"}',
    '{"chargeback_id": "cb-2", "amount": 7, "updated_at": "2025-11-20T01:00:00Z", "event_type": "INSERT"}',
)
READ = """
import json, sys
import chargebacks, polars, pyspark
rows = polars.read_parquet(f"{sys.argv[1]}/**/*.parquet").select("chargeback_id", "amount").sort("chargeback_id").rows()
print(json.dumps([pyspark.__version__, chargebacks.__file__, [(name, float(amount)) for name, amount in rows]]))
"""
SPARK = {"6.0": "4.1.1", "5.1": "3.5.6"}


def brought(target: WheelsZip) -> str:
    """Return the pins of what Glue brings: its library, boto3, and the Spark of that version."""
    wanted = ["awsglue3-local", "boto3", *(["pyspark"] if target.glue_version == "6.0" else [])]
    pins = "".join(locked(closure(wanted, pythons=[target.python]), [target.python]))
    other = ROOT / f"requirements-glue-{target.glue_version}.txt"
    return pins if target.glue_version == "6.0" else pins + other.read_text()


@pytest.fixture(params=JOBS["consolidate_chargebacks"], ids=lambda target: f"Glue {target.glue_version}")
def glue(request: pytest.FixtureRequest, release: Path, tmp_path: Path) -> tuple[WheelsZip, Path]:
    """A Python that has what Glue brings, and the release's wheels and nothing else."""
    target = request.param
    make_environment(tmp_path / "glue", interpreter(target.python), brought(target))
    zipfile.ZipFile(release / target.file).extractall(tmp_path)
    python, wheels = tmp_path / "glue/bin/python", tmp_path / "wheels"
    install = ["--no-index", "--find-links", wheels, "--requirement", wheels / "requirements.txt"]
    run(tmp_path, UV, "pip", "install", "--python", python, *install)
    return target, python


def test_the_release_s_script_consolidates_a_day_on_the_spark_of_glue(
    glue: tuple[WheelsZip, Path], release: Path, tmp_path: Path
) -> None:
    target, python = glue
    landing, out = tmp_path / "landing/2025/11/20", tmp_path / "consolidated/chargebacks"
    landing.mkdir(parents=True)
    (landing / "events.jsonl").write_text("\n".join(LINES))
    given = ["--landing_path", landing.parents[2], "--output_path", out, "--output_format", "parquet"]
    given += ["--execution_time", "2025-11-20T06:30:00", "--JOB_NAME", "nightly"]
    printed = run(tmp_path, python, release / SCRIPT, *given)
    assert "records_read=3, records_processed=2" in printed
    spark, ours, rows = json.loads(run(tmp_path, python, "-c", READ, out))
    assert spark == SPARK[target.glue_version]
    assert Path(ours).is_relative_to(tmp_path)
    assert rows == [["cb-1", 11.0], ["cb-2", 7.0]]


def run(folder: Path, *command: str | Path) -> str:
    """Return what the command printed when run in `folder`, from where no other chargebacks can be imported."""
    done = subprocess.run(
        command, cwd=folder, env=outer_environment(), capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
