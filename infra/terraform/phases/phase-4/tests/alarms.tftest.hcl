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
  schedules_enabled      = true
  # The queue keeps a letter for two days, and its alarm begins after half of them.
  dead_letter_retention_days = 2
  thresholds = {
    error_rate_percent      = 5
    lag_messages            = 500
    message_age_seconds     = 3600
    missing_percent         = 1
    rejected_percent        = 2
    deadline_minutes        = 60
    dead_letters            = 100
    dead_letter_age_percent = 50
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
    lag                    = { stat = "Maximum", seconds = 300 }
    dead_letter_queue_name = "dead"
    schedule_queue_name    = "not-started"
    table_name             = "chargebacks"
  }
}

run "an_overdue_execution_is_told_while_there_are_schedules" {
  command = plan
  module {
    source = "../../modules/alarms"
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

run "the_lag_of_a_provisioned_cluster_is_one_value_a_minute_for_fifteen_minutes" {
  command = plan
  module {
    source = "../../modules/alarms"
  }

  assert {
    condition = [
      for query in aws_cloudwatch_metric_alarm.this["offset-lag"].metric_query :
      [query.metric[0].metric_name, query.metric[0].stat, query.metric[0].period]
    ] == [["SumOffsetLag", "Maximum", 300]]
    error_message = "The lag is not the largest value of five minutes."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["offset-lag"].evaluation_periods == 3
      && aws_cloudwatch_metric_alarm.this["offset-lag"].datapoints_to_alarm == 3
    )
    error_message = "The alarm does not look at fifteen minutes."
  }
}

run "the_lag_of_a_serverless_cluster_is_the_sum_of_its_partitions_each_minute" {
  command = plan
  module {
    source = "../../modules/alarms"
  }
  variables {
    watched = merge(var.watched, { lag = { stat = "Sum", seconds = 60 } })
  }

  assert {
    condition = [
      for query in aws_cloudwatch_metric_alarm.this["offset-lag"].metric_query :
      [query.metric[0].metric_name, query.metric[0].stat, query.metric[0].period]
    ] == [["SumOffsetLag", "Sum", 60]]
    error_message = "The lag is not the sum of one minute's values."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["offset-lag"].evaluation_periods == 15
      && aws_cloudwatch_metric_alarm.this["offset-lag"].datapoints_to_alarm == 12
    )
    error_message = "The alarm does not look at fifteen minutes, or a rebalance hides the lag."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["offset-lag"].threshold == 500
    error_message = "The alarm begins elsewhere."
  }
  assert {
    condition = [
      for query in aws_cloudwatch_metric_alarm.this["message-age"].metric_query :
      [query.metric[0].metric_name, query.metric[0].stat]
    ] == [["EstimatedMaxTimeLag", "Maximum"]]
    error_message = "A topic has one oldest message, however many partitions it has."
  }
}

run "dead_letters_are_reported_by_number_and_before_they_expire" {
  command = plan
  module {
    source = "../../modules/alarms"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["dead-letter-depth"].threshold == 100
    error_message = "The number of letters is another."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["dead-letter-age"].threshold == 86400
    error_message = "The alarm does not begin after half of the two days."
  }
}
