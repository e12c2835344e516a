"""Make the sample states: `python -m tests.infra.released_state <commit> [sample …]`, with moto and Terraform.

Each phase of that commit's tree is applied to moto. Resources that moto cannot hold, which `overrides` leaves out, are
added to the state as the commit plans them, with `MADE_UP` for what only AWS would tell.
"""

import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
from moto.moto_api._internal import moto_api_backend
from moto.server import ThreadedMotoServer

from tests.fixtures.terraform import OVERRIDES, ROOT, TREE, Terraform, call_moto, environment_of
from tests.infra.given import ACCOUNT, EARLIER_RELEASE, PHASE_1, PHASE_3, REGION
from tests.infra.releases import artifacts, earlier_manifest
from tests.infra.upgrades import SAMPLES

Values = dict[str, Any]
MSK: Final = f":{ACCOUNT}:cluster/poc-chargeback-dev/11111111-2222-3333-4444-555555555555"
CONFIGURATION: Final = f"arn:aws:kafka:sa-east-1:{ACCOUNT}:configuration/poc-chargeback-dev/1-2-3-4-5-2"
MADE_UP: Final[Mapping[str, Values]] = {
    "aws_msk_serverless_cluster": {
        "id": f"arn:aws:kafka:us-east-1{MSK}-s1",
        "arn": f"arn:aws:kafka:us-east-1{MSK}-s1",
        "bootstrap_brokers_sasl_iam": "boot-1a2b3c4d.c1.kafka-serverless.us-east-1.amazonaws.com:9098",
    },
    "aws_msk_cluster": {
        "id": f"arn:aws:kafka:sa-east-1{MSK}-2",
        "arn": f"arn:aws:kafka:sa-east-1{MSK}-2",
        "bootstrap_brokers_sasl_iam": "b-1.pocchargebackdev.1a2b3c.c2.kafka.sa-east-1.amazonaws.com:9098",
        "configuration_info": [{"arn": CONFIGURATION, "revision": 1}],
    },
    "aws_msk_configuration": {"id": CONFIGURATION, "arn": CONFIGURATION, "latest_revision": 1},
}
US: Final[Values] = {"region": "us-east-1"}
PROVISIONED: Final[Values] = {"cluster_type": "provisioned"}


@dataclass(frozen=True)
class Sample:
    """A root, its variables that differ from the defaults, and the overrides of what moto cannot hold."""

    root: str
    variables: Values
    overrides: tuple[str, ...]
    zones: int = 0  # of the network that phase 1 would have made; 0: the root makes it


STATES: Final[Mapping[str, Sample]] = {
    "phase-1": Sample("phases/phase-1", US, ("without-lifecycle", "without-tls-only")),
    "phase-3-serverless": Sample("phases/phase-3", US, ("without-msk",), zones=2),
    "phase-3-two-zones": Sample("phases/phase-3", PROVISIONED, ("without-msk",), zones=2),
    "phase-3-three-zones": Sample("phases/phase-3", PROVISIONED, ("without-msk",), zones=3),
    "phase-4": Sample("phases/phase-4", {"artifact_version": EARLIER_RELEASE}, ("phase-4",), zones=2),
}


