"""Plans over states that the last release left: clusters, tables, buckets and what reads them stay."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.terraform import TREE, Terraform
from tests.infra.given import EARLIER_RELEASE, PHASE_1
from tests.infra.plans import Plans
from tests.infra.upgrades import kept, sample, taken_away, with_network

Values = dict[str, Any]
US = {"region": "us-east-1"}
NO_LONGER_MADE = {f'module.network.aws_vpc_endpoint.interface["{service}"]' for service in ("lambda", "sts")}
SERVERLESS = "module.msk.aws_msk_serverless_cluster.this[0]"
PROVISIONED = "module.msk.aws_msk_cluster.this[0]"
# What the examples of that release set otherwise than today's defaults.
PHASE_1_EXAMPLE = {"availability_zones": 2}
PHASE_3_EXAMPLE = {"cluster_type": "serverless"}
FORMER_TYPE = {"provisioned": {"instance_type": "kafka.m7g.large"}}


def subnets(count: int) -> Values:
    """Phase 1's outputs with that many private subnets, each in a zone of its own."""
    return {"phase_1": PHASE_1 | {"private_subnet_ids": PHASE_1["private_subnet_ids"][:count]}}


@pytest.mark.parametrize("example", [{}, PHASE_1_EXAMPLE], ids=["defaults", "example"])
def test_phase_1_loses_only_the_endpoints_that_nothing_needs(plan_of: Plans, example: Values) -> None:
    plan = plan_of("phases/phase-1", US | example, state=sample("phase-1"))
    assert taken_away(plan).keys() == NO_LONGER_MADE
    assert kept(plan, "aws_dynamodb_table", "aws_s3_bucket") == {
        "aws_dynamodb_table": {
            f"module.{name}.aws_dynamodb_table.this" for name in ("chargebacks", "ledger")
        },
        "aws_s3_bucket": {
            f"module.{name}.aws_s3_bucket.this"
            for name in ("artifacts", "consolidated", "landing", "quarantine")
        },
    }


def test_phase_1_gets_a_third_subnet_where_the_cluster_is_provisioned(plan_of: Plans, tmp_path: Path) -> None:
    state = tmp_path / "sa-east-1.json"
    state.write_text(sample("phase-1").read_text().replace("us-east-1", "sa-east-1"))
    plan = plan_of("phases/phase-1", state=state)
    assert taken_away(plan).keys() == NO_LONGER_MADE
    made = [one for one in plan["resource_changes"] if one["change"]["actions"] == ["create"]]
    assert "module.network.aws_subnet.private[2]" in {one["address"] for one in made}


def test_a_subnet_stays_in_its_zone_when_the_list_of_zones_changes(plan_of: Plans, tmp_path: Path) -> None:
    """A deployment whose second subnet is where new ones no longer are, because MSK has no brokers there."""
    state = tmp_path / "zone-e.json"
    state.write_text(sample("phase-1").read_text().replace("us-east-1b", "us-east-1e"))
    plan = plan_of("phases/phase-1", US, state=state)
    assert taken_away(plan).keys() == NO_LONGER_MADE


@pytest.mark.parametrize(
    "given",
    [subnets(2), subnets(3), subnets(2) | PHASE_3_EXAMPLE],
    ids=["defaults", "more subnets", "example"],
)
def test_a_serverless_cluster_stays_even_when_there_are_more_subnets(plan_of: Plans, given: Values) -> None:
    plan = plan_of("phases/phase-3", US | given, state=sample("phase-3-serverless"))
    assert taken_away(plan) == {}
    assert actions(plan, SERVERLESS) == ["no-op"]


@pytest.mark.parametrize("zones", [2, 3])
def test_a_provisioned_cluster_of_the_former_type_stays_as_it_is(plan_of: Plans, zones: int) -> None:
    given = subnets(zones) | FORMER_TYPE | {"accept_two_zones": zones == 2}
    plan = plan_of("phases/phase-3", given, state=sample(f"phase-3-{('two', 'three')[zones - 2]}-zones"))
    assert taken_away(plan) == {}
    assert actions(plan, PROVISIONED) == ["no-op"]


