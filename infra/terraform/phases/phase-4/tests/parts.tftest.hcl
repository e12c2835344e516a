# Smaller modules: log groups, notifications, schedules, catalog.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  kms_key_arn = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
}

run "a_log_group_without_a_stream_is_not_subscribed" {
  command = plan
  module {
    source = "../../modules/log-group"
  }
  variables {
    name           = "/a/group"
    retention_days = 7
  }

  assert {
    condition     = length(aws_cloudwatch_log_subscription_filter.this) == 0
    error_message = "It is subscribed to nothing."
  }
}

run "no_budget_when_there_is_no_limit" {
  command = plan
  module {
    source = "../../modules/notifications"
  }
  variables {
    name      = "told"
    emails    = ["one@example.com", "two@example.com"]
    job_name  = "job"
    cost_tags = { Project = "poc-chargeback" }
  }

  assert {
    condition     = length(aws_budgets_budget.month) == 0 && length(aws_sns_topic_subscription.email) == 2
    error_message = "There is a budget, or somebody is not told."
  }
  assert {
    condition     = [for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : try(statement.Condition, null) if statement.Effect == "Allow" && contains(flatten([try(statement.Principal.Service, [])]), "events.amazonaws.com")] == [null]
    error_message = "EventBridge may not publish, or under a condition that it never meets."
  }
}

run "without_a_job_its_runs_are_not_told_and_eventbridge_may_not_publish" {
  command = plan
  module {
    source = "../../modules/notifications"
  }
  variables {
    name   = "told"
    emails = []
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.failed_run) + length(aws_cloudwatch_event_target.failed_run) == 0
    error_message = "There is a rule for the runs of no job."
  }
  assert {
    condition     = [for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement.Sid] == ["OurAlarmsAndBudgets", "OnlyOverTls"]
    error_message = "The topic lets in others than alarms and budgets, or messages in the clear."
  }
}

run "schedules_that_are_off_start_nothing" {
  command = plan
  module {
    source = "../../modules/schedules"
  }
  variables {
    name               = "day"
    job_name           = "job"
    job_arn            = "arn:aws:glue:sa-east-1:123456789012:job/job"
    executions_per_day = 24
    schedule_zone      = "America/Sao_Paulo"
    enabled            = false
  }

  assert {
    condition     = length(aws_scheduler_schedule.slot) == 24 && alltrue([for slot in aws_scheduler_schedule.slot : slot.state == "DISABLED"])
    error_message = "There are not 24, or one of them starts the job."
  }
  assert {
    condition     = strcontains(aws_scheduler_schedule.slot[0].target[0].input, "\"<aws.scheduler.scheduled-time>\"")
    error_message = "Scheduler would not know its keyword."
  }
}

run "tables_of_parquet" {
  command = plan
  module {
    source = "../../modules/catalog"
  }
  variables {
    database      = "db"
    output_format = "parquet"
    output_folder = "out/chargebacks"
    state_folder  = "out/_state/chargebacks"
    first_year    = 2025
    last_year     = 2035
  }

  assert {
    condition     = strcontains(aws_glue_catalog_table.this["chargebacks"].storage_descriptor[0].input_format, "Parquet")
    error_message = "Folders are not read as parquet."
  }
  assert {
    condition     = endswith(aws_glue_catalog_table.this["chargebacks"].storage_descriptor[0].output_format, ".MapredParquetOutputFormat")
    error_message = "Whoever writes by the table writes no parquet."
  }
  assert {
    condition     = endswith(aws_glue_catalog_table.this["chargebacks_exact"].storage_descriptor[0].input_format, "SymlinkTextInputFormat")
    error_message = "Manifests are not read as manifests."
  }
}
