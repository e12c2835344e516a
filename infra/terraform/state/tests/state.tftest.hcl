# The bucket of all states.

mock_provider "aws" {
  override_during = plan
  source          = "../mocks"
}

run "the_bucket_is_named_after_the_account" {
  command = plan

  assert {
    condition     = output.bucket == "poc-chargeback-terraform-state-123456789012"
    error_message = "The bucket has another name."
  }
  assert {
    condition     = jsondecode(output.tfvars).state.config.bucket == output.bucket && strcontains(output.backend, "use_lockfile = true")
    error_message = "The other roots are told another bucket, or not to lock."
  }
}

run "project_refuses_capitals" {
  command = plan
  variables {
    project = "Disputes"
  }
  expect_failures = [var.project]
}

run "region_refuses_a_zone" {
  command = plan
  variables {
    region = "sa-east-1a"
  }
  expect_failures = [var.region]
}
