# What phase 4 is given, and what its switches turn on and off.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  artifact_version = "0.1.0-1a2b3c4d5e6f"
  phase_1 = {
    vpc_id                     = "vpc-1"
    private_subnet_ids         = ["subnet-1", "subnet-2"]
    endpoint_security_group_id = "sg-1"
    kms_key_arn                = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    landing_bucket             = "landing"
    consolidated_bucket        = "consolidated"
    quarantine_bucket          = "quarantine"
    artifacts_bucket           = "artifacts"
    chargebacks_table_name     = "poc-chargeback-chargebacks-dev"
    chargebacks_table_arn      = "arn:aws:dynamodb:sa-east-1:123456789012:table/poc-chargeback-chargebacks-dev"
  }
  phase_3 = {
    msk_cluster_arn              = "arn:aws:kafka:sa-east-1:123456789012:cluster/poc-chargeback-dev/11111111-2222-s1"
    msk_cluster_name             = "poc-chargeback-dev"
    msk_bootstrap_servers        = "boot-mocked.c1.kafka-serverless.sa-east-1.amazonaws.com:9098"
    msk_client_security_group_id = "sg-2"
    topic_name                   = "chargeback-consolidation-events"
  }
}

run "names_by_default" {
  command = plan

  assert {
    condition     = output.function_name == "poc-chargeback-dev-consolidation-updater"
    error_message = "The function is called ${output.function_name}."
  }
  assert {
    condition     = output.job_name == "poc-chargeback-dev-chargebacks-consolidation"
    error_message = "The job is called ${output.job_name}."
  }
  assert {
    condition     = contains(output.log_group_names, "/aws/lambda/poc-chargeback-dev-consolidation-updater")
    error_message = "The updater's log group has another name."
  }
  assert {
    condition     = length(module.log_stream) == 1 && output.database == "poc_chargeback_dev"
    error_message = "There is no log stream, or the database has another name."
  }
}

run "names_of_another_project_and_environment" {
  command = plan
  variables {
    project     = "disputes"
    environment = "prod"
  }

  assert {
    condition     = output.function_name == "disputes-prod-consolidation-updater" && output.job_name == "disputes-prod-chargebacks-consolidation"
    error_message = "Names do not follow project and environment."
  }
}

run "the_longest_names_fit" {
  command = plan
  variables {
    project     = "a-project-of-20-char"
    environment = "production"
  }

  assert {
    condition     = output.job_name == "a-project-of-20-char-production-chargebacks-consolidation"
    error_message = "Names do not follow project and environment."
  }
}

run "logs_of_earlier_phases_go_to_the_stream_too" {
  command = plan
  variables {
    phase_2 = { log_group_names = ["/aws/lambda/poc-chargeback-dev-api"] }
    phase_3 = merge(var.phase_3, { log_group_names = ["/aws/msk/poc-chargeback-dev"] })
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_log_subscription_filter.earlier)) == toset(["/aws/lambda/poc-chargeback-dev-api", "/aws/msk/poc-chargeback-dev"])
    error_message = "Log groups of earlier phases are not subscribed."
  }
}

run "without_a_log_stream" {
  command = plan
  variables {
    use_log_stream = false
    phase_2        = { log_group_names = ["/aws/lambda/poc-chargeback-dev-api"] }
  }

  assert {
    condition     = length(aws_cloudwatch_log_subscription_filter.earlier) == 0
    error_message = "Log groups of earlier phases are subscribed to no stream."
  }

  assert {
    condition     = length(module.log_stream) == 0
    error_message = "There is a stream that nobody asked for."
  }
}

run "earlier_phases_are_given_or_read" {
  command = plan
  variables {
    phase_3 = null
  }
  expect_failures = [var.state]
}

run "the_budget_follows_the_chargebacks_of_a_day" {
  command = plan
  variables {
    expected_chargebacks_per_day = 50000000
  }

  assert {
    condition     = output.monthly_budget_usd > 2500 && module.notifications.monthly_budget_usd == tostring(output.monthly_budget_usd)
    error_message = "Ten times the usual chargebacks get a budget of ${output.monthly_budget_usd}."
  }
}

run "the_budget_follows_the_type_of_the_cluster" {
  command = plan
  variables {
    phase_3 = merge(var.phase_3, { msk_bootstrap_servers = "b-1.pocchargebackdev.a1b2c3.c1.kafka.sa-east-1.amazonaws.com:9098" })
  }

  assert {
    condition     = output.monthly_budget_usd == 1150
    error_message = "Three small brokers get a budget of ${output.monthly_budget_usd}."
  }
}

run "a_budget_that_is_given_stays" {
  command = plan
  variables {
    monthly_budget_usd = 750
  }

  assert {
    condition     = module.notifications.monthly_budget_usd == "750"
    error_message = "The budget is ${module.notifications.monthly_budget_usd}."
  }
}

run "null_is_no_budget" {
  command = plan
  variables {
    monthly_budget_usd = null
  }

  assert {
    condition     = output.monthly_budget_usd == null && module.notifications.monthly_budget_usd == null
    error_message = "There is a budget that nobody wants."
  }
}

run "lag_of_a_serverless_cluster_and_of_five_million_chargebacks" {
  command = plan

  assert {
    condition     = local.watched.lag == { stat = "Sum", seconds = 60 }
    error_message = "Partitions' values are not added up, or those of several minutes are."
  }
  assert {
    condition     = local.alarm_thresholds.lag_messages == 500
    error_message = "The alarm does not begin at 5 % of a day's 10,000 messages."
  }
}

run "lag_of_a_provisioned_cluster_and_of_few_chargebacks" {
  command = plan
  variables {
    phase_3                      = merge(var.phase_3, { msk_bootstrap_servers = "b-1.mocked.kafka.sa-east-1.amazonaws.com:9098" })
    expected_chargebacks_per_day = 20000
  }

  assert {
    condition     = local.watched.lag == { stat = "Maximum", seconds = 300 }
    error_message = "Sums of one value are added up."
  }
  assert {
    condition     = local.alarm_thresholds.lag_messages == 100
    error_message = "Two messages ring the alarm."
  }
}

run "a_given_lag_is_the_threshold" {
  command = plan
  variables {
    alarm_thresholds = { lag_messages = 10000 }
  }

  assert {
    condition     = local.alarm_thresholds.lag_messages == 10000 && local.alarm_thresholds.missing_percent == 1
    error_message = "The given threshold is not taken, or it replaces the others."
  }
}

run "glue_version_6_0_without_quotes_is_glue_6_0" {
  command = plan
  variables {
    glue_version = 6.0
  }

  assert {
    condition     = output.runs_on.glue_version == "6.0"
    error_message = "The number 6.0 chooses Glue ${output.runs_on.glue_version}."
  }
}
