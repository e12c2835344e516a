"""The README's own commands, against moto's server: from an empty account to the streaming phase, and back."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import boto3
import pytest

from tests.fixtures.terraform import CREDENTIALS, TREE, call_moto, copied_tree
from tests.infra.given import ACCOUNT, REGION

PAGE = (TREE / "README.md").read_text()
# Phases in the order in which the page applies them; what moto cannot do is left out, each file says why.
APPLIED = ("state", "phases/phase-1", "phases/phase-2", "phases/phase-3")
LEFT_OUT = ("without-lifecycle", "without-tls-only", "without-msk")
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
    for root in APPLIED:
        call_moto(tree / root, s3_endpoint)
    again = "\n".join(f"terraform -chdir=infra/terraform/{root} plan -detailed-exitcode" for root in APPLIED)
    run(f"{commands('deploy')}\n{again}\nprintenv TF_VAR_state > state.json", tmp_path, somebody)
    assert stores(s3_endpoint) == (BUCKETS | {STATES}, TABLES)
    state = (tmp_path / "state.json").read_text().strip()
    run(commands("destroy"), tmp_path, {**somebody, "TF_VAR_state": state})
    # The states' bucket stays: moto does not let go of the old versions of its locks.
    assert stores(s3_endpoint) == ({STATES}, [])


def stores(endpoint_url: str) -> tuple[set[str], list[str]]:
    """Our buckets' names and our tables'."""
    key, secret = CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
    session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=REGION)
    buckets = session.client("s3", endpoint_url=endpoint_url).list_buckets()["Buckets"]
    tables = session.client("dynamodb", endpoint_url=endpoint_url).list_tables()["TableNames"]
    return {bucket["Name"] for bucket in buckets if "poc-chargeback" in bucket["Name"]}, sorted(tables)


def test_the_page_names_every_phase_there_is() -> None:
    phases = {str(found.relative_to(TREE)) for found in (TREE / "phases").iterdir() if found.is_dir()}
    assert {phase for phase in phases if f"infra/terraform/{phase} apply" not in PAGE} == set()
