# What is told of a function, by mail. Each description names its section of docs/runbook-ingestion.md.

locals {
  alarms = merge(
    {
      errors = {
        metric      = "Errors"
        statistic   = "Sum"
        threshold   = 0
        description = "An invocation of ${var.name} failed. What to do: docs/runbook-ingestion.md, section errors."
      }
      throttles = {
        metric      = "Throttles"
        statistic   = "Sum"
        threshold   = 0
        description = "${var.name} was not started for lack of concurrency. What to do: docs/runbook-ingestion.md, section throttles."
      }
      duration = {
        metric      = "Duration"
        statistic   = "Maximum"
        threshold   = 800 * var.function.timeout_seconds
        description = "${var.name} took 80 % of its timeout, milliseconds. What to do: docs/runbook-ingestion.md, section duration."
      }
    },
    local.from_stream ? {
      age = {
        metric      = "IteratorAge"
        statistic   = "Maximum"
        threshold   = 3600000
        description = "Changes wait for ${var.name} for more than an hour; the stream drops them after 24. What to do: docs/runbook-ingestion.md, section age."
      }
    } : {}
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching" # nothing to do is no error
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

# What was put aside is lost to the landing zone until somebody looks.
resource "aws_cloudwatch_metric_alarm" "failed" {
  count               = local.from_stream ? 1 : 0
  alarm_name          = "${var.name}-failed"
  alarm_description   = "${var.name} gave up on changes of the table: the queue says where they are. What to do: docs/runbook-ingestion.md, section failed."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = module.failed[0].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}