def test_a_provisioned_cluster_with_the_new_default_type_is_not_replaced(plan_of: Plans) -> None:
    plan = plan_of("phases/phase-3", state=sample("phase-3-three-zones"))
    assert taken_away(plan) == {}
    assert actions(plan, PROVISIONED) == ["update"]


def test_a_cluster_in_two_zones_is_not_spread_over_three_and_the_reason_names_the_variable(
    plan_of: Plans,
) -> None:
    reported = refused(partial(plan_of, "phases/phase-3", FORMER_TYPE, state=sample("phase-3-two-zones")))
    assert "lies in 2 zones and cannot move" in reported
    assert "Set availability_zones = 2 in phase 1" in reported


def test_two_zones_are_refused_and_the_reason_names_the_variable_that_accepts_them(plan_of: Plans) -> None:
    given = subnets(2) | FORMER_TYPE
    reported = refused(partial(plan_of, "phases/phase-3", given, state=sample("phase-3-two-zones")))
    assert "acks=all would be satisfied by one" in reported
    assert "accept_two_zones = true" in reported


@pytest.mark.parametrize(
    ("state", "given", "cluster"),
    [
        ("phase-3-serverless", US | {"cluster_type": "provisioned"}, SERVERLESS),
        ("phase-3-three-zones", {"more_serverless_regions": ["sa-east-1"]}, PROVISIONED),
    ],
)
def test_another_type_of_cluster_is_refused_until_destroying_is_allowed(
    plan_of: Plans, state: str, given: Values, cluster: str
) -> None:
    plan = partial(plan_of, "phases/phase-3", given, state=sample(state))
    assert "Instance cannot be destroyed" in refused(plan)
    with allowed_to_destroy(plan_of.copy("phases/phase-3")):
        assert taken_away(plan())[cluster] == "delete"


def test_another_name_of_a_table_is_refused_until_destroying_is_allowed(plan_of: Plans) -> None:
    plan = partial(plan_of, "phases/phase-1", US | {"environment": "prod"}, state=sample("phase-1"))
    assert "Instance cannot be destroyed" in refused(plan)
    with allowed_to_destroy(plan_of.copy("phases/phase-1")):
        assert taken_away(plan())["module.chargebacks.aws_dynamodb_table.this"] == "delete and create"


def test_phase_4_keeps_what_holds_messages_and_what_runs(
    plan_of: Plans, s3_endpoint: str, tmp_path: Path
) -> None:
    plan = plan_of(
        "phases/phase-4", {"artifact_version": EARLIER_RELEASE}, state=with_network(s3_endpoint, tmp_path)
    )
    kinds = {
        "aws_sqs_queue": 1,
        "aws_sns_topic": 1,
        "aws_lambda_function": 1,
        "aws_lambda_event_source_mapping": 1,
        "aws_glue_job": 1,
        "aws_glue_connection": 2,
        "aws_scheduler_schedule": 4,
        "aws_kinesis_stream": 1,
        "aws_cloudwatch_log_group": 3,
    }
    assert taken_away(plan) == {}
    assert {kind: len(addresses) for kind, addresses in kept(plan, *kinds).items()} == dict(kinds)


def actions(plan: Values, address: str) -> list[str]:
    (change,) = [one["change"] for one in plan["resource_changes"] if one["address"] == address]
    found: list[str] = change["actions"]
    return found


def refused(plan: Callable[[], Values]) -> str:
    """What Terraform says of a plan that it refuses, on one line."""
    with pytest.raises(AssertionError) as error:
        plan()
    return re.sub(r"[\s│]+", " ", str(error.value))


@contextmanager
def allowed_to_destroy(root: Terraform) -> Iterator[None]:
    """Put the files over the root that the README copies before it destroys, while the block runs."""
    tree, given = root.folder.parents[1], TREE / "allow-destroy"
    copies = [(path, tree / path.relative_to(given)) for path in given.rglob("*.tf")]
    for path, copy in copies:
        copy.write_text(path.read_text())
    yield
    for _, copy in copies:
        copy.unlink()
