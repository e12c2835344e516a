"""Make the sample states: `python -m tests.infra.released_state <commit> [sample …]`, with moto and Terraform.

Each phase of that commit's tree is applied to moto. Resources that moto cannot hold, which `overrides` leaves out, are
added to the state as the commit plans them, with `MADE_UP` for what only AWS would tell.
"""

import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from moto.moto_api._internal import moto_api_backend
from moto.server import ThreadedMotoServer

from tests.fixtures.terraform import OVERRIDES, ROOT, TREE, Terraform, call_moto, environment_of
from tests.infra.given import ACCOUNT, EARLIER_RELEASE, PHASE_1, PHASE_3, REGION
from tests.infra.phase_4 import make_network
from tests.infra.releases import artifacts, earlier_manifest
from tests.infra.upgrades import SAMPLES

Values = dict[str, Any]
PHASE_4: Final = "phases/phase-4"
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
    "phase-4": Sample(PHASE_4, {"artifact_version": EARLIER_RELEASE}, ("phase-4",), zones=2),
}


def main(commit: str, *only: str) -> None:
    archive = subprocess.run(
        ["git", "archive", commit, "infra/terraform", "schemas"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in only or STATES:
        with moto() as endpoint, tempfile.TemporaryDirectory() as folder:
            with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tree:
                tree.extractall(folder, filter="data")
            state = applied_state(Path(folder), STATES[name], endpoint)
        (SAMPLES / f"{name}.state.json").write_text(json.dumps(state, separators=(",", ":")) + "\n")


@contextmanager
def moto() -> Iterator[str]:
    """Run moto's server with an empty account while the block runs; yield its URL."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()
    moto_api_backend.reset()


def applied_state(checkout: Path, one: Sample, endpoint: str) -> Values:
    """Return the state of the root that the variables were applied to; its network has the ids of `given.py`."""
    tree = checkout / TREE.relative_to(ROOT)
    left_out = [
        Path(shutil.copy(path, tree / path.relative_to(OVERRIDES / name)))
        for name in one.overrides
        for path in (OVERRIDES / name).rglob("*.tf")
    ]
    terraform = initialised(tree / one.root, endpoint)
    earlier, ids = earlier_phases(one, endpoint)
    with released(endpoint) if one.root == PHASE_4 else nullcontext():
        terraform.apply(one.variables | earlier)
        for override in left_out:
            override.unlink()
        plan = json.loads(renamed(json.dumps(terraform.plan(one.variables | earlier)), ids))
    state: Values = json.loads(renamed((terraform.folder / "terraform.tfstate").read_text(), ids))
    resources = [resource for resource in state["resources"] if resource["mode"] == "managed"]
    resources += added(plan, block_types(terraform))
    return {**state, "resources": resources, "lineage": "sample", "serial": 1, "check_results": None}


def released(endpoint: str) -> AbstractContextManager[None]:
    """Keep the release that phase 4 runs in the artifacts bucket while the block runs."""
    return artifacts(endpoint, PHASE_1["artifacts_bucket"], earlier_manifest(EARLIER_RELEASE))


def initialised(folder: Path, endpoint: str) -> Terraform:
    terraform = Terraform(folder, environment_of(folder))
    (folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    call_moto(folder, endpoint)
    terraform.init()
    return terraform


def earlier_phases(one: Sample, endpoint: str) -> tuple[Values, dict[str, str]]:
    """Return the outputs of earlier phases that the root needs, and the usual ids by those of moto's network."""
    if not one.zones:
        return {}, {}
    made = dict(make_network(endpoint, one.variables.get("region", REGION), one.zones))
    usual = {**PHASE_1, **PHASE_3}
    ids = dict(zip(made["private_subnet_ids"], usual["private_subnet_ids"], strict=False))
    ids |= {made[name]: usual[name] for name in made if name != "private_subnet_ids"}
    clients = {"msk_client_security_group_id": made.pop("msk_client_security_group_id")}
    phase_3 = {"phase_3": PHASE_3 | clients} if one.root == PHASE_4 else {}
    return {"phase_1": PHASE_1 | made, **phase_3}, ids


def renamed(text: str, ids: Mapping[str, str]) -> str:
    for made, usual in ids.items():
        text = text.replace(made, usual)
    return text


def block_types(terraform: Terraform) -> dict[str, tuple[int, set[str]]]:
    """Return schema version and names of lists and sets of blocks, by resource type."""
    schemas = json.loads(terraform.run("providers", "schema", "-json").stdout)
    (provider,) = [one for name, one in schemas["provider_schemas"].items() if name.endswith("/aws")]
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
