"""A new topic on a provisioned cluster has three copies, and two of them confirm a message."""

import re
from collections.abc import Callable

from tests.fixtures.terraform import TREE
from tests.infra.plans import Plan


def test_two_of_three_copies_in_three_zones_confirm_a_message(planned: Callable[[str], Plan]) -> None:
    made = {one["type"]: one["change"]["after"] for one in planned("phases/phase-3")["resource_changes"]}
    properties = dict(
        line.split("=") for line in made["aws_msk_configuration"]["server_properties"].split("\n")
    )
    assert properties["default.replication.factor"] == "3"
    assert properties["min.insync.replicas"] == "2"
    assert made["aws_msk_cluster"]["number_of_broker_nodes"] == 3
    assert len(made["aws_msk_cluster"]["broker_node_group_info"][0]["client_subnets"]) == 3


def test_the_page_makes_the_topic_with_the_clusters_defaults() -> None:
    commands = re.findall(r"chargebacks topics apply --.*", (TREE / "README.md").read_text())
    assert len(commands) == 1
    assert "--replicas" not in commands[0]
    assert "--min-insync-replicas" not in commands[0]
