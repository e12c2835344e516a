# modules/alarms: who is told of what. Metrics and expressions are compared with what the code emits elsewhere.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  prefix                 = "poc-chargeback-dev"
  topic_arn              = "arn:aws:sns:sa-east-1:123456789012:told"
  failed_run_rule        = "failed-run"
  timeout_seconds        = 60
  rejected_limit_percent = 5
  thresholds = {
    error_rate_percent  = 5
    lag_messages        = 10000
    message_age_seconds = 3600
    missing_percent     = 1
    rejected_percent    = 2
    deadline_minutes    = 60
  }
  watched = {
    own_metrics            = jsondecode(file("../../../../schemas/metrics.json"))
    updater_service        = "poc-chargeback-dev-consolidation-updater"
    job_name               = "job"
    executions_per_day     = 4
    function_name          = "updater"
    cluster_name           = "cluster"
    consumer_group         = "updater"
    topic_name             = "events"
    dead_letter_queue_name = "dead"
    table_name             = "chargebacks"
  }
}

run "an_overdue_execution_is_told_while_there_are_schedules" {
  command = plan
  module {
    source = "../../modules/alarms"
  }
  variables {
    schedules_enabled = true
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.actions_enabled])
    error_message = "An alarm tells nobody."
  }
}

run "without_schedules_nothing_is_overdue_and_the_rest_is_told" {
  command = plan
  module {
    source = "../../modules/alarms"
  }
  variables {
    schedules_enabled = false
  }

  assert {
    condition     = [for name, alarm in aws_cloudwatch_metric_alarm.this : name if !alarm.actions_enabled] == ["execution-overdue"]
    error_message = "Somebody is told of an execution that no schedule starts, or not told of something else."
  }
}
