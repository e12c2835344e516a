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
    condition     = output.partition_index_name == null && length(output.private_subnet_ids) == 2
    error_message = "By default there is no index, and there are two subnets."
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
