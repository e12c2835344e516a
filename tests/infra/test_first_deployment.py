"""The README's own commands, against moto's server: from an empty account to the last phase, and back."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fixtures.terraform import TREE, call_moto, copied_tree
from tests.infra.given import ACCOUNT, REGION
from tests.infra.phase_4 import FUNCTION, client
from tests.infra.releases import manifest, put_release

PAGE = (TREE / "README.md").read_text()
# Phases in the order in which the page applies them; what moto cannot do is left out, each file says why.
APPLIED = ("state", "phases/phase-1", "phases/phase-2", "phases/phase-3")
LAST = "phases/phase-4"  # planned again in test_phase_4.py, beside what moto forgets of it
LEFT_OUT = ("without-lifecycle", "without-tls-only", "without-msk", "phase-4")
BUCKETS = {
    f"poc-chargeback-dev-{use}-{ACCOUNT}" for use in ("landing", "consolidated", "quarantine", "artifacts")
}
STATES = f"poc-chargeback-terraform-state-{ACCOUNT}"
TABLES = ["poc-chargeback-chargebacks-dev", "poc-chargeback-ledger-dev"]


def commands(kind: str) -> str:
    """The page's blocks of one kind, as one script."""
    return "\n".join(re.findall(rf"^```sh {kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def run(script: str, checkout: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout[-6000:]}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def somebody(terraform_environment: Mapping[str, str], s3_endpoint: str) -> dict[str, str]:
    """The environment of who types the commands, and says yes."""
    return {
        **terraform_environment,
        "AWS_ENDPOINT_URL": s3_endpoint,  # the backend's calls; the provider's go there by its override
        "AWS_REGION": REGION,
        "TF_CLI_ARGS": "-no-color",
        "TF_CLI_ARGS_apply": "-auto-approve -input=false",
        "TF_CLI_ARGS_destroy": "-auto-approve -input=false",
    }


def test_the_pages_commands_deploy_change_nothing_again_and_destroy(
    somebody: dict[str, str], s3_endpoint: str, tmp_path: Path
) -> None:
    tree = copied_tree(tmp_path, LEFT_OUT)
    for root in (*APPLIED, LAST):
        call_moto(tree / root, s3_endpoint)
    run(commands("deploy"), tmp_path, somebody)
    assert stores(s3_endpoint) == (BUCKETS | {STATES}, TABLES)
    copy_examples(tree)
    again = re.findall(r"^terraform .* apply\b.*$", commands("deploy"), re.MULTILINE)
    assert len(again) == len(APPLIED)
    run("\n".join(again).replace(" apply", " plan -detailed-exitcode"), tmp_path, somebody)
    upload_release(s3_endpoint)
    run(commands("release"), tmp_path, somebody)
    assert FUNCTION in functions(s3_endpoint)
    run(commands("destroy"), tmp_path, somebody)
    # The states' bucket stays: moto does not let go of the old versions of its locks.
    assert stores(s3_endpoint) == ({STATES}, [])


def copy_examples(tree: Path) -> None:
    """What the page tells to do in each phase; the examples hold the defaults, and protect what is there."""
    for example in tree.glob("phases/*/terraform.tfvars.example"):
        (example.parent / "terraform.tfvars").write_text(example.read_text())


def upload_release(endpoint_url: str) -> None:
    """Put there what `aws s3 sync` does, as far as Terraform and Lambda look for it."""
    (release,) = set(re.findall(r"artifact_version=(\S+)", PAGE))
    bucket = f"poc-chargeback-dev-artifacts-{ACCOUNT}"
    put_release(endpoint_url, bucket, manifest(release))


def functions(endpoint_url: str) -> set[str]:
    """Names of the Lambda functions."""
    return {one["FunctionName"] for one in client("lambda", endpoint_url).list_functions()["Functions"]}


def stores(endpoint_url: str) -> tuple[set[str], list[str]]:
    """Our buckets' names and our tables'."""
    buckets = client("s3", endpoint_url).list_buckets()["Buckets"]
    tables = client("dynamodb", endpoint_url).list_tables()["TableNames"]
    return {bucket["Name"] for bucket in buckets if "poc-chargeback" in bucket["Name"]}, sorted(tables)


def test_the_page_names_every_phase_there_is() -> None:
    phases = {str(found.relative_to(TREE)) for found in (TREE / "phases").iterdir() if found.is_dir()}
    assert {phase for phase in phases if f"infra/terraform/{phase} apply" not in PAGE} == set()
