"""Plans of the roots by the real provider, with moto's server to answer who and where we are."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.fixtures.terraform import ROOT, Terraform, TerraformRoot
from tests.fixtures.whole_run import shared
from tests.infra.given import EARLIER_RELEASE, PHASE_1, RELEASE
from tests.infra.phase_4 import earlier
from tests.infra.releases import artifacts, earlier_manifest, manifest

Plan = dict[str, Any]
PHASE_4: Final = "phases/phase-4"
# What a phase cannot be planned without; a test's own variables come over it.
NEEDED: Final[dict[str, dict[str, Any]]] = {
    "phases/phase-2": {"phase_1": PHASE_1},
    "phases/phase-3": {"phase_1": PHASE_1},
    PHASE_4: {"artifact_version": RELEASE},
}
PLANNED: Final = ROOT / ".run/planned"
NAMES: Final = (
    "name",
    "bucket",
    "function_name",
    "alarm_name",
    "cluster_name",
    "service_name",
    "cidr_block",
    "description",
)


@dataclass(frozen=True)
class Plans:
    """Plans by root, variables and state, each made once a test run by the first process that needs it.

    A root is copied and initialised once a process, so that a plan takes about two CPU seconds.
    """

    terraform_root: TerraformRoot
    endpoint: str
    factory: pytest.TempPathFactory
    _copies: dict[str, Terraform] = field(default_factory=dict)

    def __call__(
        self, root: str, variables: Mapping[str, Any] | None = None, *, state: Path | None = None
    ) -> Plan:
        """Return the plan, as `terraform show -json` prints it.

        `variables` come over what the phase needs (`NEEDED`); of `phase_1` and `phase_3` in phase 4, single outputs are
        enough. `state` is a state file that the plan starts from, as it is: nothing of it exists on moto.
        """
        key = [root, variables or {}, state.read_text() if state else None]
        digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
        with shared(self.factory, f"plan-{digest}.json") as made:
            if not made.exists():
                made.write_text(json.dumps(self._made(root, dict(variables or {}), state)))
            plan: Plan = json.loads(made.read_text())
        return plan

    def copy(self, root: str) -> Terraform:
        """Return this process's initialised copy of the root; whoever uses it leaves no state behind."""
        if root not in self._copies:
            self._copies[root] = self.terraform_root(root, moto=self.endpoint)
        return self._copies[root]

    def _made(self, root: str, variables: dict[str, Any], state: Path | None) -> Plan:
        copy, options, given = self.copy(root), [], {**NEEDED.get(root, {}), **variables}
        if root == PHASE_4:
            given |= earlier(self.endpoint, given)
        if state:
            (copy.folder / "given.tfstate").write_bytes(state.read_bytes())
            options = ["-state=given.tfstate", "-refresh=false"]
        releases = (manifest(RELEASE), earlier_manifest(EARLIER_RELEASE))
        with artifacts(self.endpoint, PHASE_1["artifacts_bucket"], *releases):
            return copy.plan(given, *options)


def write_summary(root: str, plan: Plan) -> None:
    """Write what would be applied, a line for each resource, where `make deploy-check` prints it from."""
    lines = [f"{root}: would make"]
    for change in plan["resource_changes"]:
        after = change["change"]["after"]
        if change["mode"] == "managed" and after:
            name = next((after[name] for name in NAMES if after.get(name)), "")
            lines.append(f"  {change['address']:<88} {name}")
    PLANNED.mkdir(parents=True, exist_ok=True)
    (PLANNED / f"{Path(root).name}.txt").write_text("\n".join(lines) + "\n")
