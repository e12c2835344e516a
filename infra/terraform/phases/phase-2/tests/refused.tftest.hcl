# Every variable's bad value is refused.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  phase_1 = {
    kms_key_arn            = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    artifacts_bucket       = "poc-chargeback-dev-artifacts-123456789012"
    landing_bucket         = "poc-chargeback-dev-landing-123456789012"
    chargebacks_table_name = "poc-chargeback-chargebacks-dev"
    chargebacks_table_arn  = "arn:aws:dynamodb:sa-east-1:123456789012:table/poc-chargeback-chargebacks-dev"
    chargebacks_stream_arn = "arn:aws:dynamodb:sa-east-1:123456789012:table/poc-chargeback-chargebacks-dev/stream/2025-11-20T00:00:00.000"
  }
}

run "project_refuses_capitals" {
  command = plan
  variables {
    project = "Disputes"
  }
  expect_failures = [var.project]
}

run "project_refuses_what_makes_bucket_names_too_long" {
  command = plan
  variables {
    project = "a-project-of-21-chars"
  }
  expect_failures = [var.project]
}

run "environment_refuses_dashes" {
  command = plan
  variables {
    environment = "pre-prod"
  }
  expect_failures = [var.environment]
}

run "region_refuses_a_zone" {
  command = plan
  variables {
    region = "sa-east-1a"
  }
  expect_failures = [var.region]
}

run "state_refuses_other_backends" {
  command = plan
  variables {
    state = { backend = "http", config = {} }
  }
  expect_failures = [var.state]
}

run "functions_refuse_a_long_name" {
  command = plan
  variables {
    functions = { "a-function-with-quite-a-long-name" = { zip_key = "releases/1.0.0/api.zip", trigger = "url" } }
  }
  expect_failures = [var.functions]
}

run "functions_refuse_other_triggers" {
  command = plan
  variables {
    functions = { "api" = { zip_key = "releases/1.0.0/api.zip", trigger = "schedule" } }
  }
  expect_failures = [var.functions]
}

run "functions_refuse_a_zip_without_a_version" {
  command = plan
  variables {
    functions = { "api" = { zip_key = "api.zip", trigger = "url" } }
  }
  expect_failures = [var.functions]
}

run "functions_refuse_other_architectures" {
  command = plan
  variables {
    functions = { "api" = { zip_key = "releases/1.0.0/api.zip", trigger = "url", architecture = "x86" } }
  }
  expect_failures = [var.functions]
}

run "functions_refuse_too_little_memory" {
  command = plan
  variables {
    functions = { "api" = { zip_key = "releases/1.0.0/api.zip", trigger = "url", memory_size_mb = 64 } }
  }
  expect_failures = [var.functions]
}

run "functions_refuse_a_timeout_that_lambda_refuses" {
  command = plan
  variables {
    functions = { "api" = { zip_key = "releases/1.0.0/api.zip", trigger = "url", timeout_seconds = 901 } }
  }
  expect_failures = [var.functions]
}

run "functions_refuse_a_concurrency_below_no_limit" {
  command = plan
  variables {
    functions = { "api" = { zip_key = "releases/1.0.0/api.zip", trigger = "url", reserved_concurrent_executions = -2 } }
  }
  expect_failures = [var.functions]
}

run "functions_refuse_lambdas_own_variable" {
  command = plan
  variables {
    functions = { "api" = { zip_key = "releases/1.0.0/api.zip", trigger = "url", environment = { AWS_REGION = "sa-east-1" } } }
  }
  expect_failures = [var.functions]
}

run "alarm_emails_refuses_a_name" {
  command = plan
  variables {
    alarm_emails = ["somebody"]
  }
  expect_failures = [var.alarm_emails]
}

run "log_retention_days_refuses_a_period_that_logs_do_not_have" {
  command = plan
  variables {
    log_retention_days = 8
  }
  expect_failures = [var.log_retention_days]
}
