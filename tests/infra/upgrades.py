"""States that earlier releases left, and what a plan over one of them takes away."""

from pathlib import Path
from typing import Any, Final

from tests.fixtures.terraform import ROOT

Plan = dict[str, Any]
SAMPLES: Final = ROOT / "tests/samples/terraform"


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
