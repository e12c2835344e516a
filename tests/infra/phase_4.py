"""Phase 4 on moto, beside what phases 1 and 3 would have made; and a look at what came of it."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.fixtures.terraform import OVERRIDES, Terraform, TerraformRoot
from tests.infra.clients import client
from tests.infra.given import INDEX, PHASE_1, PHASE_3, REGION, RELEASE, SERVERLESS, VARIABLES
from tests.infra.import_blocks import write_imports
from tests.infra.refusals import resources
from tests.infra.releases import artifacts, manifest

FUNCTION = "poc-chargeback-dev-consolidation-updater"
JOB = "poc-chargeback-dev-chargebacks-consolidation"
LEFT_OUT = (
    "phase-4",
    "without-waiting",
)  # folders of overrides: of what moto cannot hold, and of what takes long
Values = dict[str, Any]


@dataclass(frozen=True)
class Applied:
    """What one apply came to.

    `resources`: values by address, of what moto holds and of what is planned beside it. `left_out`: addresses of the
    latter. `drift`: what a second plan would change, attributes by address.
    """

    outputs: Values
    resources: dict[str, Values]
    left_out: list[str]
    drift: dict[str, list[str]]

    def of(self, kind: str) -> dict[str, Values]:
        """Resources of that type by address."""
        return {where: one for where, one in self.resources.items() if f".{kind}." in f".{where}"}

    def one(self, kind: str) -> Values:
        """The only resource of that type."""
        (found,) = self.of(kind).values()
        return found

    def statements(self, role: str) -> list[Values]:
        """What the policies of the role of that name say."""
        policies = [one for one in self.of("aws_iam_role_policy").values() if one["role"] == role]
        return [statement for one in policies for statement in json.loads(one["policy"])["Statement"]]


def queue(phase_4: Applied, of: str) -> Values:
    """Return the dead-letter queue of the function, or of the job's schedules."""
    (found,) = [one for one in phase_4.of("aws_sqs_queue").values() if one["name"] == f"{of}-dead-letters"]
    return found


def apply(terraform_root: TerraformRoot, endpoint: str) -> Values:
    """Apply what moto can hold, and plan all of it over that. What is applied stays on moto.

    `applied`: the fields of `Applied`. `plan`: what every switch on would change of it.
    """
    given = {"artifact_version": RELEASE, "alarm_emails": ["oncall@example.com"], **earlier(endpoint)}
    with artifacts(endpoint, PHASE_1["artifacts_bucket"], manifest(RELEASE)):
        root = terraform_root("phases/phase-4", overrides=LEFT_OUT, moto=endpoint)
        imports = write_imports(root.folder, root.plan(given), endpoint)
        outputs = root.apply(given)
        imports.unlink()
        _without_overrides(root)
        planned = [one for one in root.plan(given)["resource_changes"] if one["mode"] == "managed"]
        changes = {one["address"]: one["change"] for one in planned}
        switched_on = root.plan(_with_every_switch(given))
    applied = {
        "outputs": outputs,
        "resources": {address: change["after"] for address, change in changes.items()},
        "left_out": [address for address, change in changes.items() if change["actions"] == ["create"]],
        "drift": {
            address: _changed(change)
            for address, change in changes.items()
            if change["actions"] not in (["create"], ["no-op"])
        },
    }
    return {"applied": applied, "plan": switched_on}


def _with_every_switch(given: Values) -> Values:
    phase_1 = {**given["phase_1"], "partition_index_name": INDEX}
    phase_3 = {**given["phase_3"], "msk_bootstrap_servers": SERVERLESS}
    return {**VARIABLES["phases/phase-4"], "phase_1": phase_1, "phase_3": phase_3}


def as_applied(plan: Values) -> Applied:
    """A plan as what its apply comes to; `refusals.UNKNOWN` is what only that would tell."""
    made = {address: values for address, _, values in resources(plan)}
    return Applied(outputs={}, resources=made, left_out=[], drift={})


def _without_overrides(root: Terraform) -> None:
    tree = root.folder.parents[1]
    for name in LEFT_OUT:
        for override in (OVERRIDES / name).rglob("*_override.tf"):
            (tree / override.relative_to(OVERRIDES / name)).unlink()


def _changed(change: Values) -> list[str]:
    before, after = change["before"] or {}, change["after"] or {}
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def earlier(endpoint: str, given: Values | None = None) -> Values:
    """Return outputs of phases 1 and 3, those `given` over the usual ones, with a network that moto holds.

    Phase 4 reads the zones of its subnets.
    """
    phase_1, phase_3 = ((given or {}).get(phase) or {} for phase in ("phase_1", "phase_3"))
    network = dict(make_network(endpoint))
    clients = network.pop("msk_client_security_group_id")
    return {
        "phase_1": {**PHASE_1, **phase_1, **network},
        "phase_3": {**PHASE_3, **phase_3, "msk_client_security_group_id": clients},
    }


@cache
def make_network(endpoint: str, region: str = REGION, zones: int = 3) -> Values:
    """Make a subnet in each zone and two security groups, once a process; return their ids as outputs have them."""
    ec2 = client("ec2", endpoint, region)
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
    return {
        "vpc_id": vpc,
        "private_subnet_ids": subnets,
        "endpoint_security_group_id": endpoints,
        "msk_client_security_group_id": clients,
    }
