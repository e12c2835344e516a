"""The derived budget covers what `chargebacks cost` estimates, and is not so high that nobody is notified."""

from itertools import product
from typing import Any

import pytest

from chargebacks.cost.bill import bill
from chargebacks.cost.prices import load
from chargebacks.cost.usage import Scenario
from tests.fixtures.terraform import ROOT, Terraform, TerraformRoot
from tests.infra.phase_4 import Applied

DAILY = (1, 100_000, 5_000_000, 50_000_000, 500_000_000)
POLLERS = (1, 10, 40)
REGIONS = {"provisioned": "sa-east-1", "serverless": "us-east-1"}
DEAREST = 0.9675 / 0.75  # MSK Serverless in ap-northeast-1: a cluster's hour, price list of 2025-06-18
CASES = """
variable "given" {
  type = map(object({ cluster_type = string, chargebacks_per_day = number, pollers_minimum = number }))
}

module "budget" {
  source              = "../"
  for_each            = var.given
  cluster_type        = each.value.cluster_type
  chargebacks_per_day = each.value.chargebacks_per_day
  pollers_minimum     = each.value.pollers_minimum
}

output "usd" { value = { for name, budget in module.budget : name => budget.usd } }
"""


def estimate(cluster_type: str, daily: int, pollers: int) -> float:
    zones = 2 if cluster_type == "serverless" else 3
    scenario = Scenario(daily, cluster_type=cluster_type, zones=zones, pollers=pollers)
    return sum(line.usd for line in bill(scenario, load(region=REGIONS[cluster_type])))


@pytest.fixture(scope="module")
def budgets(terraform_root: TerraformRoot) -> dict[tuple[str, int, int], float]:
    """Terraform's budget by cluster type, chargebacks a day and least pollers."""
    module = terraform_root("modules/monthly-budget")
    root = Terraform(module.folder / "every-case", module.environment)
    root.folder.mkdir()
    (root.folder / "main.tf").write_text(CASES)
    root.init()
    cases = {str(number): case for number, case in enumerate(product(REGIONS, DAILY, POLLERS))}
    names = ("cluster_type", "chargebacks_per_day", "pollers_minimum")
    given: dict[str, Any] = {name: dict(zip(names, case, strict=True)) for name, case in cases.items()}
    usd = root.apply({"given": given})["usd"]
    return {case: usd[name] for name, case in cases.items()}


def test_the_budget_is_never_below_the_estimate_and_at_most_1_6_times_it(
    budgets: dict[tuple[str, int, int], float],
) -> None:
    shares = {case: usd / estimate(*case) for case, usd in budgets.items()}
    assert len(shares) == len(REGIONS) * len(DAILY) * len(POLLERS)
    assert {case: share for case, share in shares.items() if not 1 <= share <= 1.6} == {}


def test_the_budget_covers_msk_serverless_where_it_costs_most(
    budgets: dict[tuple[str, int, int], float],
) -> None:
    assert budgets["serverless", 1, 1] >= DEAREST * estimate("serverless", 1, 1)


def test_the_budget_is_rounded_up_to_50_dollars(budgets: dict[tuple[str, int, int], float]) -> None:
    assert {usd % 50 for usd in budgets.values()} == {0}


def test_phase_4_derives_the_budget_of_5_million_chargebacks_a_day(
    phase_4: Applied, budgets: dict[tuple[str, int, int], float]
) -> None:
    made = float(phase_4.one("aws_budgets_budget")["limit_amount"])
    assert made == budgets["provisioned", 5_000_000, 1]


def test_the_readme_states_the_budgets_of_5_million_chargebacks_a_day(
    budgets: dict[tuple[str, int, int], float],
) -> None:
    page = " ".join((ROOT / "infra/terraform/README.md").read_text(encoding="utf-8").split())
    provisioned, serverless = (budgets[cluster_type, 5_000_000, 1] for cluster_type in REGIONS)
    stated = f"${provisioned:,} with a provisioned cluster, ${serverless:,} with a serverless one"
    assert stated in page
