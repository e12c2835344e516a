"""What phase 4 runs of a release, and what Terraform says of one that it cannot use."""

import json
import re
from typing import Any

import pytest

from tests.e2e.packages import ARM_ZIP, GLUE_6_WHEELS, WHEELS, ZIP
from tests.fixtures.terraform import Terraform, TerraformRoot
from tests.infra.clients import client
from tests.infra.given import EARLIER_RELEASE, PHASE_1, RELEASE, VARIABLES
from tests.infra.phase_4 import as_applied
from tests.infra.plans import Plans
from tests.infra.releases import Manifest, artifacts, earlier_manifest, manifest

LOCATION = f"s3://artifacts/releases/{RELEASE}/manifest.json"
NEW, EARLIER = manifest(RELEASE), earlier_manifest(RELEASE)
UNKNOWN = "it does not list the updater's zips and the job's wheels in a form that this checkout knows"
RUNS_NOWHERE = {"file": ZIP, "architecture": "x86_64", "runtimes": []}
CALLER = """
variable "manifest" {}
module "release" {
  source   = "../"
  manifest = var.manifest
  location = "s3://artifacts/manifest.json"
}
resource "terraform_data" "phase" {
  input = "${module.release.updater.file} ${module.release.job.file}"
}
"""


@pytest.fixture(scope="module")
def release(terraform_root: TerraformRoot) -> Terraform:
    """Return modules/release, initialised; it needs no provider."""
    return terraform_root("modules/release")


def refusals(root: Terraform, given: dict[str, Any]) -> str:
    """Return all that Terraform finds wrong with these variables, in one line."""
    return re.sub(r"\s+", " ", " ".join(root.refusals(given)))


@pytest.mark.parametrize(
    ("released", "variables", "wanted", "there"),
    [
        (
            NEW,
            {"runtime": "python3.11", "architecture": "arm64"},
            'no updater for runtime = "python3.11" and architecture = "arm64"',
            "it has python3.13 on arm64, python3.13 on x86_64, python3.11 on x86_64.",
        ),
        (
            NEW,
            {"runtime": "python3.12"},
            'no updater for runtime = "python3.12"',
            "it has python3.13 on arm64",
        ),
        (NEW, {"glue_version": "4.0"}, 'no wheels for glue_version = "4.0"', "it has 6.0, 5.1."),
        (
            EARLIER,
            {"architecture": "arm64"},
            'no updater for architecture = "arm64"',
            "it has python3.11 on x86_64.",
        ),
        (EARLIER, {"runtime": "python3.13"}, 'no updater for runtime = "python3.13"', "it has python3.11 on"),
        (EARLIER, {"glue_version": "6.0"}, 'no wheels for glue_version = "6.0"', "it has 5.1."),
    ],
)
def test_what_a_release_lacks_is_refused_with_what_it_has(
    release: Terraform, released: Manifest, variables: dict[str, str], wanted: str, there: str
) -> None:
    reported = refusals(release, {"manifest": json.dumps(released), "location": LOCATION, **variables})
    assert f"The release of {LOCATION} has {wanted}; {there}" in reported


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no such object: upload that release"),
        (None, "it is not stored as text"),
        ("<html>", "it is not JSON"),
        ("{}", UNKNOWN),
        (json.dumps(NEW | {"functions": {"consolidation-updater": {"arm64": "u.zip"}}}), UNKNOWN),
        (json.dumps(NEW | {"functions": {"updater": []}}), UNKNOWN),
        (json.dumps(NEW | {"functions": {"consolidation-updater": [RUNS_NOWHERE]}}), UNKNOWN),
        (json.dumps({key: NEW[key] for key in NEW if key != "jobs"}), UNKNOWN),
        (json.dumps(NEW | {"jobs": {"consolidate_chargebacks": [{"file": "a.zip"}]}}), UNKNOWN),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused_with_what_to_do(
    release: Terraform, text: str | None, why: str
) -> None:
    reported = refusals(release, {"manifest": text, "location": LOCATION})
    assert f"Cannot use {LOCATION}: {why}" in reported
    assert reported.count(LOCATION) == 1


def test_what_was_applied_can_be_destroyed_when_its_release_is_gone(release: Terraform) -> None:
    caller = Terraform(release.folder / "caller", release.environment)
    caller.folder.mkdir()
    (caller.folder / "main.tf").write_text(CALLER)
    caller.init()
    caller.apply({"manifest": json.dumps(NEW)})
    caller.destroy({"manifest": ""})


def test_new_fields_of_a_manifest_are_ignored(release: Terraform) -> None:
    entry: dict[str, Any] = {**NEW["jobs"]["consolidate_chargebacks"][0], "spark": "4.1.1"}
    newer = NEW | {"jobs": {"consolidate_chargebacks": [entry], "another": []}, "signed_by": "us"}
    plan = release.plan({"manifest": json.dumps(newer), "location": LOCATION})
    assert plan["planned_values"]["outputs"]["job"]["value"]["glue_version"] == "6.0"


@pytest.mark.parametrize(
    ("variables", "updater", "job"),
    [
        ({}, (ARM_ZIP, "python3.13", ["arm64"]), (GLUE_6_WHEELS, "6.0")),
        (
            {"architecture": "x86_64", "glue_version": "5.1"},
            (ZIP, "python3.13", ["x86_64"]),
            (WHEELS, "5.1"),
        ),
        ({"runtime": "python3.11"}, (ZIP, "python3.11", ["x86_64"]), (GLUE_6_WHEELS, "6.0")),
        ({"artifact_version": EARLIER_RELEASE}, (ZIP, "python3.11", ["x86_64"]), (WHEELS, "5.1")),
    ],
    ids=["new", "x86_64 and Glue 5.1", "python3.11", "earlier release"],
)
def test_function_and_job_run_what_was_built_for_their_runtimes(
    plan_of: Plans, variables: dict[str, str], updater: tuple[str, str, list[str]], job: tuple[str, str]
) -> None:
    planned = as_applied(plan_of("phases/phase-4", variables))
    function, glue = planned.one("aws_lambda_function"), planned.one("aws_glue_job")
    folder = f"releases/{variables.get('artifact_version', RELEASE)}"
    zip_file, runtime, architectures = updater
    assert function["s3_key"] == f"{folder}/{zip_file}"
    assert (function["runtime"], function["architectures"]) == (runtime, architectures)
    wheels, glue_version = job
    modules = f"s3://{PHASE_1['artifacts_bucket']}/{folder}/{wheels}"
    assert glue["default_arguments"]["--additional-python-modules"] == modules
    assert (glue["glue_version"], glue["command"][0]["python_version"]) == (glue_version, "3")


def test_phase_4_says_what_to_do_about_a_manifest_that_is_missing_or_stored_as_bytes(
    plan_of: Plans, s3_endpoint: str
) -> None:
    bucket, version = PHASE_1["artifacts_bucket"], "0.1.0-stored-as-bytes"
    root = plan_of.copy("phases/phase-4")
    with artifacts(s3_endpoint, bucket, NEW):
        client("s3", s3_endpoint).put_object(
            Bucket=bucket, Key=f"releases/{version}/manifest.json", Body=json.dumps(NEW).encode()
        )
        missing, stored_as_bytes = (
            refusals(root, {**VARIABLES["phases/phase-4"], "artifact_version": name})
            for name in ("0.1.0-missing", version)
        )
    assert f"s3://{bucket}/releases/0.1.0-missing/manifest.json: there is no such object" in missing
    assert f"s3://{bucket}/releases/{version}/manifest.json: it is not stored as text" in stored_as_bytes
