# The cluster, serverless or provisioned, and what phase 4 gets of it.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  phase_1 = {
    vpc_id                     = "vpc-1"
    private_subnet_ids         = ["subnet-1", "subnet-2", "subnet-3"]
    endpoint_security_group_id = "sg-1"
    kms_key_arn                = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  }
}

run "serverless_by_default_where_aws_offers_it_and_the_topic_as_the_command_needs_it" {
  command = plan
  variables {
    region = "us-east-1"
  }

  assert {
    condition     = output.msk_cluster_name == "poc-chargeback-dev" && output.msk_cluster_uuid == "11111111-2222-3333-4444-555555555555-s1"
    error_message = "Name or id is another, or the cluster is not serverless."
  }
  assert {
    condition     = output.topic_name == "chargeback-consolidation-events" && output.topic_partitions == 10 && output.topic_retention_hours == 168
    error_message = "The topic is another."
  }
  assert {
    condition     = length(output.log_group_names) == 0
    error_message = "A serverless cluster has no log group."
  }
  assert {
    condition     = endswith(output.msk_bootstrap_servers, ":9098")
    error_message = "The brokers' addresses are not those for IAM."
  }
}

run "provisioned_by_default_where_aws_offers_no_serverless_cluster" {
  command = plan

  assert {
    condition     = output.msk_cluster_uuid == "11111111-2222-3333-4444-555555555555-2" && strcontains(output.msk_bootstrap_servers, "b-1.")
    error_message = "The provisioned cluster's values are not told."
  }
  assert {
    condition     = output.log_group_names == ["/aws/msk/poc-chargeback-dev"]
    error_message = "Phase 4 is not told of the brokers' log group."
  }
}

run "one_of_state_and_phase_1_is_needed" {
  command = plan
  variables {
    phase_1 = null
  }
  expect_failures = [var.state]
}

run "provisioned_when_asked_for" {
  command = plan
  variables {
    region       = "us-east-1"
    cluster_type = "provisioned"
  }

  assert {
    condition     = output.log_group_names == ["/aws/msk/poc-chargeback-dev"]
    error_message = "A region that offers serverless clusters makes one although another was chosen."
  }
}

run "serverless_where_more_serverless_regions_says_that_aws_offers_it" {
  command = plan
  variables {
    more_serverless_regions = ["sa-east-1"]
  }

  assert {
    condition     = strcontains(output.msk_bootstrap_servers, ".kafka-serverless.")
    error_message = "The variable does not extend the list."
  }
}

run "a_serverless_cluster_is_refused_where_aws_offers_none" {
  command = plan
  variables {
    cluster_type = "serverless"
  }
  expect_failures = [var.cluster_type]
}

run "a_provisioned_cluster_may_lie_in_two_zones_when_that_is_accepted" {
  command = plan
  variables {
    phase_1 = {
      vpc_id                     = "vpc-1"
      private_subnet_ids         = ["subnet-1", "subnet-2"]
      endpoint_security_group_id = "sg-1"
      kms_key_arn                = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    }
    accept_two_zones = true
  }

  assert {
    condition     = output.log_group_names == ["/aws/msk/poc-chargeback-dev"]
    error_message = "There is no provisioned cluster."
  }
}
