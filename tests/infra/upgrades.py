"""States that earlier releases left, and what a plan over one of them takes away."""

from pathlib import Path
from typing import Any, Final

from tests.fixtures.terraform import ROOT
from tests.infra.given import ACCOUNT, PHASE_1, PHASE_3, REGION
from tests.infra.phase_4 import earlier

Plan = dict[str, Any]
SAMPLES: Final = ROOT / "tests/samples/terraform"
# Beside which the sample of phase 4 was applied; plans are made beside that of `PHASE_3`.
RELEASED_CLUSTER: Final = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/poc-chargeback-dev/11111111-2222-s1"


def sample(name: str) -> Path:
    """Return the state that the last release left, applied with the variables that released_state.py gives."""
    return SAMPLES / f"{name}.state.json"


def taken_away(plan: Plan) -> dict[str, str]:
    """Return the resources that the plan deletes or replaces: the actions by address."""
    changes = {change["address"]: change["change"]["actions"] for change in plan["resource_changes"]}
    return {address: " and ".join(actions) for address, actions in changes.items() if "delete" in actions}


def kept(plan: Plan, *kinds: str) -> dict[str, set[str]]:
    """Return the addresses of those types that stay, by type; a resource that is made does not count."""
    return {
        kind: {
            change["address"]
            for change in plan["resource_changes"]
            if change["type"] == kind and change["change"]["actions"] in (["no-op"], ["update"])
        }
        for kind in kinds
    }


def with_network(endpoint: str, folder: Path) -> Path:
    """Return the sample with the cluster and the network that phase 4 is planned beside.

    moto gives the network other ids in each process.
    """
    text, now = sample("phase-4").read_text(), earlier(endpoint)
    usual = {"phase_1": PHASE_1, "phase_3": {"msk_client_security_group_id": "sg-2"}}
    for phase, name in (
        ("phase_1", "vpc_id"),
        ("phase_1", "endpoint_security_group_id"),
        ("phase_3", "msk_client_security_group_id"),
    ):
        text = text.replace(f'"{usual[phase][name]}"', f'"{now[phase][name]}"')
    for former, subnet in zip(
        PHASE_1["private_subnet_ids"], now["phase_1"]["private_subnet_ids"], strict=False
    ):
        text = text.replace(f'"{former}"', f'"{subnet}"')
    text = text.replace(RELEASED_CLUSTER, PHASE_3["msk_cluster_arn"])
    state = folder / "phase-4.json"
    state.write_text(text)
    return state
