# The budget that phase 4 takes unless it is given one: what a month costs, and a reserve. No resources.

locals {
  # US dollars a month, rounded up from what `chargebacks cost` prints: serverless by us-east-1's prices, provisioned (three
  # kafka.t3.small) by sa-east-1's. tests/infra/test_budget.py compares.
  prices = {
    serverless  = { fixed = 645, poller_unit = 136, million_a_day = 26 }
    provisioned = { fixed = 443, poller_unit = 215, million_a_day = 38 }
  }
  price = local.prices[var.cluster_type]

  poller_units = ceil(var.pollers_minimum / 10) # "Enhanced EPU Utilization", AWS Lambda Developer Guide
  expected     = local.price.fixed + local.price.poller_unit * local.poller_units + local.price.million_a_day * var.chargebacks_per_day / 1000000

  # For what the estimate leaves out, and for regions whose MSK Serverless costs up to 29 % more than us-east-1's.
  reserve = 1.3
}