def main(commit: str, *only: str) -> None:
    archive = subprocess.run(
        ["git", "archive", commit, "infra/terraform", "schemas"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name, one in STATES.items():
        if only and name not in only:
            continue
        server = ThreadedMotoServer(port=0, verbose=False)
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tree:
                tree.extractall(folder, filter="data")
            endpoint = "http://{}:{}".format(*server.get_host_and_port())
            state = made(Path(folder), one, endpoint)
        server.stop()
        moto_api_backend.reset()
        (SAMPLES / f"{name}.state.json").write_text(json.dumps(state, separators=(",", ":")) + "\n")


def made(checkout: Path, one: Sample, endpoint: str) -> Values:
    """Return the state of the root that the variables were applied to; its network has the ids of `given.py`."""
    tree, given, ids = checkout / TREE.relative_to(ROOT), dict(one.variables), dict[str, str]()
    laid_over = [
        (path, tree / path.relative_to(OVERRIDES / name))
        for name in one.overrides
        for path in (OVERRIDES / name).rglob("*.tf")
    ]
    for path, target in laid_over:
        target.write_text(path.read_text())
    terraform = Terraform(tree / one.root, environment_of(checkout))
    (terraform.folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    call_moto(terraform.folder, endpoint)
    terraform.init()
    with ExitStack() as stack:
        if one.zones:
            phase_1, clients, ids = network(endpoint, given.get("region", REGION), one.zones)
            given["phase_1"] = phase_1
        if one.root == "phases/phase-4":
            given["phase_3"] = PHASE_3 | {"msk_client_security_group_id": clients}
            stack.enter_context(
                artifacts(endpoint, PHASE_1["artifacts_bucket"], earlier_manifest(EARLIER_RELEASE))
            )
        terraform.apply(given)
        for _, target in laid_over:
            target.unlink()
        plan = terraform.plan(given)
    text = (terraform.folder / "terraform.tfstate").read_text()
    plan = json.loads(renamed(json.dumps(plan), ids))
    state: Values = json.loads(renamed(text, ids))
    blocks = block_types(terraform)
    resources = [one for one in state["resources"] if one["mode"] == "managed"]
    return {
        **state,
        "resources": [*resources, *added(plan, blocks)],
        "lineage": "sample",
        "serial": 1,
        "check_results": None,
    }


def network(endpoint: str, region: str, zones: int) -> tuple[Values, str, dict[str, str]]:
    """Make a network; return phase 1's outputs with it, the clients' security group, and usual ids by moto's."""
    ec2 = boto3.client("ec2", endpoint_url=endpoint, region_name=region)
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.40.{number}.0/24", AvailabilityZone=f"{region}{zone}")[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate("abc"[:zones])
    ]
    endpoints, clients = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("endpoints", "msk-clients")
    )
    given = {"vpc_id": vpc, "private_subnet_ids": subnets, "endpoint_security_group_id": endpoints}
    usual = dict(zip(subnets, PHASE_1["private_subnet_ids"], strict=False))
    usual |= {vpc: PHASE_1["vpc_id"], endpoints: PHASE_1["endpoint_security_group_id"]}
    return PHASE_1 | given, clients, usual | {clients: PHASE_3["msk_client_security_group_id"]}


def renamed(text: str, ids: Mapping[str, str]) -> str:
    for made, usual in ids.items():
        text = text.replace(made, usual)
    return text


def block_types(terraform: Terraform) -> dict[str, tuple[int, set[str]]]:
    """Return schema version and names of lists and sets of blocks, by resource type."""
    said = json.loads(terraform.run("providers", "schema", "-json").stdout)
    (provider,) = [one for name, one in said["provider_schemas"].items() if name.endswith("/aws")]
    return {
        kind: (
            schema["version"],
            {
                name
                for name, block in schema["block"].get("block_types", {}).items()
                if block["nesting_mode"] in ("list", "set")
            },
        )
        for kind, schema in provider["resource_schemas"].items()
    }


def added(plan: Values, blocks: Mapping[str, tuple[int, set[str]]]) -> Iterator[Values]:
    """Yield the planned resources as a state holds them."""
    for change in plan["resource_changes"]:
        if change["mode"] == "managed" and change["change"]["actions"] == ["create"]:
            version, nested = blocks[change["type"]]
            attributes = {name: [] for name in nested} | known(change["change"])
            attributes |= MADE_UP.get(change["type"], {})
            instance = {"schema_version": version, "attributes": attributes, "sensitive_attributes": []}
            if "index" in change:
                instance["index_key"] = change["index"]
            yield {
                **({"module": change["module_address"]} if "module_address" in change else {}),
                "mode": "managed",
                "type": change["type"],
                "name": change["name"],
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [instance],
            }


def known(change: Values) -> Values:
    """Return the planned values; the name stands for the id that only AWS would tell."""
    after = {name: value for name, value in change["after"].items() if value is not None}
    return {"id": str(after.get("name", "made-up")), **after}


if __name__ == "__main__":
    main(*sys.argv[1:])
