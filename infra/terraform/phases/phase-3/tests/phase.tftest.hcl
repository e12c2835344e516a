# The cluster, serverless or provisioned, and what phase 4 gets of it.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  phase_1 = {
    vpc_id                     = "vpc-1"
    private_subnet_ids         = ["subnet-1", "subnet-2"]
    endpoint_security_group_id = "sg-1"
    kms_key_arn                = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  }
}

run "serverless_by_default_and_the_topic_as_the_command_needs_it" {
  command = plan

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

run "provisioned_when_asked_for" {
  command = plan
  variables {
    cluster_type = "provisioned"
  }

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
