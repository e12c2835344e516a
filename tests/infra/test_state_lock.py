"""The runbook's commands for a stuck state lock, on an S3 backend of moto's server."""

import json
import re
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fixtures.terraform import ROOT, Terraform
from tests.infra.clients import client
from tests.infra.given import REGION

RUNBOOK = (ROOT / "docs/runbook.md").read_text()
KEY = "dev/phase-4.tfstate"
LOCK = {
    "ID": "5c0b6b0e-6d0c-0d33-2f42-9a1f7b7b4f0e",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "alice@pipeline-7",
    "Version": "1.11.4",
    "Created": "2025-11-20T06:45:00Z",
    "Path": KEY,
}
# A root with phase 4's variables and backend, and nothing that a provider makes.
MAIN = """
terraform {
  backend "s3" {}
}
variable "state" { type = any }
variable "artifact_version" { type = string }
output "version" { value = var.artifact_version }
"""


def command(kind: str) -> str:
    """Return the first command of the runbook's block of that kind."""
    (block,) = re.findall(rf"^```sh {kind}\n(.*?)^```$", RUNBOOK, re.MULTILINE | re.DOTALL)
    first: str = block.splitlines()[0]
    return first


@pytest.fixture
def bucket(s3_endpoint: str) -> str:
    """A bucket of states."""
    name = f"states-{uuid.uuid4().hex}"
    client("s3", s3_endpoint).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return name


@pytest.fixture
def phase_4_root(
    bucket: str, s3_endpoint: str, terraform_environment: Mapping[str, str], tmp_path: Path
) -> Terraform:
    """Phase 4's folder of a checkout, with its state in that bucket."""
    folder = tmp_path / "infra/terraform/phases/phase-4"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(MAIN)
    (tmp_path / "infra/terraform/state.tfvars.json").write_text('{"state": null}')
    configuration = {"bucket": bucket, "region": REGION, "key": KEY}
    options = [f"-backend-config={name}={value}" for name, value in configuration.items()]
    root = Terraform(
        folder, {**terraform_environment, "AWS_ENDPOINT_URL": s3_endpoint, "TF_CLI_ARGS": "-no-color"}
    )
    root.run("init", "-backend-config=use_lockfile=true", "-backend-config=use_path_style=true", *options)
    return root


def run(root: Terraform, line: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of the runbook at the root of the checkout."""
    return subprocess.run(
        ["bash", "-c", line],
        cwd=root.folder.parents[3],
        env=root.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_lock_that_a_dead_process_left_stops_a_plan_until_it_is_removed_by_its_id(
    phase_4_root: Terraform, bucket: str, s3_endpoint: str
) -> None:
    s3 = client("s3", s3_endpoint)
    s3.put_object(Bucket=bucket, Key=f"{KEY}.tflock", Body=json.dumps(LOCK).encode())
    refused = run(phase_4_root, command("lock"))
    assert refused.returncode == 1
    assert "Error acquiring the state lock" in refused.stderr
    assert re.search(rf"ID: +{LOCK['ID']}", refused.stderr)
    assert re.search(r"Who: +alice@pipeline-7", refused.stderr)
    unlocked = run(phase_4_root, command("unlock").replace("LOCK_ID", LOCK["ID"]))
    assert unlocked.returncode == 0, unlocked.stderr
    planned = run(phase_4_root, command("lock"))
    assert planned.returncode == 0, planned.stderr
    assert s3.list_objects_v2(Bucket=bucket, Prefix=KEY).get("Contents", []) == []


def test_another_locks_id_removes_nothing(phase_4_root: Terraform, bucket: str, s3_endpoint: str) -> None:
    s3 = client("s3", s3_endpoint)
    s3.put_object(Bucket=bucket, Key=f"{KEY}.tflock", Body=json.dumps(LOCK).encode())
    other = run(phase_4_root, command("unlock").replace("LOCK_ID", str(uuid.UUID(int=1))))
    assert other.returncode == 1
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [f"{KEY}.tflock"]


def test_the_lock_is_the_object_that_the_runbook_names() -> None:
    assert f"`{KEY}.tflock`" in RUNBOOK
