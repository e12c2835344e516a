"""The README's own commands, against moto's server: from an empty account to the last phase, and back."""

import re
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from tests.fixtures.moto_process import moto_process
from tests.fixtures.terraform import TREE, TerraformRoot, call_moto, copied_tree
from tests.infra.clients import client
from tests.infra.given import ACCOUNT, REGION
from tests.infra.phase_4 import FUNCTION
from tests.infra.releases import manifest, put_release

PAGE = (TREE / "README.md").read_text()
ROOT_OF = re.compile(r"^terraform -chdir=infra/terraform/(\S+) (\w+)", re.MULTILINE)
# Phases in the order in which the page applies them; what moto cannot do is left out, each file says why.
FOUNDATION = ("state", "phases/phase-1")
APPLIED = (*FOUNDATION, "phases/phase-2", "phases/phase-3")
LAST = "phases/phase-4"  # planned again in test_phase_4.py, beside what moto forgets of it
LEFT_OUT = ("without-lifecycle", "without-tls-only", "without-msk", "phase-4")
BUCKETS = {
    f"poc-chargeback-dev-{use}-{ACCOUNT}" for use in ("landing", "consolidated", "quarantine", "artifacts")
}
STATES = f"poc-chargeback-terraform-state-{ACCOUNT}"
TABLES = ["poc-chargeback-chargebacks-dev", "poc-chargeback-ledger-dev"]
# Terraform starts the provider for every command; this one is running. `init` installs it as it does for users.
ATTACH = """terraform() {
  case " $* " in *" init "*) command terraform "$@" ;; *) env "TF_REATTACH_PROVIDERS=$RUNNING" terraform "$@" ;; esac
}
"""


def commands(kind: str, roots: Collection[str] | None = None) -> str:
    """Return the page's blocks of one kind as one script, without commands in other roots than these."""
    blocks = re.findall(rf"^```sh {kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    lines = [(line, ROOT_OF.match(line)) for line in "".join(blocks).splitlines()]
    return "\n".join(line for line, found in lines if not (roots and found) or found[1] in roots)


class Shell:
    """The shell of whoever types the commands and answers yes, in a copy of the checkout."""

    def __init__(self, checkout: Path, environment: Mapping[str, str], endpoint: str, running: str) -> None:
        self.checkout = checkout
        self.endpoint = endpoint
        self.tree = copied_tree(checkout, LEFT_OUT)
        for root in (*APPLIED, LAST):
            call_moto(self.tree / root, endpoint)
        self.environment = {
            **environment,
            "RUNNING": running,
            "AWS_ENDPOINT_URL": endpoint,  # the backend's calls; the provider's go there by its override
            "AWS_REGION": REGION,
            "TF_CLI_ARGS": "-no-color",
            "TF_CLI_ARGS_apply": "-auto-approve -input=false",
            # Reading everything again before a destroy finds what the plan before it found.
            "TF_CLI_ARGS_destroy": "-auto-approve -input=false -refresh=false",
        }

    def run(self, script: str) -> str:
        """Run a script and return what it printed."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", ATTACH + script],
            cwd=self.checkout,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout[-6000:]}\n{done.stderr}"
        return done.stdout

    def plan_again(self, roots: Collection[str]) -> None:
        """Plan what was applied, by the page's commands and with each phase's example; nothing may change."""
        for example in self.tree.glob("phases/*/terraform.tfvars.example"):
            (example.parent / "terraform.tfvars").write_text(example.read_text())
        again = re.findall(r"^terraform .* apply\b.*$", commands("deploy", roots), re.MULTILINE)
        assert len(again) == len(roots)
        self.run("\n".join(again).replace(" apply", " plan -detailed-exitcode"))

    def left(self, roots: Collection[str]) -> str:
        """Return the resources in the states of these roots."""
        return self.run("\n".join(f"terraform -chdir=infra/terraform/{root} state list" for root in roots))

    def stores(self) -> tuple[set[str], list[str]]:
        """Return the names of our buckets and of our tables."""
        buckets = client("s3", self.endpoint).list_buckets()["Buckets"]
        tables = client("dynamodb", self.endpoint).list_tables()["TableNames"]
        return {bucket["Name"] for bucket in buckets if "poc-chargeback" in bucket["Name"]}, sorted(tables)


@pytest.fixture(scope="module")
def running(terraform_root: TerraformRoot) -> str:
    """Return the address of the provider that runs."""
    return terraform_root("state").attached["TF_REATTACH_PROVIDERS"]


def test_the_pages_commands_make_the_foundation_change_nothing_again_and_destroy(
    terraform_environment: Mapping[str, str], s3_endpoint: str, running: str, tmp_path: Path
) -> None:
    shell = Shell(tmp_path, terraform_environment, s3_endpoint, running)
    shell.run(commands("deploy", FOUNDATION))
    assert shell.stores() == (BUCKETS | {STATES}, TABLES)
    shell.plan_again(FOUNDATION)
    shell.run(commands("destroy", FOUNDATION))
    assert shell.left(["phases/phase-1"]) == ""
    # The states' bucket stays: moto does not let go of the old versions of its locks.
    assert shell.stores() == ({STATES}, [])


@pytest.mark.slow
def test_the_pages_commands_deploy_change_nothing_again_and_destroy(
    terraform_environment: Mapping[str, str], running: str, tmp_path: Path
) -> None:
    with moto_process(tmp_path / "moto.log") as endpoint:
        shell = Shell(tmp_path / "checkout", terraform_environment, endpoint, running)
        shell.run(commands("deploy"))
        assert shell.stores() == (BUCKETS | {STATES}, TABLES)
        shell.plan_again(APPLIED)
        (release,) = set(re.findall(r"artifact_version=(\S+)", PAGE))
        put_release(endpoint, f"poc-chargeback-dev-artifacts-{ACCOUNT}", manifest(release))
        shell.run(commands("release"))
        assert FUNCTION in functions(endpoint)
        shell.run(commands("destroy"))
        assert shell.left([*APPLIED[1:], LAST]) == ""
        assert shell.stores() == ({STATES}, [])


def functions(endpoint_url: str) -> set[str]:
    """Return the names of the Lambda functions."""
    return {one["FunctionName"] for one in client("lambda", endpoint_url).list_functions()["Functions"]}


def test_the_page_names_every_phase_there_is() -> None:
    phases = {str(found.relative_to(TREE)) for found in (TREE / "phases").iterdir() if found.is_dir()}
    assert {phase for phase in phases if f"infra/terraform/{phase} apply" not in PAGE} == set()


def test_variables_on_the_page_are_variables_of_the_root_that_gets_them() -> None:
    commands_with_root = [line for line in PAGE.splitlines() if ROOT_OF.match(line)]
    assert len(commands_with_root) > 15
    for line in commands_with_root:
        texts = [path.read_text() for path in (TREE / ROOT_OF.match(line)[1]).glob("*.tf")]
        declared = {name for text in texts for name in re.findall(r'^variable "(\w+)"', text, re.MULTILINE)}
        assert set(re.findall(r" -var (\w+)=", line)) <= declared, line
