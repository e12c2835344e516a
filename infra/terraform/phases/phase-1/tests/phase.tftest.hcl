# Names, and what each switch makes and leaves out.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

run "names_are_those_that_users_know" {
  command = plan

  assert {
    condition     = output.chargebacks_table_name == "poc-chargeback-chargebacks-dev"
    error_message = "The chargebacks table has another name."
  }
  assert {
    condition     = output.ledger_table_name == "poc-chargeback-ledger-dev"
    error_message = "The ledger has another name."
  }
  assert {
    condition = [output.landing_bucket, output.consolidated_bucket, output.quarantine_bucket, output.artifacts_bucket] == [
      for use in ["landing", "consolidated", "quarantine", "artifacts"] : "poc-chargeback-dev-${use}-123456789012"
    ]
    error_message = "A bucket has another name."
  }
  assert {
    condition     = output.partition_index_name == null && length(output.private_subnet_ids) == 3
    error_message = "By default there is no index, and there are three subnets where the cluster is provisioned."
  }
}

run "two_zones_by_default_where_the_cluster_is_serverless" {
  command = plan
  variables {
    region = "us-east-1"
  }

  assert {
    condition     = length(output.private_subnet_ids) == 2
    error_message = "A deployment with a serverless cluster gets another subnet."
  }
}

run "two_zones_by_default_where_more_serverless_regions_says_that_aws_offers_it" {
  command = plan
  variables {
    more_serverless_regions = ["sa-east-1"]
  }

  assert {
    condition     = length(output.private_subnet_ids) == 2
    error_message = "The variable does not extend the list."
  }
}

run "as_many_zones_as_are_asked_for" {
  command = plan
  variables {
    availability_zones = 2
  }

  assert {
    condition     = length(output.private_subnet_ids) == 2
    error_message = "The variable does not decide."
  }
}

run "names_carry_project_and_environment" {
  command = plan
  variables {
    project     = "disputes"
    environment = "prod"
  }

  assert {
    condition     = output.chargebacks_table_name == "disputes-chargebacks-prod" && output.landing_bucket == "disputes-prod-landing-123456789012"
    error_message = "Project or environment is missing in a name."
  }
}

run "an_index_is_named_when_it_is_asked_for" {
  command = plan
  variables {
    partition_index = true
  }

  assert {
    condition     = output.partition_index_name == "created_date-index"
    error_message = "The index's name is not told."
  }
}

run "an_existing_vpc_is_used" {
  command = plan
  variables {
    existing_vpc = {
      vpc_id             = "vpc-1"
      private_subnet_ids = ["subnet-1", "subnet-2"]
      route_table_ids    = ["rtb-1"]
    }
  }

  assert {
    condition     = output.vpc_id == "vpc-1" && output.private_subnet_ids == tolist(["subnet-1", "subnet-2"])
    error_message = "The existing VPC's ids are not handed on."
  }
}

run "a_vpc_without_endpoints_of_its_own_needs_no_variable_for_ours" {
  command = plan
  variables {
    existing_vpc = { vpc_id = "vpc-1", private_subnet_ids = ["subnet-1", "subnet-2"], route_table_ids = ["rtb-1"] }
  }

  assert {
    condition     = keys(module.network.interface_endpoint_ids) == ["glue", "logs", "monitoring", "sqs"]
    error_message = "Endpoints are paid for that nothing needs, or one is missing."
  }
}
